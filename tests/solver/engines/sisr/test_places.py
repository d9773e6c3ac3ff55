from milkrun_solver.engines.sisr.places import Places
from tests.solver.engines.sisr.cases import stops
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of


def test_only_rows_that_are_used_are_places_and_the_last_is_nowhere() -> None:
    places = Places(stops())
    assert (places.rows, places.rank, places.nowhere) == ([0, 1, None], {0: 0, 1: 1}, 2)


def test_without_open_ends_there_is_no_nowhere() -> None:
    body = {
        "vehicles": [{"id": 1, "start_index": 3, "end_index": 3}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0] * 4] * 4}},
    }
    assert Places(model_of(problem_of(body))).rows == [1, 3]
