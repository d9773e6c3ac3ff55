from tests.solver.helpers import model_of
from tests.solver.model.cases import MATRIX
from tests.solver.problems import problem_of


def test_a_problem_is_timed_if_anything_limits_times() -> None:
    base = {
        "vehicles": [{"id": 1, "start_index": 0}],
        "jobs": [{"id": 1, "location_index": 1, "service": 60}],
        "matrices": MATRIX,
    }
    assert not model_of(problem_of(base)).timed
    hours = [{"id": 1, "start_index": 0, "time_window": [0, 9]}]
    assert model_of(problem_of({**base, "vehicles": hours})).timed
    window = [{"id": 1, "location_index": 1, "time_windows": [[0, 9]]}]
    assert model_of(problem_of({**base, "jobs": window})).timed


def test_travel_by_the_time_of_day_makes_a_problem_timed() -> None:
    body = {
        "vehicles": [{"id": 1, "start_index": 0}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {**MATRIX["car"], "slots": [{"start": 9, **MATRIX["car"]}]}},
    }
    assert model_of(problem_of(body)).timed
