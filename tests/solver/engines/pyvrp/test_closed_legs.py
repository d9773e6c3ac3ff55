"""Cells that mean there is no way: schedule, verifier and both engines understand them alike."""

import itertools
import random
from collections.abc import Iterator
from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.feasibility.unservable import unservable
from milkrun_solver.model.problem import Model
from milkrun_solver.model.travel import NO_WAY, travel_source
from milkrun_solver.model.visits import Plan, PlannedRoute
from milkrun_solver.routes.objective import Objective, solution_objective
from milkrun_solver.routes.schedule import schedule
from tests.solver.helpers import ALL_SERVED, Watched, faults, model_of, pyvrp_plan, scheduled, vroom_solution
from tests.solver.problems import problem_of, random_body

CLOSED = 2**31 - 1
KINDS = ("durations", "distances", "costs")


def body(kind: str = "durations", cell: int = CLOSED, **vehicle: Any) -> dict[str, Any]:
    """Four jobs; by one matrix, no way leads to the last job or away from it."""
    plain = [[0 if a == b else 10 + a + b for b in range(5)] for a in range(5)]
    shut = [[cell if a != b and 4 in (a, b) else plain[a][b] for b in range(5)] for a in range(5)]
    matrices = {name: shut if name == kind else plain for name in ("durations", "distances", kind)}
    return {
        "vehicles": [{"id": n, "start_index": 0, "end_index": 0, **vehicle} for n in (1, 2)],
        "jobs": [{"id": n, "location_index": n} for n in (1, 2, 3, 4)],
        "matrices": {"car": matrices},
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cell", [NO_WAY, CLOSED])
@pytest.mark.parametrize(
    "vehicle",
    [
        {},
        {"time_window": [0, 10_000]},
        {"breaks": [{"id": 1, "service": 5, "time_windows": [[0, 900]]}]},
        {"speed_factor": 5, "max_tasks": 9},
        {"reloads": [{"id": 1, "location_index": 0}], "shift_duration": 9_000},
    ],
    ids=["plain", "timed", "breaks", "fast", "trips"],
)
def test_a_task_that_cannot_be_reached_is_unassigned(kind: str, cell: int, vehicle: dict[str, Any]) -> None:
    watched = Watched(problem_of(body(kind, cell, **vehicle)), enough=1)
    assert [task.id for task in watched.solution.unassigned] == [4]
    assert watched.solution.summary.cost < 1_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_cell_below_the_threshold_is_an_ordinary_number(kind: str) -> None:
    watched = Watched(problem_of(body(kind, NO_WAY - 1)), good_enough=ALL_SERVED)
    assert watched.solution.summary.unassigned == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_route_over_a_closed_leg_has_no_schedule_and_fails_verification(kind: str) -> None:
    model, opened = (model_of(problem_of(body(kind, cell))) for cell in (CLOSED, NO_WAY - 1))
    plan = [PlannedRoute(0, (0, 3)), PlannedRoute(1, (1, 2))]
    assert schedule(model, 0, (0, 3)) is None
    solution = scheduled(opened, plan)
    assert solution is not None
    assert faults(opened, solution) == []
    assert any("there is no path to job 4" in fault for fault in faults(model, solution))


def test_a_closed_leg_stops_only_the_profile_of_its_matrix() -> None:
    given = body()
    given["vehicles"][1]["profile"] = "boat"
    given["matrices"]["boat"] = body(cell=30)["matrices"]["car"]
    solution = Watched(problem_of(given), good_enough=ALL_SERVED).solution
    assert solution.summary.unassigned == 0
    (boat,) = (route for route in solution.routes if route.vehicle == 2)
    assert 4 in [step.id for step in boat.steps]


def test_a_task_that_can_be_reached_only_through_another_is_servable() -> None:
    """The last place can be reached only from the place before it."""
    given = body()
    durations = given["matrices"]["car"]["durations"]
    durations[3][4] = durations[4][0] = 20
    model = model_of(problem_of(given))
    assert set(unservable(model)) == set()
    assert Watched(problem_of(given), good_enough=ALL_SERVED).solution.summary.unassigned == 0


def test_no_great_circle_is_closed_even_at_the_slowest_speed() -> None:
    ends = [(-100.0, -45.0), (80.0, 45.0)]
    given = {
        "vehicles": [{"id": 1, "start": ends[0]}],
        "jobs": [{"id": 1, "location": ends[1]}],
        "options": {"speed_kmh": 0.1},
    }
    assert travel_source(problem_of(given)).profiles["car"].closed is None


def half_closed(seed: int) -> Problem:
    """A small problem in which about half of the legs are closed."""
    rng = random.Random(seed)
    features = {name for name in ("windows", "shipments", "priorities", "speed") if rng.random() < 0.4}
    given = random_body(seed, features | ({"custom costs"} if seed % 3 == 2 else set()), jobs=5, vehicles=2)
    cells = given["matrices"]["car"][KINDS[seed % 3]]
    for a, b in itertools.permutations(range(len(cells)), 2):
        if rng.random() < 0.45:
            cells[a][b] = rng.choice((CLOSED, NO_WAY))
    return problem_of(given)


def all_plans(model: Model) -> Iterator[Plan]:
    """Every choice of tasks in every order, on two vehicles."""
    numbers = range(len(model.tasks))
    for count in range(len(numbers) + 1):
        for order in itertools.permutations(numbers, count):
            for cut in range(count + 1):
                parts = enumerate((order[:cut], order[cut:]))
                yield [PlannedRoute(vehicle, tasks) for vehicle, tasks in parts if tasks]


def best_rank(model: Model) -> Objective:
    """The objective of the best of all plans."""
    ranks = []
    for plan in all_plans(model):
        solution = scheduled(model, plan)
        if solution is not None and not faults(model, solution):
            ranks.append(solution_objective(model.problem, solution))
    return min(ranks)


def pyvrp_rank(model: Model, complete: bool) -> Objective | None:
    """The objective of the plan that PyVRP finds; None if the plan does not verify."""
    plan = pyvrp_plan(model, complete, iterations=300)
    solution = None if plan is None else scheduled(model, plan)
    if solution is None or faults(model, solution):
        return None
    return solution_objective(model.problem, solution)


def test_pyvrp_drives_no_closed_leg_and_mostly_matches_brute_force() -> None:
    found = []
    for seed in range(20):
        model = model_of(half_closed(seed))
        best = best_rank(model)
        assert best[1] >= len(unservable(model))
        if Encoding(model).possible:
            theirs = pyvrp_rank(model, complete=best[1] == len(unservable(model)))
            assert theirs is not None
            found.append(theirs == best)
    assert sum(found) >= len(found) - 2


@pytest.mark.parametrize("seed", range(18))
def test_vroom_drives_no_closed_leg(seed: int) -> None:
    model = model_of(half_closed(seed))
    assert faults(model, vroom_solution(model)) == []
