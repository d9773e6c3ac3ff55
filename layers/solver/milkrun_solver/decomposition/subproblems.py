"""Which few routes are solved anew next: groups of neighbouring routes, each with one thread at a time.

POPMUSIC (Taillard and Voss, "POPMUSIC: partial optimization metaheuristic under special intensification
conditions", 2002): a part of the solution and what is near to it is a subproblem, solved by itself, and its
answer replaces the part where it is no worse. Here several threads solve subproblems that share no route,
and how thoroughly each is solved is drawn by chance.
"""

import math
import random
import threading
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from milkrun_solver.decomposition.parts import Part, part_of, pinned
from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.protocol import HANDFUL
from milkrun_solver.feasibility.screening import Screening
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import PlannedRoute
from milkrun_solver.routes.objective import Objective, Solved, objective
from milkrun_solver.routes.schedule import TimedRoute, tasks_of

FEWEST_ROUTES = 2
FEWEST_TASKS, MOST_TASKS = 20, 130
"""Tasks that a group has at most where VROOM searches once, by chance; fewer where it does more."""
MOST_SHARE = 0.6
"""Share of all tasks that a group has at most beyond its first routes: other threads want some too."""
MOST_LOOSE = 20
"""Tasks in no route that a group takes along."""
MOST_SPARE = 2
"""Vehicles that nobody uses that a group takes along."""
EFFORTS = tuple(
    Effort(depth, searches=n) for depth, n in ((0, 1), (0, 1), (0, 1), (1, 1), (0, 2), (1, 4), (2, 8))
)
"""Small and many beats large and thorough, but where a quick search fails a slow one may not."""
PINNED = (0.1, 0.25, 0.5)
"""Shares of a group's tasks that stay with their vehicle where the whole group was tried before."""
PATIENCE = 60
"""Tries without a better answer, after which it does."""


@dataclass(frozen=True, eq=False)
class Subproblem:
    """A few routes to solve anew, with tasks in none and vehicles that nobody uses.

    Attributes:
        part: They as a problem.
        model: The problem to solve: the part's, or one that binds some tasks to their vehicles.
        objective: How good the routes are now.
        effort: How thoroughly VROOM shall search.
    """

    part: Part
    model: Model
    objective: Objective
    effort: Effort


@dataclass
class _Group:
    """Routes, tasks in none and vehicles that nobody uses, chosen to be solved together."""

    routes: dict[int, PlannedRoute] = field(default_factory=dict)
    loose: dict[int, None] = field(default_factory=dict)
    spare: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(len(route.visits) for route in self.routes.values())


class Subproblems:
    """Deals out groups of routes among threads and keeps what they make of them.

    Args:
        model: The whole problem.
        possible: Tasks that some vehicle can serve.
        seed: Start of the random choices.
        is_over: Whether the search was told to end.
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
        """Names routes to go on from, if they are better than what is known."""
        new = list(routes)
        with self._turn:
            value = objective(self._model, new)
            if self._objective is None or value < self._objective:
                self._take_over(new, value)

    def restart(self, routes: Iterable[TimedRoute] | None) -> None:
        """Goes back to these routes, or to nothing."""
        with self._turn:
            self._objective = self._told = None
            if routes is not None:
                new = list(routes)
                self._take_over(new, objective(self._model, new))

    def next(self) -> Subproblem | None:
        """What a thread shall do next; None once the search is over. Waits until there are free routes."""
        with self._turn:
            while not self._is_over() and not self.is_exhausted:
                subproblem = None if self._objective is None else self._new_subproblem()
                if subproblem is not None:
                    self._under_way.add(subproblem)
                    return subproblem
                self._turn.wait(0.05)
            return None

    def ended(self, subproblem: Subproblem, routes: Iterable[TimedRoute] | None) -> None:
        """A thread is done; `routes` are in the part's numbers, None where there is no answer."""
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
        """The routes, if they are better than those taken or offered before."""
        with self._turn:
            if self._objective is None or (self._told is not None and self._objective >= self._told):
                return None
            self._told = self._objective
            return Solved(list(self._routes.values()), self._objective)

    @property
    def is_exhausted(self) -> bool:
        """Whether nothing is left to be found: no task can be served, or a small problem was tried enough."""
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
        """A group that no other thread works on; None if there is none near the place that chance names."""
        effort = self._rng.choice(EFFORTS)
        group = self._group(_most_tasks(effort))
        if group is None:
            return None
        part = part_of(self._model, list(group.routes.values()), group.loose, group.spare)
        value = objective(self._model, [self._routes[vehicle] for vehicle in group.routes], part.tasks)
        key = hash((effort, tuple(sorted(group.routes.values())), frozenset(group.loose), tuple(group.spare)))
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
                group.routes[vehicle] = PlannedRoute(vehicle, tasks)
        busy.update(self._routes, group.spare)
        unused = [v for v in range(len(self._model.vehicles)) if v not in busy]
        more = min(len(unused), MOST_SPARE - len(group.spare))
        group.spare = sorted([*group.spare, *self._rng.sample(unused, more)])
        return group if group.routes or (group.loose and group.spare) else None

    def _take_a_server(self, group: _Group, number: int, busy: Container[int]) -> None:
        """A vehicle that may serve a task left out: those near may lack the skills or the room."""
        first = number if self._model.tasks[number].kind != "delivery" else number - 1
        able = [vehicle for vehicle in self._screening.able(first) if vehicle not in busy]
        if not able:
            return
        vehicle = self._rng.choice(able)
        if vehicle in self._routes:
            group.routes[vehicle] = PlannedRoute(vehicle, tasks_of(self._routes[vehicle]))
        else:
            group.spare.append(vehicle)

    def _take_along(self, group: _Group, number: int) -> None:
        partner = self._model.tasks[number].partner
        group.loose.update(dict.fromkeys((number,) if partner is None else (number, partner)))

    def _neighbours(self) -> list[int]:
        """The tasks that can be served, the nearest to one of them first; half of the time one left out."""
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
