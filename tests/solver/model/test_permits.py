"""Skills that stand for lists of vehicles."""

from typing import Any

from milkrun.schema.tasks import Job, Shipment
from milkrun_solver.model.permits import Permits
from tests.solver.problems import problem_of


def permits(*jobs: dict[str, Any]) -> tuple[list[frozenset[int]], list[frozenset[int]]]:
    """The skills that each job needs, and those that each of three vehicles has."""
    problem = problem_of(
        {
            "vehicles": [{"id": n, "start_index": 0, "skills": [0] if n == 1 else []} for n in (1, 2, 3)],
            "jobs": [{"id": n, "location_index": 0, **job} for n, job in enumerate(jobs)],
            "matrices": {"car": {"durations": [[0]]}},
        }
    )
    made = Permits(problem)
    return [made.needed(job) for job in problem.jobs], [made.held(vehicle) for vehicle in problem.vehicles]


def able(need: frozenset[int], held: list[frozenset[int]]) -> list[int]:
    return [number for number, skills in enumerate(held, 1) if need <= skills]


def test_a_task_is_for_the_vehicles_of_its_list_with_its_skills() -> None:
    needs, held = permits(
        {},
        {"skills": [0]},
        {"allowed_vehicles": [2, 3]},
        {"allowed_vehicles": [1, 3], "skills": [0]},
        {"allowed_vehicles": [2], "skills": [0]},
    )
    assert [able(need, held) for need in needs] == [[1, 2, 3], [1], [2, 3], [1], []]


def test_equal_lists_share_a_skill() -> None:
    needs, held = permits(
        {"allowed_vehicles": [2, 3]}, {"allowed_vehicles": [3, 2, 3]}, {"allowed_vehicles": [2]}
    )
    assert needs[0] == needs[1] != needs[2]
    assert [len(skills) for skills in held] == [1, 2, 1]


def test_a_problem_without_lists_keeps_its_skills() -> None:
    needs, held = permits({"skills": [7]}, {})
    assert (needs, held) == ([frozenset({7}), frozenset()], [frozenset({0}), frozenset(), frozenset()])


def test_a_fixed_task_is_for_its_vehicle_alone() -> None:
    end = {"id": 1, "location_index": 0}
    fixed = [{"type": "job", "id": 1, "fixed": "position"}, {"type": "delivery", "id": 1, "fixed": "order"}]
    problem = problem_of(
        {
            "vehicles": [{"id": 1, "start_index": 0}, {"id": 2, "start_index": 0, "steps": fixed}],
            "jobs": [{"id": n, "location_index": 0, "allowed_vehicles": [1, 2]} for n in (1, 2)],
            "shipments": [{"pickup": end, "delivery": end}],
            "matrices": {"car": {"durations": [[0]]}},
        }
    )
    made = Permits(problem)
    held = [made.held(vehicle) for vehicle in problem.vehicles]
    orders: list[Job | Shipment] = [*problem.jobs, *problem.shipments]
    assert [able(made.needed(order), held) for order in orders] == [[2], [1, 2], [2]]
