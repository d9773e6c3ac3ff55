import pytest

from milkrun_solver.routes.soft_windows import per_hour, soft_costs
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

EARLY = {"start": 1_000, "cost_per_hour_early": 1_800}
LATE = {"end": 2_000, "cost_per_hour_late": 7_200}
MODEL = model_of(
    problem_of(
        {
            "vehicles": [{"id": 1, "start_index": 0}],
            "jobs": [
                {"id": 1, "location_index": 0, "soft_time_window": {**EARLY, **LATE}},
                {"id": 2, "location_index": 0, "soft_time_window": LATE},
                {"id": 3, "location_index": 0, "soft_time_window": {"start": 500, "end": 600}},
                {"id": 4, "location_index": 0},
            ],
            "matrices": {"car": {"durations": [[0]]}},
        }
    )
)


@pytest.mark.parametrize(
    ("time", "costs"), [(0, (500, 0)), (998, (1, 0)), (1_000, (0, 0)), (2_000, (0, 0)), (2_001, (0, 2))]
)
def test_each_second_outside_costs_its_share_of_an_hour(time: int, costs: tuple[int, int]) -> None:
    assert soft_costs(MODEL, [(0, time)]) == costs


def test_a_window_without_a_start_has_no_early_times() -> None:
    assert soft_costs(MODEL, [(1, 0)]) == (0, 0)


def test_windows_without_a_price_and_tasks_without_a_window_cost_nothing() -> None:
    assert soft_costs(MODEL, [(2, 0), (2, 9_000), (3, 0)]) == (0, 0)


def test_the_sum_over_a_route_is_rounded_once() -> None:
    assert soft_costs(MODEL, [(0, 999)]) == (1, 0)  # half a unit
    assert soft_costs(MODEL, [(0, 999), (0, 999)]) == (1, 0)


@pytest.mark.parametrize(("amount", "units"), [(0, 0), (1_799, 0), (1_800, 1), (5_399, 1), (5_400, 2)])
def test_a_half_is_rounded_up(amount: int, units: int) -> None:
    assert per_hour(amount) == units
