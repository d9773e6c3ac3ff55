from typing import Any

import pytest

from milkrun_solver.feasibility.unservable import log_unservable, unservable
from milkrun_solver.rules.registry import RULES
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

CELLS = [[0, 100, 200], [100, 0, 100], [200, 100, 0]]


def impossible(
    vehicle: dict[str, Any],
    cells: list[list[int]] = CELLS,
    **far: Any,
) -> set[int]:
    """Which of two jobs the vehicle cannot serve; `far` holds what differs in the second job, which is
    farther away."""
    return set(codes(vehicle, cells, **far))


def codes(
    vehicle: dict[str, Any],
    cells: list[list[int]] = CELLS,
    **far: Any,
) -> dict[int, str]:
    """The jobs that the vehicle cannot serve, with the code of the rule that forbids each."""
    found = unservable(
        model_of(
            problem_of(
                {
                    "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [5], **vehicle}],
                    "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2, **far}],
                    "matrices": {"car": {"durations": cells, "distances": cells}},
                }
            )
        )
    )
    return {number: rule.code for number, rule in found.items()}


@pytest.mark.parametrize(
    ("vehicle", "far", "code"),
    [
        ({"skills": [1]}, {"skills": [2]}, "skills"),
        ({}, {"delivery": [6]}, "capacity"),
        ({}, {"pickup": [6]}, "capacity"),
        ({}, {"time_windows": [[0, 199]]}, "time_window"),
        ({"time_window": [0, 399]}, {}, "shift"),
        ({"time_window": [10, 900]}, {"time_windows": [[0, 209]]}, "time_window"),
        ({}, {"time_windows": [[0, 299]], "release_time": 100}, "release"),
        ({"max_travel_time": 399}, {}, "max_travel_time"),
        ({"max_distance": 399}, {}, "max_distance"),
        ({"shift_duration": 390, "max_overtime": 9}, {}, "shift_duration"),
    ],
)
def test_a_task_that_breaks_a_rule_on_its_own_is_unservable(
    vehicle: dict[str, Any], far: dict[str, Any], code: str
) -> None:
    assert codes(vehicle, **far) == {1: code}


def test_the_rule_named_is_that_of_the_vehicle_closest_to_serving_the_task() -> None:
    vehicles = [{"id": n, "start_index": 0, "skills": [n], "time_window": [0, 199]} for n in range(20)]
    body = {
        "vehicles": vehicles,
        "jobs": [
            {"id": 1, "location_index": 1, "skills": [0], "service": 100},
            {"id": 2, "location_index": 1, "skills": [19], "service": 100},
            {"id": 3, "location_index": 1, "skills": [20]},
        ],
        "matrices": {"car": {"durations": CELLS}},
    }
    found = unservable(model_of(problem_of(body)))
    assert {number: rule.code for number, rule in found.items()} == {0: "shift", 1: "shift", 2: "skills"}


def test_the_log_counts_the_tasks_that_each_rule_forbids(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    log_unservable({})
    assert caplog.messages == []
    log_unservable(dict.fromkeys((1, 2), RULES[1]) | {5: RULES[2]})
    [line] = caplog.messages
    assert line.startswith("no vehicle can serve 3 tasks: 2 by skills (")
    assert "; 1 by capacity (" in line


@pytest.mark.parametrize(
    ("vehicle", "far"),
    [
        ({"skills": [1, 2]}, {"skills": [2]}),
        ({}, {"delivery": [5], "pickup": [5]}),
        ({}, {"time_windows": [[0, 200]]}),
        ({"time_window": [0, 400]}, {}),
        ({"max_travel_time": 400, "max_distance": 400}, {}),
    ],
)
def test_a_task_that_just_fits_is_servable(vehicle: dict[str, Any], far: dict[str, Any]) -> None:
    assert impossible(vehicle, **far) == set()


def test_both_ends_of_a_shipment_are_unservable_together() -> None:
    problem = problem_of(
        {
            "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [5], "max_tasks": 1}],
            "shipments": [
                {"pickup": {"id": 1, "location_index": 1}, "delivery": {"id": 2, "location_index": 2}}
            ],
            "matrices": {"car": {"durations": CELLS}},
        }
    )
    assert set(unservable(model_of(problem))) == {0, 1}


ROUNDABOUT = [[0, 100, 300], [100, 0, 100], [300, 100, 0]]
"""The way to the farthest place is shorter by the place between."""


@pytest.mark.parametrize(
    "vehicle", [{"max_distance": 400}, {"max_travel_time": 400}, {"time_window": [0, 400]}]
)
def test_a_task_is_servable_if_a_detour_keeps_the_limit(vehicle: dict[str, Any]) -> None:
    assert impossible(vehicle, cells=ROUNDABOUT) == set()
    ((limit, most),) = vehicle.items()
    less = most - 1 if isinstance(most, int) else [0, most[1] - 1]
    assert impossible({limit: less}, cells=ROUNDABOUT) == {1}
