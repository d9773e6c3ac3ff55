"""A thread's share of a round, and the round that it belongs to."""

from collections import deque
from dataclasses import dataclass, field
from functools import reduce

from milkrun_solver.answer.solution import planned, timed_routes
from milkrun_solver.decomposition.parts import Part
from milkrun_solver.engines.protocol import Routes
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from milkrun_solver.routes.objective import Objective, Solved, objective
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.search.operators import Operator

LEAST_SECONDS = 0.3
"""A search shorter than this is not worth starting."""


class SearchTask:
    """One thread's share of a round: a problem, a starting plan and a deadline.

    Args:
        operator: What the thread does.
        model: The whole problem.
        part: What to search; None for the whole problem.
        start: Where to start, in the part's own numbers; None if no routes are known.
        instead_of: The routes to improve on, in the numbers of the whole problem, if the start leaves out
            tasks that must be served.

    Attributes:
        until: When to end, on the clock of the search; set when a thread takes the task.
        current: Where the search has ended, in the part's own numbers. At a high temperature, it may be worse
            than the start.
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
        # The thread that searches fills it; any other thread may empty it.
        self._found: deque[Routes] = deque(maxlen=1)

    def found(self, routes: Routes) -> None:
        """Takes routes that the search has found, in the part's own numbers."""
        self._found.append(routes)

    def best(self) -> Solved | None:
        """The start or the best routes found since, in the numbers of the whole problem."""
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
    """The search tasks of a round: waiting, running and finished.

    Attributes:
        operator: What its threads do.
        beside: What a thread does when no part is left for it; None if it waits.
        model: The whole problem.
        since, until: When the round began and when it ends, on the clock of the search.
        before: The objective of the plan that it started from.
        parts: Search tasks that together make up the whole plan.
        waiting: Those of them that wait for a thread.
        slot: Seconds that each of them gets.
        outside: The objective of the tasks that are in no part because no vehicle can serve them.
        wholes: Search tasks on the whole problem.
        running: How many threads are at work.
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
        """Whether no search task is waiting or running."""
        return not self.waiting and not self.running

    def next_task(self, now: float, current: Solved | None) -> SearchTask | None:
        """A waiting part, or else the whole problem for the rest of the round; None if that is too short.

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
        """Where the searches have ended: those of the parts together, or the best of the whole problem."""
        if self.parts:
            ended = [_together([task.ended_at() for task in self.parts])]
        else:
            ended = [task.ended_at() for task in self.wholes if task.current is not None]
        solved = [Solved(routes, objective(self.model, routes)) for routes in ended if routes is not None]
        return min(solved, key=lambda it: it.objective, default=None)

    def best(self) -> Solved | None:
        """The best plan of the round so far: of its parts together, or of a search of the whole problem."""
        candidates = [found for task in self.wholes if (found := task.best()) is not None]
        together = [found for task in self.parts if (found := task.best()) is not None]
        if together:
            routes = [route for found in together for route in found.routes]
            candidates.append(Solved(routes, self._value(together, routes)))
        return min(candidates, key=lambda it: it.objective, default=None)

    def _value(self, parts: list[Solved], routes: list[TimedRoute]) -> Objective:
        """The objective of the parts together."""
        if self.model.is_priced:  # balance and compactness of the whole are no sums over parts
            return objective(self.model, routes)
        return reduce(Objective.plus, (part.objective for part in parts), self.outside)


def _together(parts: list[list[TimedRoute] | None]) -> list[TimedRoute] | None:
    """The routes of all parts; None if one part has none."""
    whole: list[TimedRoute] = []
    for routes in parts:
        if routes is None:
            return None
        whole += routes
    return whole
