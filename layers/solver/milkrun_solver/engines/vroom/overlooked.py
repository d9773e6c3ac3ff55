"""Inserts tasks that VROOM never serves into its routes.

VROOM rejects each job or shipment that no vehicle can serve on a route of its own. A vehicle may still be
able to serve it between others: a stop right after another one at the same place needs no setup, and the path
through another place may be shorter than the direct one, or the only one.

Cheapest insertion: M. M. Solomon, "Algorithms for the vehicle routing and scheduling problems with time
window constraints", Operations Research 35 (1987). Here a job or shipment that fits nowhere may also move
another one within its route.
"""

from collections.abc import Callable, Iterator, Sequence

from milkrun_solver.feasibility.unservable import servable_between
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.schedule import schedule
from milkrun_solver.routes.timed_route import TimedRoute, tasks_of
from milkrun_solver.rules.skills import has_skills

_MOST_TRIES = 2_000
"""Most routes to compute times for in one answer: this takes some tenths of a second."""
_MOST_CHECKS = 20
"""Most answers to verify for one job or shipment."""


class Overlooked:
    """Inserts such tasks where they cost the least.

    Args:
        model: A problem that only VROOM solves.
        keeps_rules: Whether routes of the whole problem keep the rules.
    """

    def __init__(self, model: Model, keeps_rules: Callable[[list[TimedRoute]], bool]) -> None:
        self._model = model
        self._keeps_rules = keeps_rules
        self._orders = servable_between(model)
        self._tries = 0

    def put_into(self, routes: Sequence[TimedRoute]) -> list[TimedRoute] | None:
        """The routes with overlooked tasks inserted; None if none fits."""
        self._tries = _MOST_TRIES
        served = {number for route in routes for number in tasks_of(route)}
        best = None
        for order in self._orders:
            if served.isdisjoint(order):
                best = self._with(list(routes) if best is None else best, order) or best
        return best

    def _with(self, routes: list[TimedRoute], order: tuple[int, ...]) -> list[TimedRoute] | None:
        """The routes with one more job or shipment; None if it fits nowhere, even if another one is moved."""
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
        """A route's tasks with a job or shipment inserted at each position, and with each other one moved to
        each position."""
        for number in tasks:
            if self._model.tasks[number].kind != "delivery":
                partner = self._model.tasks[number].partner
                other = (number,) if partner is None else (number, partner)
                rest = tuple(task for task in tasks if task not in other)
                for longer in _insertions(rest, order):
                    yield from _insertions(longer, other)

    def _timed_each(self, vehicle: int, each: Iterator[tuple[int, ...]]) -> Iterator[TimedRoute]:
        """The routes with times, as many as may be tried, without those that miss a time window."""
        for tasks in each:
            if self._tries <= 0:
                return
            self._tries -= 1
            timed = schedule(self._model, vehicle, tasks)
            if timed is not None:
                yield timed


def _insertions(tasks: tuple[int, ...], order: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Tasks with a job, or both ends of a shipment, inserted at each position."""
    for first in range(len(tasks) + 1):
        head, tail = (*tasks[:first], order[0]), tasks[first:]
        if len(order) == 1:
            yield (*head, *tail)
        else:
            yield from ((*head, *tail[:i], order[1], *tail[i:]) for i in range(len(tail) + 1))
