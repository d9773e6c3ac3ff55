"""Which problems are timed, that is, limit when things happen."""

from typing import Any

import pytest

from milkrun.schema.fields import Slot
from milkrun.schema.problem import Problem
from milkrun.schema.times import is_timed, merged_windows


def test_windows_are_sorted_and_those_that_touch_or_overlap_are_merged() -> None:
    windows = [Slot(50, 60), Slot(10, 20), Slot(20, 30), Slot(15, 18)]
    assert merged_windows(windows) == ((10, 30), (50, 60))


@pytest.mark.parametrize(
    ("vehicle", "job", "timed"),
    [
        ({}, {"service": 60, "setup": 9}, False),
        ({"max_travel_time": 60, "max_overtime": 9}, {}, False),
        ({"time_window": [0, 9]}, {}, True),
        ({"breaks": [{"id": 1}]}, {}, True),
        ({"shift_duration": 0}, {}, True),
        ({"driver_rules": {"preset": "us-hos"}}, {}, True),
        ({}, {"time_windows": [[0, 9]]}, True),
        ({}, {"release_time": 1}, True),
    ],
)
def test_a_problem_is_timed_if_anything_limits_times(
    vehicle: dict[str, Any], job: dict[str, Any], timed: bool
) -> None:
    problem = Problem.model_validate({"vehicles": [{"id": 1, **vehicle}], "jobs": [{"id": 1, **job}]})
    assert is_timed(problem.jobs, problem.vehicles) == timed
