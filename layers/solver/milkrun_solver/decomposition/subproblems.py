"""Subproblems: small groups of neighbouring routes, which threads solve again.

POPMUSIC: É. D. Taillard and S. Voss, "POPMUSIC: partial optimization metaheuristic under special
intensification conditions", in Essays and Surveys in Metaheuristics (2002). A part of the solution and its
surroundings are solved as a problem of their own, and the result replaces them if it is better. Here an equal
result replaces them too, threads solve subproblems that share no route, and the effort for each is random.
"""

import math
import random
import threading
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from milkrun_solver.answer.solution import planned
from milkrun_solver.decomposition.parts import Part, part_of, pinned
from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.protocol import HANDFUL
from milkrun_solver.feasibility.screening import Screening
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import PlannedRoute
from milkrun_solver.routes.objective import Objective, Solved, objective
from milkrun_solver.routes.timed_route import TimedRoute, tasks_of

FEWEST_ROUTES = 2
FEWEST_TASKS, MOST_TASKS = 20, 130
"""The most tasks in a group is random between these numbers; it is lower for a greater effort."""
MOST_SHARE = 0.6
"""Largest share of all tasks in a group, beyond its first routes: other threads need some too."""
MOST_LOOSE = 20
"""Most unassigned tasks in a group."""
MOST_SPARE = 2
"""Most unused vehicles in a group."""
EFFORTS = tuple(
    Effort(depth, searches=n) for depth, n in ((0, 1), (0, 1), (0, 1), (1, 1), (0, 2), (1, 4), (2, 8))
)
"""Each subproblem gets one of these. Many quick searches find most, but a thorough one may find more."""
PINNED = (0.1, 0.25, 0.5)
"""A group that was tried before is tried again with one of these shares of its tasks pinned."""
PATIENCE = 60
"""A small problem is exhausted after this many tries without a better answer."""


@dataclass(frozen=True, eq=False)
class Subproblem:
    """A few routes to solve again, with unassigned tasks and unused vehicles.

    Attributes:
        part: These as a part of the problem.
        model: The problem to solve: the part's, or one with some tasks pinned to their vehicles.
        objective: The objective of the current routes.
        effort: How thoroughly to search.
    """

    part: Part
    model: Model
    objective: Objective
    effort: Effort


@dataclass
class _Group:
    """Routes, unassigned tasks and unused vehicles to solve together."""

    routes: dict[int, PlannedRoute] = field(default_factory=dict)
    loose: dict[int, None] = field(default_factory=dict)
    spare: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(len(route.tasks) for route in self.routes.values())


