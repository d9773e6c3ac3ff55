"""The enumerator finds what the solver confirms, and nothing that an engine beats."""

from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun_solver.routes.objective import solution_objective
from tests.solver.exhaustive.enumerator import Enumerator
from tests.solver.exhaustive.plans import confirmed
from tests.solver.helpers import model_of, pyvrp_solution, vroom_solution
from tests.solver.problems import FEATURES, problem_of, random_body, random_features, random_problem

KNOWN = tuple(it for it in FEATURES if it not in ("great circle", "speed", "breaks"))


def small(seed: int) -> Problem:
    """A problem of at most six tasks and two vehicles."""
    return random_problem(seed, random_features(seed, KNOWN), jobs=6, vehicles=2)


def with_additions(seed: int) -> Problem:
    """A problem with what PyVRP alone can express."""
    body = random_body(seed, {"capacity", "windows"} if seed % 2 else {"capacity"}, jobs=5, vehicles=2)
    vehicle = body["vehicles"][0]
    vehicle |= {"reloads": [{"id": 1, "location_index": 0, "service": 60}], "max_reloads": 1}
    vehicle |= {"shift_duration": 3_000, "max_overtime": 9_000}
    vehicle["costs"] = {**vehicle.get("costs", {}), "per_overtime_hour": 1_000}
    body["jobs"][0]["release_time"] = 500
    return problem_of(body)


@pytest.mark.parametrize("seed", range(25))
def test_its_best_plan_is_verified_costs_as_much_and_is_not_beaten_by_vroom(seed: int) -> None:
    problem = small(seed)
    best = confirmed(problem)
    assert best.values <= solution_objective(problem, vroom_solution(model_of(problem), level=5))


@pytest.mark.parametrize("seed", range(8))
def test_its_best_plan_with_additions_is_not_beaten_by_pyvrp(seed: int) -> None:
    problem = with_additions(seed)
    best = confirmed(problem)
    assert best.values <= solution_objective(problem, pyvrp_solution(problem, complete=False))


def test_a_problem_with_too_many_plans_is_refused() -> None:
    with pytest.raises(ValueError, match="more plans"):
        Enumerator(random_problem(1, set(), jobs=8, vehicles=2))


def body(**vehicle: Any) -> dict[str, Any]:
    """One vehicle, and two jobs 100 seconds away from it and from each other."""
    return {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, **vehicle}],
        "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}],
        "matrices": {"car": {"durations": [[0, 100, 100], [100, 0, 100], [100, 100, 0]]}},
    }


def test_tasks_are_left_out_by_priority_then_by_number() -> None:
    limited = body(max_tasks=1)
    limited["jobs"][1]["priority"] = 5
    best = Enumerator(problem_of(limited)).best()
    assert best is not None
    assert best.values == (0, 1, 200)
    assert [stop.id for stop in best.routes[0].stops] == [2]


@pytest.mark.parametrize(
    ("pause", "served"),
    [
        ({"time_windows": [[0, 400]], "service": 50}, 2),
        ({"time_windows": [[400, 500]], "service": 50}, 0),  # a vehicle that drives takes its break
        ({"time_windows": [[100, 190]], "service": 50, "max_load": [0]}, 1),
    ],
)
def test_breaks_bind_the_route(pause: dict[str, Any], served: int) -> None:
    paused = body(breaks=[{"id": 1, **pause}], time_window=[0, 399], capacity=[2])
    for job in paused["jobs"]:
        job["delivery"] = [1]
    best = Enumerator(problem_of(paused)).best()
    assert best is not None
    assert best.left == 2 - served
