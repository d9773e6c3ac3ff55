"""VROOM as an engine. Each session has a child process of its own, which can be killed."""

import time
from collections.abc import Iterator, Sequence

from milkrun.schema.engines import EngineName
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.protocol import Assignment, Depth, Engine, Neighbourhood, Session
from milkrun_solver.engines.vroom.encoding import request_of
from milkrun_solver.engines.vroom.process import VroomProcess
from milkrun_solver.errors import EngineError
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from milkrun_solver.routes.timed_route import TimedRoute

_LEAST_SECONDS = 0.1
"""Shortest time limit for VROOM: with less, it returns nothing."""


class VroomEngine(Engine):
    """VROOM on one problem."""

    name: EngineName = "vroom"
    neighbourhoods: tuple[Neighbourhood, ...] = ("subproblems",)
    proposes = True

    def session(self, _number: int, _seed: int) -> "VroomSession":
        """A session. VROOM's searches take no seed."""
        return VroomSession()


class VroomSession(Session):
    """One child process, started by the first search. It ends with the thread that started it."""

    def __init__(self) -> None:
        self._process = VroomProcess()

    @property
    def pid(self) -> int | None:
        """The child's process id; None until it is started."""
        return self._process.pid

    def propose(self, assignment: Assignment, depth: Depth, threads: int) -> list[TimedRoute] | None:
        """Reports routes after the construction heuristics and after each deeper search."""
        last: list[TimedRoute] | None = None
        for routes in self._answers(assignment, _efforts(assignment.model, depth), threads):
            assignment.found(routes)
            last = routes
        return last

    def improve(self, assignment: Assignment, _start: Plan) -> list[TimedRoute] | None:
        """Solves a small problem from the beginning: VROOM cannot continue from routes, so the result may be
        worse than `start`."""
        try:
            answers = list(self._answers(assignment, [assignment.effort], threads=1))
        except EngineError:
            if self._process.lost:
                raise
            return None
        return answers[0] if answers else None

    def stop(self) -> None:
        """Kills the child process."""
        self._process.stop()

    def close(self) -> None:
        """Kills the child process and waits until it has ended."""
        self._process.close()

    def _answers(
        self, assignment: Assignment, efforts: Sequence[Effort], threads: int
    ) -> Iterator[list[TimedRoute]]:
        seconds = max(_LEAST_SECONDS, assignment.deadline - time.monotonic())
        for output in self._process.answers(request_of(assignment.model, efforts, threads, seconds)):
            try:
                yield routes_of(assignment.model, output)
            except (KeyError, TypeError) as error:
                raise EngineError(f"VROOM's output cannot be read: {error!r}.") from error


def _efforts(model: Model, depth: Depth) -> list[Effort]:
    heuristics = Effort(level=None)
    if depth == "construction":
        return [heuristics]
    levels = {0} if depth == "quick" else {0, model.problem.options.exploration_level}
    return [heuristics, *map(Effort, sorted(levels))]


ENGINE = VroomEngine
