"""A search that costs next to nothing, so that thousands of runs fit on a laptop: it mostly sleeps.

Milkrun's own code builds, times and verifies its routes; only the routes themselves are random. Runs whose
first vehicle has the description REAL use Milkrun's real engines.
"""

import random
import time
from collections.abc import Callable

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.answer.solution import timed_routes
from milkrun_solver.errors import NoAnswerError
from milkrun_solver.model.problem import Model, build_model
from milkrun_solver.model.travel import TravelSource, travel_source
from milkrun_solver.model.visits import Plan, PlannedRoute
from milkrun_solver.search.incumbent import Incumbent
from milkrun_solver.solve import solve

REAL = "real"
_PAUSE = 0.02


def search(
    problem: Problem,
    *,
    deadline: float,
    on_best: Callable[[Solution], None],
    should_stop: Callable[[], bool],
    seed: int,
    initial: Solution | None = None,
    travel: TravelSource | None = None,
) -> Solution:
    """Like `milkrun_solver.solve.solve`: tries routes until the deadline, a stop, or the stall limit."""
    if problem.vehicles[0].description == REAL:
        return solve(
            problem,
            deadline=deadline,
            on_best=on_best,
            should_stop=should_stop,
            seed=seed,
            initial=initial,
            travel=travel,
        )
    model = build_model(problem, travel or travel_source(problem))
    incumbent = Incumbent(model, seed, time.monotonic(), on_best)
    if initial is not None:
        incumbent.start_from(initial)
    chance = random.Random(seed)
    while True:
        routes = timed_routes(model, _random_plan(model, chance))
        if routes is not None:
            incumbent.consider("vroom", routes)
        if _is_over(incumbent, problem.options.stall_limit, deadline) or should_stop():
            break
        time.sleep(_PAUSE)
    found = incumbent.result()
    if found is None:
        raise NoAnswerError("The search ended before there was a first answer.")
    return found


def _is_over(incumbent: Incumbent, stall_limit: float | None, deadline: float) -> bool:
    now = time.monotonic()
    stalled = stall_limit is not None and now - incumbent.improved_at >= stall_limit
    return now >= deadline or (stalled and incumbent.solution is not None)


def _random_plan(model: Model, chance: random.Random) -> Plan:
    """All tasks in random order, dealt to the vehicles in turn."""
    tasks = list(range(len(model.tasks)))
    chance.shuffle(tasks)
    shares = [tasks[number :: len(model.vehicles)] for number in range(len(model.vehicles))]
    return [PlannedRoute(number, tuple(share)) for number, share in enumerate(shares) if share]
