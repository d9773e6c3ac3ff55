"""VROOM as an engine for parts: threads that solve a few neighbouring routes anew, each in its own child."""

import time
from collections.abc import Sequence

from milkrun_solver.decomposition.subproblems import Resolve, Resolves
from milkrun_solver.engines.vroom.encoding import request_of, routes_of
from milkrun_solver.engines.vroom.process import VroomProcess
from milkrun_solver.errors import EngineError
from milkrun_solver.feasibility.unservable import impossible_tasks
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.schedule import TimedRoute
from milkrun_solver.search.events import EngineName, Post
from milkrun_solver.search.improver import Improver


class VroomParts(Improver):
    """Each thread solves a few routes of one problem anew, then others.

    Args:
        model: The problem.
        post: Takes an `Ended` for each thread.
        deadline: When to stop, in `time.monotonic()` seconds.
        seed: Start of the random choices.
    """

    engine: EngineName = "vroom"
    finds_first = False

    def __init__(self, model: Model, post: Post, deadline: float, seed: int) -> None:
        super().__init__(post, deadline)
        impossible = impossible_tasks(model)
        possible = [number for number in range(len(model.tasks)) if number not in impossible]
        self._resolves = Resolves(model, possible, seed, self._is_over)

    def take(self) -> list[TimedRoute] | None:
        """The best routes that were found, if they are better than the last ones taken."""
        return self._resolves.take()

    def offer(self, routes: Sequence[TimedRoute]) -> None:
        """Names routes to go on from."""
        self._resolves.offer(routes)

    def restart(self, routes: Sequence[TimedRoute] | None) -> None:
        """Goes back to these routes, since what was made of them is none."""
        self._resolves.restart(routes)

    def _search(self, _number: int, process: VroomProcess) -> None:
        while (resolve := self._resolves.next()) is not None:
            found: list[TimedRoute] | None = None
            try:
                found = solved(process, resolve, self._deadline)
            finally:  # even a thread that fails lets go of its routes
                self._resolves.ended(resolve, found)


def solved(process: VroomProcess, resolve: Resolve, deadline: float) -> list[TimedRoute] | None:
    """VROOM's answer, in the part's numbers; None where it refuses, was stopped, or its child died.

    Raises:
        EngineError: It died once too often.
    """
    left = max(0.1, deadline - time.monotonic())
    try:
        outputs = list(process.answers(request_of(resolve.model, [resolve.effort], threads=1, seconds=left)))
    except EngineError:
        if process.lost:
            raise
        return None
    return routes_of(resolve.model, outputs[0]) if outputs else None
