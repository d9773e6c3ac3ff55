"""The cost of a route. That it equals VROOM's is shown by the tests of schedules."""

from typing import Any

from milkrun_solver.routes.costs import Tariff
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

LEGS = [(0, 1), (1, None)]


def costs(matrices: dict[str, Any] | None = None, **vehicle: Any) -> Tariff:
    body = {
        "vehicles": [{"id": 1, "start_index": 0, **vehicle}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0, 10], [10, 0]], **(matrices or {})}},
    }
    model = model_of(problem_of(body))
    return Tariff(model, model.vehicles[0], LEGS)


def test_travel_costs_are_rounded_down_unless_something_binds_in_time() -> None:
    per_hour = {"costs": {"per_hour": 1_000}}
    assert costs(**per_hour).total(10, 0, 0, 0) == 2
    assert costs(**per_hour, time_window=[0, 99]).total(10, 0, 0, 0) == 3


def test_custom_costs_take_the_place_of_travel_costs() -> None:
    assert costs({"costs": [[0, 7], [9, 0]]}).total(10, 900, 0, 0) == 7


def test_the_vehicle_its_work_and_its_overtime_cost_too() -> None:
    priced = {"fixed": 50, "per_hour": 0, "per_km": 2_000, "per_task_hour": 360, "per_overtime_hour": 720}
    found = costs({"distances": [[0, 1_000], [1_000, 0]]}, costs=priced, shift_duration=9, max_overtime=9)
    assert found.total(10, 1_000, work=3_000, overtime=20) == 50 + 2_000 + 3 + 4
