from typing import Any

import pytest

from milkrun_solver.engines.pyvrp.expressible import channels, reason_for_vroom
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

CELLS = [[0, 5, 9], [6, 0, 7], [4, 4, 0]]


def reason(**changes: Any) -> str | None:
    return reason_for_vroom(model_of(problem_of(body(**changes))))


def body(
    vehicle: dict[str, Any] | None = None,
    jobs: list[dict[str, Any]] | None = None,
    shipments: list[dict[str, Any]] | None = None,
    costs: bool = False,
) -> dict[str, Any]:
    matrices: dict[str, Any] = {"durations": CELLS, "distances": CELLS}
    if costs:
        matrices["costs"] = CELLS
    return {
        "vehicles": [{"id": 1, "start_index": 0, **(vehicle or {})}],
        "jobs": jobs or [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}],
        "shipments": shipments or [],
        "matrices": {"car": matrices},
    }


WINDOW = {"time_window": [0, 9_000]}
SHIPMENT = {"pickup": {"id": 1, "location_index": 1}, "delivery": {"id": 2, "location_index": 2}}
TWICE = {"id": 1, "location_index": 1, "time_windows": [[0, 9], [20, 30]]}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"vehicle": {"breaks": [{"id": 1, "time_windows": [[0, 9]]}]}}, "breaks"),
        ({"shipments": [{**SHIPMENT, "pickup": TWICE}]}, "several time windows"),
        ({"jobs": [{"id": i, "location_index": 1, "setup": 5} for i in (1, 2)]}, "setup"),
        ({"jobs": [{"id": 1, "location_index": 0, "setup": 5}]}, "setup"),
        ({"vehicle": {"max_tasks": 1}, "shipments": [SHIPMENT]}, "max_tasks"),
        ({"vehicle": {"max_distance": 9, **WINDOW}}, "limit"),
        ({"vehicle": {"max_travel_time": 9, "costs": {"per_km": 5}, **WINDOW}}, "limit"),
        ({"vehicle": {"max_travel_time": 9, **WINDOW}, "costs": True}, "limit"),
        ({"vehicle": {"max_travel_time": 9, "max_distance": 9}, "costs": True}, "limit"),
    ],
)
def test_what_stays_with_vroom_says_why(changes: dict[str, Any], word: str) -> None:
    found = reason(**changes)
    assert found is not None
    assert word in found


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"vehicle": WINDOW},
        {"jobs": [TWICE]},
        {"shipments": [SHIPMENT]},
        {"jobs": [{"id": 1, "location_index": 1, "setup": 5}]},
        {"vehicle": {"max_tasks": 1}},
        {"vehicle": {"max_tasks": 5}, "shipments": [SHIPMENT]},
        {"vehicle": {"max_travel_time": 9, **WINDOW}},
        {"vehicle": {"max_distance": 9, "costs": {"per_hour": 0, "per_km": 5}, **WINDOW}},
        {"vehicle": {"max_travel_time": 9, "max_distance": 9, "costs": {"per_km": 5}}},
        {"vehicle": {"max_distance": 9}, "costs": True},
        {"vehicle": {"costs": {"fixed": 9, "per_hour": 7, "per_km": 5, "per_task_hour": 3}, **WINDOW}},
        {"vehicle": {"speed_factor": 1.7, "skills": [1], "type": "van"}},
    ],
)
def test_what_pyvrp_can_express(changes: dict[str, Any]) -> None:
    assert reason(**changes) is None


def test_a_limit_on_travel_time_is_a_limit_on_a_cost_in_proportion_to_it() -> None:
    model = model_of(problem_of(body(vehicle={"max_travel_time": 9, **WINDOW})))
    found = channels(model, model.vehicles[0])
    assert found is not None
    assert (found.distance, found.max_distance, found.max_duration) == ("time", 9, None)


def test_without_time_windows_the_duration_matrix_is_free_for_a_limit() -> None:
    vehicle = {"max_distance": 9, "costs": {"per_hour": 3_600}}
    model = model_of(problem_of(body(vehicle=vehicle)))
    found = channels(model, model.vehicles[0])
    assert found is not None
    assert (found.distance, found.duration, found.max_duration) == ("time", "distance", 9)
