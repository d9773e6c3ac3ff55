"""A thread's share of a search, and the round that it belongs to."""

from collections import deque
from dataclasses import dataclass, field
from functools import reduce

from milkrun_solver.answer.solution import planned, timed_routes
from milkrun_solver.decomposition.parts import Part
from milkrun_solver.engines.protocol import Routes
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from milkrun_solver.routes.objective import Objective, Solved, objective
from milkrun_solver.routes.schedule import TimedRoute
from milkrun_solver.search.operators import Operator

LEAST_SECONDS = 0.3
"""A search of less is not worth starting."""


class SearchTask:
    """One thread's share of a round: a problem, where to start, and until when.

    Args:
        operator: What the thread does.
        model: The whole problem.
        part: What to search; None is the whole problem.
        start: Where to start, in the part's own numbers; None where nothing is known.
        instead_of: What to better where the start is no answer: it leaves out tasks that must be served. In
            the numbers of the whole problem.

    Attributes:
        until: When to end, on the clock of the search; set when a thread takes the task.
        current: Where the search has ended, in the part's own numbers. While it is hot, it may be worse than
            the start.
    """

    def __init__(
        self,
        operator: Operator,
        model: Model,
        part: Part | None = None,
        start: Routes | None = None,
        instead_of: Solved | None = None,
    ) -> None:
        self.operator = operator
        self.part = part
        self.model = model if part is None else part.model
        self.start: Plan | None = None if start is None else planned(start)
        self.current: Routes | None = start
        self.instead_of = instead_of
        self.until = 0.0
        self._best = instead_of
        if start is not None and instead_of is None:
            self._consider(start)
        # Filled by the thread that searches, emptied by any other.
        self._found: deque[Routes] = deque(maxlen=1)

    def found(self, routes: Routes) -> None:
        """Names routes that the search has found, in the part's own numbers."""
        self._found.append(routes)

    def best(self) -> Solved | None:
        """The better of start and find, in the numbers of the whole problem."""
        if self._found:
            self._consider(self._found.pop())
        return self._best

    def ended_at(self) -> list[TimedRoute] | None:
        """Where the search has ended, in the numbers of the whole problem; None if that breaks a rule."""
        routes = timed_routes(self.model, self.current or [])
        return None if routes is None else self._in_whole(routes)

    def _consider(self, found: Routes) -> None:
        routes = timed_routes(self.model, found)
        if routes is None:
            return
        value = objective(self.model, routes)
        if self._best is None or value < self._best.objective:
            self._best = Solved(self._in_whole(routes), value)

    def _in_whole(self, routes: list[TimedRoute]) -> list[TimedRoute]:
        return routes if self.part is None else [self.part.timed_in_whole(route) for route in routes]


@dataclass
class Round:
    """Search tasks that wait for a thread, those under way or over, and what they started from.

    Attributes:
        operator: What its threads do.
        beside: What a thread does for which no part is left; None if it waits.
        model: The whole problem.
        since, until: When it began and when it ends, on the clock of the search.
        before: How good the plan was that it started from.
        parts: Tasks that together are the whole plan.
        waiting: Those of them that wait for a thread.
        slot: Seconds that each of them gets.
        outside: What the problem's tasks count that are in no part, since no vehicle can serve them.
        wholes: Tasks on the whole problem.
        running: Threads at work.
    """

    operator: Operator
    beside: Operator | None
    model: Model
    since: float
    until: float
    before: Objective | None
    parts: list[SearchTask]
    waiting: list[SearchTask]
    slot: float
    outside: Objective
    wholes: list[SearchTask] = field(default_factory=list)
    running: int = 0

    @property
    def has_ended(self) -> bool:
        """Whether no thread has anything left to do in it."""
        return not self.waiting and not self.running

    def next_task(self, now: float, current: Solved | None) -> SearchTask | None:
        """A part that waits, else the whole problem until the round ends; None if that is soon.

        Args:
            current: Where a search of the whole problem starts.
        """
        if self.waiting:
            task = self.waiting.pop(0)
            task.until = min(self.until, now + self.slot)
            return task
        if self.until - now < LEAST_SECONDS or self.beside is None:
            return None
        task = SearchTask(self.beside, self.model, None, None if current is None else current.routes)
        task.until = self.until
        self.wholes.append(task)
        return task

    def current(self) -> Solved | None:
        """Where the searches of the round have ended: those of its parts together, or the best of the
        whole."""
        if self.parts:
            ended = [_together([task.ended_at() for task in self.parts])]
        else:
            ended = [task.ended_at() for task in self.wholes if task.current is not None]
        solved = [Solved(routes, objective(self.model, routes)) for routes in ended if routes is not None]
        return min(solved, key=lambda it: it.objective, default=None)

    def best(self) -> Solved | None:
        """The best plan of the round so far: its parts put together, or what a search of the whole found."""
        candidates = [found for task in self.wholes if (found := task.best()) is not None]
        together = [found for task in self.parts if (found := task.best()) is not None]
        if together:
            routes = [route for found in together for route in found.routes]
            value = reduce(Objective.plus, (found.objective for found in together), self.outside)
            candidates.append(Solved(routes, value))
        return min(candidates, key=lambda it: it.objective, default=None)


def _together(parts: list[list[TimedRoute] | None]) -> list[TimedRoute] | None:
    """The routes of all parts; None where one of them has none."""
    whole: list[TimedRoute] = []
    for routes in parts:
        if routes is None:
            return None
        whole += routes
    return whole
