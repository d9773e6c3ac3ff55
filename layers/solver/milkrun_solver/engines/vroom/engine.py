"""VROOM as an engine: each session has a child process of its own, which can be killed."""

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
from milkrun_solver.routes.schedule import TimedRoute

_LEAST_SECONDS = 0.1
"""VROOM is given this long at least: told less, it answers nothing."""


class VroomEngine(Engine):
    """VROOM on one problem."""

    name: EngineName = "vroom"
    neighbourhoods: tuple[Neighbourhood, ...] = ("subproblems",)
    proposes = True

    def session(self, _number: int, _seed: int) -> "VroomSession":
        """A session. VROOM's searches have no seed."""
        return VroomSession()


class VroomSession(Session):
    """One child process, started with the first search. It dies with the thread that asked for that."""

    def __init__(self) -> None:
        self._process = VroomProcess()

    @property
    def pid(self) -> int | None:
        """The child's process id, once it is started."""
        return self._process.pid

    def propose(self, assignment: Assignment, depth: Depth, threads: int) -> list[TimedRoute] | None:
        """Routes from the construction heuristics, and after each deeper search."""
        last: list[TimedRoute] | None = None
        for routes in self._answers(assignment, _efforts(assignment.model, depth), threads):
            assignment.found(routes)
            last = routes
        return last

    def improve(self, assignment: Assignment, _start: Plan) -> list[TimedRoute] | None:
        """Solves a small problem anew. VROOM goes on from no routes: what it makes may be worse than
        `start`."""
        try:
            answers = list(self._answers(assignment, [assignment.effort], threads=1))
        except EngineError:
            if self._process.lost:
                raise
            return None
        return answers[0] if answers else None

    def stop(self) -> None:
        """Kills the child, whatever it does."""
        self._process.stop()

    def close(self) -> None:
        """Ends the child and waits until it is gone."""
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
