from typing import Any

import numpy as np
import pytest

from milkrun.schema.fields import MAX_UINT32
from milkrun.schema.vehicles import Costs
from milkrun_solver.engines.sisr.arrays import NEVER
from milkrun_solver.engines.sisr.clock import Clock
from milkrun_solver.engines.sisr.kinds import kinds_of
from milkrun_solver.engines.sisr.matrices import Matrices
from milkrun_solver.engines.sisr.places import Places
from milkrun_solver.engines.sisr.scale import Scale
from milkrun_solver.model.problem import Model
from milkrun_solver.model.travel import NO_WAY
from milkrun_solver.model.units import COST_UNIT, DISTANCE_COST, HUNDREDTHS
from tests.solver.engines.sisr.cases import with_matrix
from tests.solver.exhaustive.searches import searched
from tests.solver.helpers import faults, model_of, scheduled
from tests.solver.problems import problem_of, random_body

DURATIONS = [[0, 4], [6, 0]]


def scale_of(model: Model, plan_price: int = 0) -> tuple[Scale, Matrices]:
    (kinds, _), clock = kinds_of(model), Clock(model.vehicles)
    matrices = Matrices(kinds, Places(model), clock)
    return Scale(model, kinds, clock.unit, matrices.costs, matrices.cost_unit, [plan_price]), matrices


def test_costs_are_counted_in_the_largest_unit_in_which_they_are_whole() -> None:
    scale, matrices = scale_of(with_matrix({"durations": DURATIONS}))
    assert scale.unit == 2 * COST_UNIT  # an hour costs 3,600, so a second costs one
    assert np.array_equal(scale.legs(matrices.costs[0]), [[0, 2], [3, 0]])
    assert scale.cost(10 * COST_UNIT) == 5


def test_legs_that_cost_too_much_to_count_are_rounded() -> None:
    costs = [[0, 3 * 2**28], [5, 0]]
    scale, matrices = scale_of(with_matrix({"durations": DURATIONS, "costs": costs}))
    assert np.array_equal(scale.legs(matrices.costs[0]), [[0, 2**29], [3, 0]])


@pytest.mark.parametrize("costs", [{"per_hour": MAX_UINT32}, {"per_hour": 0, "per_km": MAX_UINT32}], ids=str)
def test_the_longest_legs_keep_their_shares_at_the_highest_prices(costs: dict[str, int]) -> None:
    cells = [[0, NO_WAY - 1], [NO_WAY // 4, 0]]
    scale, matrices = scale_of(with_matrix({"durations": cells, "distances": cells}, costs=costs))
    assert np.array_equal(scale.legs(matrices.costs[0]), [[0, 2**29], [2**27, 0]])
    price = costs.get("per_km", 0) * DISTANCE_COST + costs["per_hour"] * HUNDREDTHS
    assert scale.cost((NO_WAY - 1) * price) == pytest.approx(2**29, rel=1e-6)


def test_closed_legs_stay_negative() -> None:
    costs = [[0, 2**30], [5, 0]]
    scale, matrices = scale_of(with_matrix({"durations": DURATIONS, "costs": costs}))
    assert np.array_equal(scale.legs(matrices.costs[0]), [[0, -1], [1, 0]])


def test_the_price_of_a_plan_decides_what_is_whole() -> None:
    scale, _ = scale_of(with_matrix({"durations": DURATIONS}), 3 * COST_UNIT)
    assert scale.unit == COST_UNIT


@pytest.mark.parametrize(
    ("costs", "price", "most"),
    [
        ({"per_task_hour": MAX_UINT32}, 20 * MAX_UINT32, NEVER),  # its work takes no time
        ({"per_overtime_hour": MAX_UINT32}, 20 * MAX_UINT32, NEVER),
        ({"fixed": MAX_UINT32}, COST_UNIT * MAX_UINT32, 2**48),
    ],
)
def test_too_high_a_price_becomes_the_highest_that_the_search_counts(
    costs: dict[str, int], price: int, most: int
) -> None:
    vehicle = {"shift_duration": 5, "max_overtime": 9, "speed_factor": 0.83}  # it counts fifths of a second
    model = with_matrix({"durations": [[0, 1], [1, 0]]}, **vehicle, costs={"per_hour": 7, **costs})
    scale, _ = scale_of(model)
    assert scale.cost(price) == most


PRICES: dict[str, dict[str, Any]] = {
    **{f"costs.{name}": {"costs": {name: MAX_UINT32}} for name in Costs.model_fields},
    **{f"soft window, {end}": {"soft": {f"cost_per_hour_{end}": MAX_UINT32}} for end in ("early", "late")},
    **{
        f"balance by {by}": {"balance": {"by": by, "cost": MAX_UINT32}}
        for by in ("duration", "tasks", "load")
    },
    "long work": {"costs": {"per_task_hour": MAX_UINT32}, "service": 10**5},
    "compact": {"compact": {"cost": MAX_UINT32}},
    "long breaks": {"costs": {"per_task_hour": MAX_UINT32}, "pause": 10**6},
}


def dear(price: dict[str, Any]) -> Model:
    """A problem that has this price."""
    body = random_body(3, {"capacity"}, jobs=8, vehicles=3)
    for vehicle in body["vehicles"]:
        vehicle |= {"shift_duration": 10**4, "max_overtime": 10**7, "time_window": [0, 10**7]}
        vehicle["breaks"] = [{"id": 1, "service": price["pause"]}] if "pause" in price else []
        vehicle["costs"] = price.get("costs", {})
    for job in body["jobs"]:
        job["service"] = price.get("service", job["service"])
        if "soft" in price:
            job["soft_time_window"] = {"start": 5_000, "end": 6_000, **price["soft"]}
    body["options"] = {name: price[name] for name in ("balance", "compact") if name in price}
    body["matrices"]["car"]["distances"] = body["matrices"]["car"]["durations"]
    return model_of(problem_of(body))


@pytest.mark.parametrize("price", PRICES.values(), ids=PRICES)
def test_the_search_takes_the_highest_of_each_price_that_the_schema_accepts(price: dict[str, Any]) -> None:
    model = dear(price)
    found = searched(model, iterations=200)
    solution = scheduled(model, found.plan)
    assert solution is not None
    assert faults(model, solution) == []
    assert solution.summary.unassigned == 0
    assert found.cost == pytest.approx(solution.summary.cost, rel=0.01)
