"""The locations and depots that PyVRP gets."""

from milkrun_solver.engines.pyvrp.locations import Locations
from milkrun_solver.model.problem import Model
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of


def two_jobs_at_one_place() -> Model:
    places = [{"id": 1, "location_index": 0, "service": 60}, {"id": 2, "location_index": 2}]
    return model_of(
        problem_of(
            {
                "vehicles": [{"id": 1, "start_index": 0, "reloads": places}],
                "jobs": [{"id": n, "location_index": 1} for n in (1, 2)],
                "matrices": {"car": {"durations": [[0] * 3] * 3}},
            }
        )
    )


def test_tasks_at_one_place_share_a_location_unless_kept_apart() -> None:
    model = two_jobs_at_one_place()
    assert Locations(model, [0, 1], apart=False).of_task == {0: 0, 1: 0}
    assert Locations(model, [0, 1], apart=True).of_task == {0: 0, 1: 1}


def test_an_open_end_has_no_place() -> None:
    locations = Locations(two_jobs_at_one_place(), [0, 1], apart=False)
    assert locations.rows[locations.depots[None]] is None
    assert locations.rows[locations.depots[0]] == 0


def test_the_depots_for_reloads_follow_those_for_starts_and_ends() -> None:
    model = two_jobs_at_one_place()
    locations = Locations(model, [0, 1], apart=False)
    assert locations.start_and_end(model.vehicles[0]) == (0, 1)
    assert locations.reload_depots(model.vehicles[0]) == [2, 3]
    assert locations.reloads == {(0, 60): locations.depots[0], (2, 0): locations.rows.index(2)}
