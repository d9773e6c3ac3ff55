from milkrun.schema.problem import Problem
from milkrun_solver.model.visits import ReloadVisit
from tests.solver.helpers import model_of
from tests.solver.model.cases import MATRIX
from tests.solver.problems import problem_of


def test_speed_factors_count_in_hundredths_as_in_vroom() -> None:
    model = model_of(
        problem_of(
            {
                "vehicles": [{"id": 1, "start_index": 0, "speed_factor": 0.83, "costs": {"per_hour": 3_600}}],
                "jobs": [{"id": 1, "location_index": 1}],
                "matrices": MATRIX,
            }
        )
    )
    assert model.vehicles[0].duration_factor == 120
    assert model.vehicles[0].cost_factor == 433_735
    assert model.vehicles[0].duration(0, 2) == 9 * 120


def test_fixed_steps_are_visits_of_their_vehicle() -> None:
    steps = [
        {"type": "start"},
        {"type": "job", "id": 5, "fixed": "position"},
        {"type": "reload", "id": 3, "fixed": "position"},
        {"type": "job", "id": 6, "fixed": "order"},
        {"type": "job", "id": 7},
        {"type": "job", "id": 8, "fixed": "order"},
    ]
    places = [{"id": number, "location_index": 0} for number in (2, 3)]
    vehicle = {"id": 1, "start_index": 0, "reloads": places, "steps": steps}
    model = model_of(
        Problem.model_validate(
            {
                "vehicles": [vehicle, {"id": 2, "start_index": 0}],
                "jobs": [{"id": number, "location_index": 1} for number in (5, 6, 7, 8)],
                "matrices": MATRIX,
            }
        )
    )
    fixed, free = model.vehicles
    assert (fixed.first, fixed.in_order) == ((0, ReloadVisit(1)), (1, 3))
    assert (fixed.has_fixed_tasks, free.has_fixed_tasks) == (True, False)


def test_a_vehicle_with_only_reloads_fixed_may_stay_at_its_depot() -> None:
    reload = {"type": "reload", "id": 1, "fixed": "position"}
    vehicle = {"start_index": 0, "reloads": [{"id": 1, "location_index": 0}]}
    steps = [[reload], [reload, {"type": "job", "id": 5, "fixed": "position"}]]
    body = {
        "vehicles": [{"id": n, **vehicle, "steps": it} for n, it in enumerate(steps)],
        "jobs": [{"id": 5, "location_index": 1}],
        "matrices": MATRIX,
    }
    assert [it.has_fixed_tasks for it in model_of(problem_of(body)).vehicles] == [False, True]
