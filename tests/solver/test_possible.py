from typing import Any

import pytest

from milkrun_solver.possible import impossible_tasks
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

CELLS = [[0, 100, 200], [100, 0, 100], [200, 100, 0]]


def impossible(
    vehicle: dict[str, Any],
    cells: list[list[int]] = CELLS,
    first: dict[str, Any] | None = None,
    **far: Any,
) -> set[int]:
    """Which of two jobs the vehicle cannot serve; `far` changes the second one, the farther."""
    return impossible_tasks(
        model_of(
            problem_of(
                {
                    "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [5], **vehicle}],
                    "jobs": [
                        {"id": 1, "location_index": 1, **(first or {})},
                        {"id": 2, "location_index": 2, **far},
                    ],
                    "matrices": {"car": {"durations": cells, "distances": cells}},
                }
            )
        )
    )


@pytest.mark.parametrize(
    ("vehicle", "far"),
    [
        ({"skills": [1]}, {"skills": [2]}),
        ({}, {"delivery": [6]}),
        ({}, {"pickup": [6]}),
        ({}, {"time_windows": [[0, 199]]} | {}),
        ({"time_window": [0, 399]}, {}),
        ({"time_window": [10, 900]}, {"time_windows": [[0, 209]]}),
        ({"max_travel_time": 399}, {}),
        ({"max_distance": 399}, {}),
    ],
)
def test_a_task_that_breaks_a_rule_even_alone_is_impossible(
    vehicle: dict[str, Any], far: dict[str, Any]
) -> None:
    assert impossible(vehicle, **far) == {1}


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
def test_a_task_that_just_fits_is_possible(vehicle: dict[str, Any], far: dict[str, Any]) -> None:
    assert impossible(vehicle, **far) == set()


def test_a_shipment_is_impossible_as_a_whole() -> None:
    problem = problem_of(
        {
            "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [5], "max_tasks": 1}],
            "shipments": [
                {"pickup": {"id": 1, "location_index": 1}, "delivery": {"id": 2, "location_index": 2}}
            ],
            "matrices": {"car": {"durations": CELLS}},
        }
    )
    assert impossible_tasks(model_of(problem)) == {0, 1}


ROUNDABOUT = [[0, 100, 300], [100, 0, 100], [300, 100, 0]]
"""To the farthest place it is shorter by way of the one between."""


@pytest.mark.parametrize(
    "vehicle", [{"max_distance": 400}, {"max_travel_time": 400}, {"time_window": [0, 400]}]
)
def test_a_task_that_can_be_served_on_the_way_is_possible(vehicle: dict[str, Any]) -> None:
    assert impossible(vehicle, cells=ROUNDABOUT) == set()
    ((limit, most),) = vehicle.items()
    less = most - 1 if isinstance(most, int) else [0, most[1] - 1]
    assert impossible({limit: less}, cells=ROUNDABOUT) == {1}


def test_a_window_that_is_missed_on_the_straight_way_may_be_kept_on_another() -> None:
    assert impossible({}, cells=ROUNDABOUT, time_windows=[[0, 200]]) == set()
    assert impossible({}, cells=ROUNDABOUT, time_windows=[[0, 199]]) == {1}


def test_who_comes_from_the_same_place_needs_no_setup() -> None:
    late = {"time_window": [0, 410]}
    assert impossible(late, location_index=2, setup=20) == {1}
    assert impossible(late, location_index=2, setup=20, first={"location_index": 2}) == set()


def test_what_vehicles_that_reload_or_have_a_shift_can_do_alone_is_all_that_is_asked() -> None:
    assert impossible({"time_window": [0, 400], "shift_duration": 900}, cells=ROUNDABOUT) == {1}


def test_shipments_are_served_on_the_way_too() -> None:
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "max_distance": 400}],
        "shipments": [{"pickup": {"id": 1, "location_index": 2}, "delivery": {"id": 1, "location_index": 1}}],
        "matrices": {"car": {"durations": ROUNDABOUT, "distances": ROUNDABOUT}},
    }
    assert impossible_tasks(model_of(problem_of(body))) == set()


def test_of_very_large_matrices_the_straight_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milkrun_solver.detours.MOST_ROWS", 2)
    assert impossible({"max_distance": 400}, cells=ROUNDABOUT) == {1}
