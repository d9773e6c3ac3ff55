"""Tasks that VROOM never serves, although they can be served on the way between others.

VROOM takes no task for possible that a vehicle cannot serve on a route of its own. After a stop at the same
place no setup is needed, and the way through another place may be the only one, or shorter: such tasks are
put into the routes that VROOM has found.
"""

from collections.abc import Callable, Iterator, Sequence

from milkrun_solver.feasibility.unservable import servable_between
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.breaks import schedule_with_breaks
from milkrun_solver.routes.schedule import TimedRoute, schedule, tasks_of
from milkrun_solver.rules.skills import has_skills

_MOST_TRIES = 2_000
"""Routes that are given times for one answer at most: some tenths of a second."""
_MOST_CHECKS = 20
"""Answers that are verified for one order at most."""


class Overlooked:
    """Puts such tasks where they cost the least.

    Args:
        model: A problem that VROOM alone solves.
        keeps_rules: Whether routes of the whole problem do.
    """

    def __init__(self, model: Model, keeps_rules: Callable[[list[TimedRoute]], bool]) -> None:
        self._model = model
        self._keeps_rules = keeps_rules
        self._orders = servable_between(model)
        self._tries = 0

    def put_into(self, routes: Sequence[TimedRoute]) -> list[TimedRoute] | None:
        """The routes with such tasks as they leave out; None if there is room for none."""
        self._tries = _MOST_TRIES
        served = {number for route in routes for number in tasks_of(route)}
        best = None
        for order in self._orders:
            if served.isdisjoint(order):
                best = self._with(list(routes) if best is None else best, order) or best
        return best

    def _with(self, routes: list[TimedRoute], order: tuple[int, ...]) -> list[TimedRoute] | None:
        """The routes with one more order; None if it fits none, even where another one is moved for it."""
        able = [
            (rank, route)
            for rank, route in enumerate(routes)
            if has_skills(self._model.vehicles[route.vehicle], self._model.tasks[order[0]])
        ]
        for longer in (_insertions, self._moves):
            found = [
                (timed.cost - route.cost, rank, timed)
                for rank, route in able
                for timed in self._timed_each(route.vehicle, longer(tasks_of(route), order))
            ]
            for _, rank, timed in sorted(found, key=lambda it: it[:2])[:_MOST_CHECKS]:
                candidate = [*routes[:rank], timed, *routes[rank + 1 :]]
                if self._keeps_rules(candidate):
                    return candidate
        return None

    def _moves(self, tasks: tuple[int, ...], order: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Tasks with an order at each place in turn, and with another one at any other place."""
        for number in tasks:
            if self._model.tasks[number].kind != "delivery":
                partner = self._model.tasks[number].partner
                other = (number,) if partner is None else (number, partner)
                rest = tuple(task for task in tasks if task not in other)
                for longer in _insertions(rest, order):
                    yield from _insertions(longer, other)

    def _timed_each(self, vehicle: int, each: Iterator[tuple[int, ...]]) -> Iterator[TimedRoute]:
        """Those of the routes that keep their windows, as many as may be tried."""
        for tasks in each:
            if self._tries <= 0:
                return
            self._tries -= 1
            timed = self._timed(vehicle, tasks)
            if timed is not None:
                yield timed

    def _timed(self, vehicle: int, tasks: Sequence[int]) -> TimedRoute | None:
        if not self._model.vehicles[vehicle].source.breaks:
            return schedule(self._model, vehicle, tasks)
        return schedule_with_breaks(self._model, vehicle, tasks)


def _insertions(tasks: tuple[int, ...], order: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Tasks with a job, or with both ends of a shipment, at each place in turn."""
    for first in range(len(tasks) + 1):
        head, tail = (*tasks[:first], order[0]), tasks[first:]
        if len(order) == 1:
            yield (*head, *tail)
        else:
            yield from ((*head, *tail[:i], order[1], *tail[i:]) for i in range(len(tail) + 1))
