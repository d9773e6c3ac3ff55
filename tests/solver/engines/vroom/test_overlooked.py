"""Tasks that VROOM overlooks because no vehicle can serve them alone, although a route can include them."""

import itertools
import random
from typing import Any

import pytest

from milkrun_solver.answer.solution import solution_of
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.engines.vroom.overlooked import Overlooked
from milkrun_solver.feasibility.unservable import servable_between
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan, PlannedRoute
from milkrun_solver.routes.objective import Objective, solution_objective
from milkrun_solver.routes.timed_route import TimedRoute
from tests.solver.helpers import META, Watched, faults, model_of, scheduled
from tests.solver.problems import problem_of
from tests.solver.vroom import plan_mode, vroom_output


def two_at_a_dairy(**vehicle: Any) -> dict[str, Any]:
    """Two pickups at a dairy with a setup of a quarter of an hour. The second shipment would be delivered too
    late if it were served alone."""
    step = {"location_index": 1, "setup": 900, "service": 300}
    late = {"time_windows": [[3_600, 3_600]]}
    return {
        "vehicles": [
            {
                "id": 1,
                "start_index": 0,
                "end_index": 0,
                "time_window": [0, 20_000],
                "capacity": [2],
                **vehicle,
            }
        ],
        "shipments": [
            {"amount": [1], "pickup": {"id": 1, **step}, "delivery": {"id": 1, "location_index": 0}},
            {
                "amount": [1],
                "pickup": {"id": 2, **step, **late},
                "delivery": {"id": 2, "location_index": 2, "time_windows": [[0, 4_500]]},
            },
        ],
        "matrices": {"car": {"durations": [[0, 600, 600], [600, 0, 600], [600, 600, 0]]}},
    }


def test_a_pickup_that_needs_no_setup_after_another_is_served() -> None:
    solution = Watched(problem_of(two_at_a_dairy())).solution
    assert (solution.summary.unassigned, solution.summary.cost) == (0, 1_800)


def test_it_is_served_beside_a_break() -> None:
    pause = {"id": 1, "service": 600, "time_windows": [[2_000, 6_000]]}
    solution = Watched(problem_of(two_at_a_dairy(breaks=[pause]))).solution
    assert solution.summary.unassigned == 0
    assert "break" in [step.type for step in solution.routes[0].steps]


@pytest.mark.parametrize("vehicle", [{"capacity": [1]}, {"max_tasks": 3}, {"max_travel_time": 1_700}])
def test_it_stays_unassigned_if_it_breaks_another_rule(vehicle: dict[str, Any]) -> None:
    assert Watched(problem_of(two_at_a_dairy(**vehicle))).solution.summary.unassigned == 2


def setups(seed: int) -> Model:
    """Two shipments and a job at a few shared places, with setups and narrow windows."""
    rng = random.Random(seed)
    size = 4
    cells = [[0 if a == b else rng.randint(200, 900) for b in range(size)] for a in range(size)]

    def task(number: int) -> dict[str, Any]:
        place, setup, service = rng.randrange(size), rng.choice((0, 600, 900)), rng.choice((0, 300))
        made: dict[str, Any] = {"id": number, "location_index": place, "setup": setup, "service": service}
        if rng.random() < 0.5:
            opening = rng.randrange(0, 6_000, 300)
            made["time_windows"] = [[opening, opening + rng.choice((0, 900, 1_800))]]
        return made

    body = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "time_window": [0, 20_000]}],
        "shipments": [{"pickup": task(number), "delivery": task(number)} for number in (1, 2)],
        "jobs": [task(3)],
        "matrices": {"car": {"durations": cells}},
    }
    return model_of(problem_of(body))


def best_plan(model: Model) -> tuple[Objective, Plan]:
    """The best plan of all choices of tasks in all orders, by our own schedule and verifier."""
    found: list[tuple[Objective, Plan]] = []
    for count in range(len(model.tasks) + 1):
        for order in itertools.permutations(range(len(model.tasks)), count):
            plan = [PlannedRoute(0, order)] if order else []
            solution = scheduled(model, plan)
            if solution is not None and not faults(model, solution):
                found.append((solution_objective(model.problem, solution), plan))
    return min(found)


def rank_of(model: Model, routes: list[TimedRoute]) -> Objective:
    return solution_objective(model.problem, solution_of(model, routes, META))


SEEDS = [*range(15), 39, 43, 52, 113, 246]
"""In the last five, VROOM leaves out a shipment that can be served."""


@pytest.mark.parametrize("seed", SEEDS)
def test_with_setups_at_shared_places_the_answer_is_as_good_as_brute_forces(seed: int) -> None:
    model = setups(seed)
    best, _ = best_plan(model)
    found = routes_of(model, vroom_output(model, 5))
    if rank_of(model, found) != best:
        assert servable_between(model)

        def keeps_rules(routes: list[TimedRoute]) -> bool:
            return not faults(model, solution_of(model, routes, META))

        more = Overlooked(model, keeps_rules).put_into(found)
        assert more is not None
        found = more
    assert rank_of(model, found) == best
    assert (seed in SEEDS[-5:]) == bool(servable_between(model))


@pytest.mark.parametrize("seed", SEEDS)
def test_vrooms_plan_mode_finds_no_fault_in_the_best_plan(seed: int) -> None:
    model = setups(seed)
    _, plan = best_plan(model)
    if plan:
        assert plan_mode(model, plan)["summary"]["violations"] == []
