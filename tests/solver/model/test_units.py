from milkrun_solver.model.units import COST_UNIT, DISTANCE_COST, HUNDREDTHS


def test_an_hour_and_a_kilometre_at_a_price_of_one_cost_one() -> None:
    assert COST_UNIT == 3_600 * HUNDREDTHS
    assert COST_UNIT == 1_000 * DISTANCE_COST
