"""The stages that search. Each is called once, and has its results in `notes`."""

import random
import time
from typing import Any

from bench.large.inputs import LIMIT_SECONDS, META, Large, timed
from milkrun.schema.solution import Solution
from milkrun_solver.answer.solution import solution_of
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.decomposition.districts import districts
from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.protocol import Assignment
from milkrun_solver.engines.vroom.encoding import request_of
from milkrun_solver.engines.vroom.engine import VroomEngine
from milkrun_solver.engines.vroom.process import VroomProcess
from milkrun_solver.model.visits import Plan, PlannedRoute
from milkrun_solver.solve import solve

RUN_SECONDS = 60.0
"""Length of a whole search."""
DISTRICT_TASKS = 500


class FirstAnswer:
    """VROOM's first answer, in its own process."""

    def __init__(self, large: Large) -> None:
        self._model = large.model
        self.notes: dict[str, float] = {}

    def __call__(self) -> Any:
        session = VroomEngine(self._model, []).session(0, 1)
        deadline = time.monotonic() + LIMIT_SECONDS
        try:
            routes = session.propose(
                Assignment(self._model, deadline, lambda: False, lambda _: None), "construction", 1
            )
        finally:
            session.close()
        if not routes:
            raise RuntimeError("VROOM returned no answer")
        self.notes = {"cost": sum(route.cost for route in routes)}
        return routes


class InDistricts:
    """A first answer district by district, in one process."""

    def __init__(self, large: Large) -> None:
        self._model = large.model
        self.notes: dict[str, float] = {}

    def __call__(self) -> Solution:
        process = VroomProcess()
        plan: Plan = []
        try:
            for part in districts(self._model, DISTRICT_TASKS, random.Random(1)):
                asked = request_of(part.model, [Effort(None)], 1, LIMIT_SECONDS)
                output = next(iter(list(process.answers(asked))))
                for route in routes_of(part.model, output):
                    tasks = tuple(stop.number for stop in route.stops if stop.number is not None)
                    plan += part.in_whole([PlannedRoute(route.vehicle, tasks)])
        finally:
            process.close()
        found = solution_of(self._model, timed(self._model, plan), META)
        self.notes = {"cost": found.summary.cost, "unassigned": found.summary.unassigned}
        return found


class WholeRun:
    """A whole search, as the worker runs it."""

    def __init__(self, large: Large) -> None:
        self._problem = large.problem
        self.notes: dict[str, float] = {}

    def __call__(self) -> Solution:
        started = time.monotonic()

        def on_best(best: Solution) -> None:
            self.notes.setdefault("first_seconds", round(time.monotonic() - started, 2))
            self.notes.setdefault("first_cost", best.summary.cost)

        found = solve(
            self._problem,
            deadline=started + RUN_SECONDS,
            on_best=on_best,
            should_stop=lambda: False,
            seed=1,
        )
        self.notes |= {"cost": found.summary.cost, "unassigned": found.summary.unassigned}
        return found
