from typing import Any

import pytest

from milkrun_solver.possible import impossible_tasks
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

CELLS = [[0, 100, 200], [100, 0, 100], [200, 100, 0]]


def impossible(vehicle: dict[str, Any], **far: Any) -> set[int]:
    """Which of two jobs the vehicle cannot serve; `far` changes the second one, the farther."""
    return impossible_tasks(
        model_of(
            problem_of(
                {
                    "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [5], **vehicle}],
                    "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2, **far}],
                    "matrices": {"car": {"durations": CELLS, "distances": CELLS}},
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
