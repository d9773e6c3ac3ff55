"""Which few routes are solved anew next: small groups of neighbours, each by one thread at a time."""

import random
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from milkrun.schema.solution import Rank
from milkrun_solver.model import Model, PlannedRoute
from milkrun_solver.parts import Part, part_of
from milkrun_solver.schedule import TimedRoute
from milkrun_solver.vroom_request import Effort

HANDFUL = 25
"""Up to so many tasks, a search ends by itself once it finds nothing better."""
PATIENCE = 60
"""Tries without a better answer, after which it does."""
MOST_ROUTES = 4
MOST_LOOSE = 20
MOST_SPARE = 2
MOST_TASKS = 200


@dataclass(frozen=True, eq=False)
class Resolve:
    """A few routes to solve anew, with tasks in none and vehicles that nobody uses.

    Attributes:
        part: They as a problem.
        rank: What the routes are worth now.
        effort: How thoroughly VROOM shall search.
    """

    part: Part
    rank: Rank
    effort: Effort


class Resolves:
    """Deals out groups of routes among threads and keeps what they make of them.

    Args:
        model: The whole problem.
        possible: Tasks that some vehicle can serve.
        seed: Start of the random choices.
        over: Whether the search was told to end.
    """

    def __init__(self, model: Model, possible: list[int], seed: int, over: Callable[[], bool]) -> None:
        self._model = model
        self._possible = np.array(possible, dtype=np.intp)
        self._over = over
        self._places = np.array([task.place for task in model.tasks], dtype=np.intp)
        self._rng = random.Random(seed)
        self._turn = threading.Condition()
        self._routes: dict[int, TimedRoute] = {}
        self._route_of = np.full(len(model.tasks), -1)
        self._rank: Rank | None = None
        self._told: Rank | None = None
        self._working: dict[Resolve, None] = {}
        self._idle = 0
        self.count = self.better = 0

    def offer(self, routes: Iterable[TimedRoute]) -> None:
        """Names routes to go on from, if they are better than what is known."""
        new = {route.vehicle: route for route in routes}
        with self._turn:
            rank = self._rank_of(new.values(), range(len(self._model.tasks)))
            if self._rank is None or rank < self._rank:
                self._take_over(new, rank)

    def restart(self, routes: Iterable[TimedRoute] | None) -> None:
        """Goes back to these routes."""
        new = {route.vehicle: route for route in routes or ()}
        with self._turn:
            self._rank = None
            if routes is not None:
                self._take_over(new, self._rank_of(new.values(), range(len(self._model.tasks))))

    def next(self) -> Resolve | None:
        """What a thread shall do next; None once the search is over. Waits until there are free routes."""
        with self._turn:
            while not self._over() and not self._is_lost():
                resolve = None if self._rank is None else self._new_resolve()
                if resolve is not None:
                    self._working[resolve] = None
                    return resolve
                self._turn.wait(0.05)
            return None

    def ended(self, resolve: Resolve, routes: Iterable[TimedRoute] | None) -> None:
        """A thread is done; `routes` are in the part's numbers, None where there is no answer."""
        part = resolve.part
        with self._turn:
            if resolve not in self._working:
                return
            del self._working[resolve]
            self.count += 1
            self._idle += 1
            if routes is not None and self._rank is not None:
                whole = [_in_whole(part, route) for route in routes]
                rank = self._rank_of(whole, part.tasks)
                if rank < resolve.rank:
                    self.better += 1
                    self._idle = 0
                if rank <= resolve.rank:
                    for vehicle in part.vehicles:
                        self._routes.pop(vehicle, None)
                    self._route_of[list(part.tasks)] = -1
                    self._enter(whole)
                    priority, unassigned, cost = map(_shifted, self._rank, rank, resolve.rank)
                    self._rank = (priority, unassigned, cost)
            self._turn.notify_all()

    def take(self) -> list[TimedRoute] | None:
        """The routes, if they are better than those taken before."""
        with self._turn:
            if self._rank is None or (self._told is not None and self._rank >= self._told):
                return None
            self._told = self._rank
            return list(self._routes.values())

    def _is_lost(self) -> bool:
        """Whether so many tries on a small problem have found nothing that nothing is left to be found."""
        return len(self._possible) <= HANDFUL and self._idle > PATIENCE

    def _take_over(self, routes: dict[int, TimedRoute], rank: Rank) -> None:
        self._working.clear()
        self._routes = {}
        self._route_of[:] = -1
        self._enter(routes.values())
        self._rank = self._told = rank
        self._turn.notify_all()

    def _enter(self, routes: Iterable[TimedRoute]) -> None:
        for route in routes:
            tasks = tasks_of(route)
            if tasks:
                self._routes[route.vehicle] = route
                self._route_of[list(tasks)] = route.vehicle

    def _rank_of(self, routes: Iterable[TimedRoute], tasks: Iterable[int]) -> Rank:
        routes = list(routes)
        served = {task for route in routes for task in tasks_of(route)}
        left = [self._model.tasks[number].priority for number in tasks if number not in served]
        return sum(left), len(left), sum(route.cost for route in routes if tasks_of(route))

    def _new_resolve(self) -> Resolve | None:
        busy = {vehicle for resolve in self._working for vehicle in resolve.part.vehicles}
        taken = {task for resolve in self._working for task in resolve.part.tasks}
        if not len(self._possible):
            return None
        loose_tasks = self._possible[self._route_of[self._possible] < 0]
        if len(loose_tasks) and self._rng.random() < 0.5:
            here = int(self._rng.choice(loose_tasks.tolist()))
        else:
            here = int(self._possible[self._rng.randrange(len(self._possible))])
        durations = self._model.vehicles[0].travel.durations
        near = self._possible[
            np.argsort(durations[self._places[here], self._places[self._possible]], kind="stable")
        ]
        count = self._rng.randint(2, MOST_ROUTES)
        chosen: dict[int, PlannedRoute] = {}
        loose: dict[int, None] = {}
        size = 0
        for number in near.tolist():
            vehicle = int(self._route_of[number])
            if vehicle < 0:
                if number not in taken and len(loose) < MOST_LOOSE:
                    loose[number] = None
                    partner = self._model.tasks[number].partner
                    if partner is not None:
                        loose[partner] = None
            elif vehicle not in chosen and vehicle not in busy:
                tasks = tasks_of(self._routes[vehicle])
                if chosen and size + len(tasks) > MOST_TASKS:
                    break
                chosen[vehicle] = PlannedRoute(vehicle, tasks)
                size += len(tasks)
                if len(chosen) == count:
                    break
        unused = [v for v in range(len(self._model.vehicles)) if v not in self._routes and v not in busy]
        spare = self._rng.sample(unused, min(len(unused), MOST_SPARE))
        if not chosen and not (loose and spare):
            return None
        part = part_of(self._model, list(chosen.values()), loose, spare)
        rank = self._rank_of((self._routes[v] for v in chosen), part.tasks)
        return Resolve(part, rank, Effort(self._rng.randint(0, 2), searches=self._rng.choice((1, 2, 4, 8))))


def tasks_of(route: TimedRoute) -> tuple[int, ...]:
    """The tasks of a route in order."""
    return tuple(
        stop.number
        for stop in route.stops
        if stop.kind in ("job", "pickup", "delivery") and stop.number is not None
    )


def _shifted(whole: int, after: int, before: int) -> int:
    return whole + after - before


def _in_whole(part: Part, route: TimedRoute) -> TimedRoute:
    """A route of a part in the numbers of the whole problem; breaks are counted by vehicle."""
    return TimedRoute(
        part.vehicles[route.vehicle],
        [
            replace(stop, number=part.tasks[stop.number])
            if stop.kind in ("job", "pickup", "delivery") and stop.number is not None
            else stop
            for stop in route.stops
        ],
        route.cost,
    )
