"""Short ways to what the solver's tests need."""

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
"""As good as any answer that leaves nobody out."""
LOOKS = 10
"""How often a search that has an answer asks whether to stop, where a test lets it go on for a while."""
META = Meta(engine="vroom", matrix="custom", seed=1, seconds=0, first_cost=0, best_cost=0, trace=[])


def model_of(problem: Problem, roads: RoadNetwork | None = None) -> Model:
    """The solver's view of a problem."""
    travel = travel_source(problem) if roads is None else network_source(problem, roads, lambda: False)
    return build_model(problem, travel)


def scheduled(model: Model, plan: Plan) -> Solution | None:
    """A plan with the times of our own forward pass, unverified; None if a window is missed."""
    routes = timed_routes(model, plan)
    return None if routes is None else solution_of(model, routes, META)


def vroom_solution(model: Model, level: int = 1) -> Solution:
    """VROOM's answer, with the times that VROOM gives it."""
    return solution_of(model, routes_of(model, vroom_output(model, level)), META)


def one_job_a_route() -> tuple[Model, Plan]:
    """A problem, and a plan of it with more routes than the jobs need: one for each."""
    model = model_of(random_problem(5, {"capacity", "great circle"}, jobs=60, vehicles=60))
    plan = plan_of(model, vroom_solution(model, level=0))
    tasks = chain.from_iterable(route.tasks for route in plan)
    return model, [plan[0]._replace(vehicle=n, visits=(task,)) for n, task in enumerate(sorted(tasks))]


def pyvrp_plan(model: Model, complete: bool = True, iterations: int = 400, seed: int = 1) -> Plan | None:
    """What PyVRP alone finds in so many iterations; None if nothing feasible."""
    search = Annealing(Encoding(model), complete, seed)
    found = search.run(search.first_solution(), after(iterations), lambda _: None, lukewarm).best
    return search.encoding.plan(found) if search.encoding.keeps_rules(found) else None


def pyvrp_solution(problem: Problem, complete: bool = True, iterations: int = 400) -> Solution:
    """What PyVRP alone finds, with times and verified."""
    model = model_of(problem)
    plan = pyvrp_plan(model, complete, iterations)
    assert plan is not None
    solution = scheduled(model, plan)
    assert solution is not None
    assert faults(model, solution) == []
    return solution


def after(iterations: int) -> Callable[[], bool]:
    """The end of a search after so many iterations."""
    left = iterations

    def stop() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    return stop


def lukewarm() -> float:
    """The heat of a search that is to find something at once."""
    return 0.05


def faults(model: Model, solution: Solution) -> list[str]:
    """What the verifier says."""
    return Verifier(model.problem, model.travel).faults(solution)


class Watched:
    """One call of `solve` with what it reported on the way. It must leave no thread or child process.

    Args:
        seconds: Until its deadline.
        enough: It is stopped once it has reported so many answers.
        good_enough: It is stopped once it has reported an answer as good as that.
        looks: It is stopped once it has asked so often whether it is, since it had an answer.
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
        """How good each reported answer was."""
        return [solution_objective(self.problem, solution) for _, solution in self.reported]


def task_ids(solution: Solution) -> list[list[tuple[str, int | None]]]:
    """Type and id of the tasks of each route, in order."""
    return [
        [(step.type, step.id) for step in route.steps if step.type in ("job", "pickup", "delivery")]
        for route in solution.routes
    ]
