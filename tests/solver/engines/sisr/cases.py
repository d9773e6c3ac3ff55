"""A small problem for the tests of what the compiled search is given."""

from typing import Any

from milkrun_solver.model.problem import Model
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of


def stops(**changes: Any) -> Model:
    """One job, and two vehicles with a break and a reload, the second of them changed."""
    vehicle = {
        "id": 1,
        "start_index": 0,
        "breaks": [{"id": 1, "time_windows": [[0, 90]]}],
        "reloads": [{"id": 1, "location_index": 0}],
    }
    body = {
        "vehicles": [vehicle, {**vehicle, "id": 2, **changes}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0, 9, 9], [9, 0, 9], [9, 9, 0]]}},
    }
    return model_of(problem_of(body))


def with_matrix(matrix: dict[str, Any], **vehicle: Any) -> Model:
    """One job and one vehicle."""
    return model_of(
        problem_of(
            {
                "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, **vehicle}],
                "jobs": [{"id": 1, "location_index": 1}],
                "matrices": {"car": matrix},
            }
        )
    )
