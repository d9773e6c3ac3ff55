from typing import Any

import pytest

from milkrun_solver.model.travel import travel_source
from milkrun_solver.verification.facts import Facts
from tests.solver.problems import problem_of

CELLS = {"durations": [[0, 100], [70, 0]]}
SOFT = {"end": 9, "cost_per_hour_late": 1}


def body(**vehicle: Any) -> dict[str, Any]:
    return {
        "vehicles": [{"id": 1, "start_index": 0, **vehicle}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": CELLS},
    }


@pytest.mark.parametrize(
    ("changed", "binds"),
    [
        ({}, False),
        ({"jobs": [{"id": 1, "location_index": 1, "time_windows": [[0, 9]]}]}, True),
        ({"jobs": [{"id": 1, "location_index": 1, "release_time": 5}]}, True),
        (body(time_window=[0, 900]), True),
        (body(breaks=[{"id": 1, "time_windows": [[0, 9]]}]), True),
        (body(shift_duration=500), True),
        ({"jobs": [{"id": 1, "location_index": 1, "soft_time_window": SOFT}]}, True),
        ({"matrices": {"car": {**CELLS, "slots": [{"start": 9, **CELLS}]}}}, True),
        (body(driver_rules={"preset": "eu-561"}), True),
    ],
    ids=[
        *("nothing", "a window", "a release time", "working hours", "a break", "a shift"),
        *("a soft window", "the time of day", "a driver"),
    ],
)
def test_a_problem_is_timed_if_anything_limits_times(changed: dict[str, Any], binds: bool) -> None:
    problem = problem_of({**body(), **changed})
    assert Facts(problem, travel_source(problem)).timed == binds
