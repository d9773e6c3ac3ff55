from milkrun_solver.model.visits import PlannedRoute
from milkrun_solver.routes.ranking import rank
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


def rank_of(*tasks: int) -> tuple[int, int, int]:
    solution = scheduled(model_of(PROBLEM), [PlannedRoute(0, tasks)])
    assert solution is not None
    return rank(PROBLEM, solution)


def test_rank_counts_priority_and_tasks_left_out_and_cost() -> None:
    assert rank_of(0, 1, 2, 3) == (0, 0, 150)
    assert rank_of(1, 2, 3) == (4, 1, 150)


def test_both_ends_of_a_shipment_count() -> None:
    assert rank_of(0, 1) == (6, 2, 50)


def test_priority_comes_before_number_and_number_before_cost() -> None:
    assert rank_of(0, 2, 3) < rank_of(1, 2, 3) < rank_of(0, 1)
    assert rank_of(0, 1, 2, 3) < rank_of(0, 2, 3)
