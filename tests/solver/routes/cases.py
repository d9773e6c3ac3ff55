"""Small problems of one vehicle, for the tests of its route."""

from typing import Any

from milkrun.schema.problem import Problem
from milkrun_solver.model.problem import Model
from tests.solver.helpers import model_of

RUSH: dict[str, Any] = {"start": 900, "durations": [[0, 300], [300, 0]]}
"""A slot in which all legs take three times as long."""


def three_stops(**vehicle: object) -> dict[str, object]:
    """A depot and two jobs with windows."""
    return {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, **vehicle}],
        "jobs": [
            {"id": 1, "location_index": 1, "time_windows": [[1_000, 2_000]], "service": 60},
            {"id": 2, "location_index": 2, "time_windows": [[5_000, 5_100], [7_000, 8_000]]},
        ],
        "matrices": {"car": {"durations": [[0, 100, 200], [100, 0, 300], [200, 300, 0]]}},
    }


def priced_times(slots: list[dict[str, Any]], **vehicle: Any) -> Model:
    """A job 100 seconds away that should begin at 1,000."""
    soft = {"start": 1_000, "end": 1_000, "cost_per_hour_early": 3_600, "cost_per_hour_late": 3_600}
    return model_of(
        Problem.model_validate(
            {
                "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, **vehicle}],
                "jobs": [{"id": 1, "location_index": 1, "service": 50, "soft_time_window": soft}],
                "matrices": {"car": {"durations": [[0, 100], [100, 0]], "slots": slots}},
            }
        )
    )
