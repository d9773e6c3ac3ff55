"""Shortcuts for the solver's tests."""

import sys
import time
from collections.abc import Callable
from itertools import chain
from typing import Any

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Meta, Solution
from milkrun_solver.answer.solution import plan_of, solution_of, timed_routes
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.engines.pyvrp.annealing import Annealing
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.model.network_travel import network_source
from milkrun_solver.model.problem import Model, build_model
from milkrun_solver.model.travel import travel_source
from milkrun_solver.model.visits import Plan
from milkrun_solver.roads.network import RoadNetwork
from milkrun_solver.routes.objective import Objective, solution_objective
from milkrun_solver.solve import solve
from milkrun_solver.verification.verifier import Verifier
from tests.solver.leftovers import nothing_left_behind
from tests.solver.problems import random_problem
from tests.solver.vroom import vroom_output
from tests.waiting import PATIENCE

ALL_SERVED = Objective(0, 0, sys.maxsize)
"""Only an answer that serves every task is as good as this."""
LOOKS = 10
"""How often a search asks whether to stop before a test stops it, counted from its first answer."""
META = Meta(engine="vroom", matrix="custom", seed=1, seconds=0, first_cost=0, best_cost=0, trace=[])


def model_of(problem: Problem, roads: RoadNetwork | None = None) -> Model:
    """The solver's model of a problem."""
    travel = travel_source(problem) if roads is None else network_source(problem, roads, lambda: False)
    return build_model(problem, travel)


def scheduled(model: Model, plan: Plan) -> Solution | None:
    """The plan with the times of our own schedule, unverified; None if it misses a window."""
    routes = timed_routes(model, plan)
    return None if routes is None else solution_of(model, routes, META)


def vroom_solution(model: Model, level: int = 1) -> Solution:
    """VROOM's answer, with VROOM's own times."""
    return solution_of(model, routes_of(model, vroom_output(model, level)), META)


def one_job_a_route() -> tuple[Model, Plan]:
    """A problem, and a plan for it with one route for each job, which is more routes than it needs."""
    model = model_of(random_problem(5, {"capacity", "great circle"}, jobs=60, vehicles=60))
    plan = plan_of(model, vroom_solution(model, level=0))
    tasks = chain.from_iterable(route.tasks for route in plan)
    return model, [plan[0]._replace(vehicle=n, visits=(task,)) for n, task in enumerate(sorted(tasks))]


def pyvrp_plan(model: Model, complete: bool = True, iterations: int = 400, seed: int = 1) -> Plan | None:
    """The plan that PyVRP alone finds in this many iterations; None if it is not feasible."""
    search = Annealing(Encoding(model), complete, seed)
    found = search.run(search.first_solution(), after(iterations), lambda _: None, lukewarm).best
    return search.encoding.plan(found) if search.encoding.keeps_rules(found) else None


def pyvrp_solution(problem: Problem, complete: bool = True, iterations: int = 400) -> Solution:
    """PyVRP's answer on its own, with times, verified."""
    model = model_of(problem)
    plan = pyvrp_plan(model, complete, iterations)
    assert plan is not None
    solution = scheduled(model, plan)
    assert solution is not None
    assert faults(model, solution) == []
    return solution


def after(iterations: int) -> Callable[[], bool]:
    """A condition that ends a search after this many iterations."""
    left = iterations

    def stop() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    return stop


def lukewarm() -> float:
    """A temperature at which a search soon finds something."""
    return 0.05


def faults(model: Model, solution: Solution) -> list[str]:
    """What the verifier finds wrong with the answer."""
    return Verifier(model.problem, model.travel).faults(solution)


class Watched:
    """One call of `solve` and what it reported on the way. Fails if it leaves a thread or child process.

    Args:
        seconds: The time until its deadline.
        enough: Stops it once it has reported this many answers.
        good_enough: Stops it once it has reported an answer at least this good.
        looks: Stops it once it has asked this many times whether to stop, counted from its first answer.
    """

    def __init__(
        self,
        problem: Problem,
        seconds: float = PATIENCE,
        roads: RoadNetwork | None = None,
        enough: int | None = None,
        good_enough: Objective | None = None,
        looks: int | None = None,
        **arguments: Any,
    ) -> None:
        self.reported: list[tuple[float, Solution]] = []
        self.problem = problem
        self.started = time.monotonic()
        asked: Callable[[], bool] = arguments.pop("should_stop", lambda: False)
        looked_enough: Callable[[], bool] = after(looks) if looks is not None else lambda: False

        def should_stop() -> bool:
            if enough is not None and len(self.reported) >= enough:
                return True
            if good_enough is not None and self.reported and self.ranks[-1] <= good_enough:
                return True
            if (self.reported or "initial" in arguments) and looked_enough():
                return True
            return asked()

        if roads is not None:
            arguments["travel"] = network_source(problem, roads, should_stop)
        with nothing_left_behind():
            self.solution = solve(
                problem,
                deadline=self.started + seconds,
                on_best=lambda best: self.reported.append((time.monotonic() - self.started, best)),
                should_stop=should_stop,
                seed=1,
                **arguments,
            )
            self.took = time.monotonic() - self.started

    @property
    def ranks(self) -> list[Objective]:
        """The objective of each reported answer."""
        return [solution_objective(self.problem, solution) for _, solution in self.reported]


def task_ids(solution: Solution) -> list[list[tuple[str, int | None]]]:
    """The type and id of the tasks of each route, in order."""
    return [
        [(step.type, step.id) for step in route.steps if step.type in ("job", "pickup", "delivery")]
        for route in solution.routes
    ]
