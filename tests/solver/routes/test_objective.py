from milkrun_solver.answer.solution import timed_routes
from milkrun_solver.model.visits import PlannedRoute
from milkrun_solver.routes.objective import Objective, objective, solution_objective
from tests.solver.helpers import model_of, scheduled
from tests.solver.problems import problem_of

PROBLEM = problem_of(
    {
        "vehicles": [{"id": 1, "start_index": 0, "capacity": [9]}],
        "jobs": [{"id": 1, "location_index": 1, "priority": 4}, {"id": 2, "location_index": 1}],
        "shipments": [
            {
                "pickup": {"id": 1, "location_index": 0},
                "delivery": {"id": 1, "location_index": 1},
                "priority": 3,
            }
        ],
        "matrices": {"car": {"durations": [[0, 50], [50, 0]]}},
    }
)


def objective_of(*tasks: int) -> Objective:
    model, plan = model_of(PROBLEM), [PlannedRoute(0, tasks)]
    solution, routes = scheduled(model, plan), timed_routes(model, plan)
    assert solution is not None
    assert routes is not None
    found = solution_objective(PROBLEM, solution)
    assert found == objective(model, routes)
    return found


def test_the_objective_is_lost_priority_unassigned_tasks_and_cost() -> None:
    assert objective_of(0, 1, 2, 3) == (0, 0, 150)
    assert objective_of(1, 2, 3) == (4, 1, 150)


def test_a_shipment_counts_as_two_tasks() -> None:
    assert objective_of(0, 1) == (6, 2, 50)


def test_priority_comes_before_the_number_of_tasks_and_that_before_cost() -> None:
    assert objective_of(0, 2, 3) < objective_of(1, 2, 3) < objective_of(0, 1)
    assert objective_of(0, 1, 2, 3) < objective_of(0, 2, 3)


def test_the_objective_of_a_part_counts_only_its_own_tasks() -> None:
    model = model_of(PROBLEM)
    routes = timed_routes(model, [PlannedRoute(0, (0,))])
    assert routes is not None
    assert objective(model, routes, [0, 1]) == (0, 1, 50)


def test_objectives_can_be_added_and_subtracted() -> None:
    whole, part = Objective(9, 3, 500), Objective(4, 1, 100)
    assert whole.minus(part) == Objective(5, 2, 400)
    assert whole.minus(part).plus(part) == whole