class Subproblems:
    """Deals out subproblems to threads and keeps their results.

    Args:
        model: The whole problem.
        possible: Tasks that some vehicle can serve.
        seed: Start of the random choices.
        is_over: Whether the search has been told to end.
    """

    def __init__(self, model: Model, possible: Sequence[int], seed: int, is_over: Callable[[], bool]) -> None:
        self._model = model
        self._possible = np.array(possible, dtype=np.intp)
        self._is_over = is_over
        self._places = np.array([task.place for task in model.tasks], dtype=np.intp)
        self._screening = Screening(model, range(len(model.vehicles)))
        self._rng = random.Random(seed)
        self._turn = threading.Condition()
        self._routes: dict[int, TimedRoute] = {}
        self._route_of = np.full(len(model.tasks), -1)
        self._objective: Objective | None = None
        self._told: Objective | None = None
        self._under_way: set[Subproblem] = set()
        self._tried: set[int] = set()
        self._in_vain = 0

    def offer(self, routes: Iterable[TimedRoute]) -> None:
        """Takes routes to continue from, if they are better than the known ones."""
        new = list(routes)
        with self._turn:
            value = objective(self._model, new)
            if self._objective is None or value < self._objective:
                self._take_over(new, value)

    def restart(self, routes: Iterable[TimedRoute] | None) -> None:
        """Starts again from these routes, or from nothing."""
        with self._turn:
            self._objective = self._told = None
            if routes is not None:
                new = list(routes)
                self._take_over(new, objective(self._model, new))

    def next(self) -> Subproblem | None:
        """A thread's next subproblem; None once the search is over. Waits until enough routes are free."""
        with self._turn:
            while not self._is_over() and not self.is_exhausted:
                subproblem = None if self._objective is None else self._new_subproblem()
                if subproblem is not None:
                    self._under_way.add(subproblem)
                    return subproblem
                self._turn.wait(0.05)
            return None

    def ended(self, subproblem: Subproblem, routes: Iterable[TimedRoute] | None) -> None:
        """Takes a thread's result: routes in the part's numbers, or None if it has none."""
        with self._turn:
            if subproblem not in self._under_way or self._objective is None:
                return
            self._under_way.discard(subproblem)
            self._in_vain += 1
            found = [] if routes is None else [subproblem.part.timed_in_whole(route) for route in routes]
            value = objective(self._model, found, subproblem.part.tasks)
            if routes is not None and value <= subproblem.objective:
                self._replace(subproblem, found, value)
            self._turn.notify_all()

    def take(self) -> Solved | None:
        """The routes, if they are better than any taken or offered before."""
        with self._turn:
            if self._objective is None or (self._told is not None and self._objective >= self._told):
                return None
            self._told = self._objective
            return Solved(list(self._routes.values()), self._objective)

    @property
    def is_exhausted(self) -> bool:
        """Whether to give up: no task can be served, or a small problem has been tried often enough."""
        count = len(self._possible)
        return not count or (count <= HANDFUL and self._in_vain > PATIENCE)

    def _take_over(self, routes: list[TimedRoute], value: Objective) -> None:
        self._under_way.clear()
        self._routes = {}
        self._route_of[:] = -1
        self._enter(routes)
        self._objective = self._told = value
        self._in_vain = 0
        self._turn.notify_all()

    def _replace(self, subproblem: Subproblem, routes: list[TimedRoute], value: Objective) -> None:
        if self._objective is None:
            return
        if value < subproblem.objective:
            self._in_vain = 0
        for vehicle in subproblem.part.vehicles:
            self._routes.pop(vehicle, None)
        self._route_of[list(subproblem.part.tasks)] = -1
        self._enter(routes)
        self._objective = self._objective.plus(value).minus(subproblem.objective)

    def _enter(self, routes: Iterable[TimedRoute]) -> None:
        for route in routes:
            self._routes[route.vehicle] = route
            self._route_of[list(tasks_of(route))] = route.vehicle

    def _new_subproblem(self) -> Subproblem | None:
        """A random group that shares nothing with the other threads' groups; None if the draw finds none."""
        effort = self._rng.choice(EFFORTS)
        group = self._group(_most_tasks(effort))
        if group is None:
            return None
        part = part_of(self._model, list(group.routes.values()), group.loose, group.spare)
        value = objective(self._model, [self._routes[vehicle] for vehicle in group.routes], part.tasks)
        orders = tuple(sorted((vehicle, route.tasks) for vehicle, route in group.routes.items()))
        key = hash((effort, orders, frozenset(group.loose), tuple(group.spare)))
        was_tried = key in self._tried
        model = pinned(part, self._rng.choice(PINNED), self._rng) if was_tried else part.model
        self._tried.add(key)
        return Subproblem(part, model, value, effort)

    def _group(self, most_tasks: int) -> _Group | None:
        busy = {vehicle for subproblem in self._under_way for vehicle in subproblem.part.vehicles}
        taken = {task for subproblem in self._under_way for task in subproblem.part.tasks}
        group = _Group()
        most_tasks = min(most_tasks, round(MOST_SHARE * len(self._possible)))
        enough = self._rng.randint(min(FEWEST_TASKS, most_tasks), most_tasks)
        neighbours = self._neighbours()
        if neighbours and self._route_of[neighbours[0]] < 0:
            self._take_a_server(group, neighbours[0], busy)
        for number in neighbours:
            vehicle = int(self._route_of[number])
            if vehicle < 0:
                if number not in taken and len(group.loose) < MOST_LOOSE:
                    self._take_along(group, number)
            elif vehicle not in group.routes and vehicle not in busy:
                tasks = tasks_of(self._routes[vehicle])
                if len(group.routes) >= FEWEST_ROUTES and group.size + len(tasks) > enough:
                    break
                group.routes[vehicle] = self._planned(vehicle)
        busy.update(self._routes, group.spare)
        unused = [v for v in range(len(self._model.vehicles)) if v not in busy]
        more = min(len(unused), MOST_SPARE - len(group.spare))
        group.spare = sorted([*group.spare, *self._rng.sample(unused, more)])
        return group if group.routes or (group.loose and group.spare) else None

    def _take_a_server(self, group: _Group, number: int, busy: Container[int]) -> None:
        """Adds a vehicle that may serve an unassigned task, which those near it may be unable to serve."""
        first = number if self._model.tasks[number].kind != "delivery" else number - 1
        able = [vehicle for vehicle in self._screening.able(first) if vehicle not in busy]
        if not able:
            return
        vehicle = self._rng.choice(able)
        if vehicle in self._routes:
            group.routes[vehicle] = self._planned(vehicle)
        else:
            group.spare.append(vehicle)

    def _planned(self, vehicle: int) -> PlannedRoute:
        (route,) = planned([self._routes[vehicle]])
        return route

    def _take_along(self, group: _Group, number: int) -> None:
        partner = self._model.tasks[number].partner
        group.loose.update(dict.fromkeys((number,) if partner is None else (number, partner)))

    def _neighbours(self) -> list[int]:
        """Servable tasks by travel time from a random one, which half of the time is an unassigned one."""
        left_out = self._possible[self._route_of[self._possible] < 0]
        among = left_out if len(left_out) and self._rng.random() < 0.5 else self._possible
        if not len(among):
            return []
        here = int(among[self._rng.randrange(len(among))])
        durations = self._model.vehicles[0].travel.durations
        far = durations[self._places[here], self._places[self._possible]]
        nearest: list[int] = self._possible[np.argsort(far, kind="stable")].tolist()
        return nearest


def _most_tasks(effort: Effort) -> int:
    work = (effort.searches or 1) * (1 + (effort.level or 0))
    return round(MOST_TASKS / math.sqrt(work))
