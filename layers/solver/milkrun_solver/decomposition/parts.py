"""Cutting a plan into parts: groups of neighbouring routes, each a problem of its own.

The idea is that of É. Taillard, "Parallel iterative search methods for vehicle routing problems" (1993);
A. Santini and others compare ways to cut in "Decomposition strategies for vehicle routing heuristics" (2023).
Here routes are halved again and again, between a place of chance and one far from it, anew each time.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan, PlannedRoute, Visit, tasks_among
from milkrun_solver.routes.schedule import TASK_KINDS, TimedRoute

_LEAST_SPARE = 2
_SPARE_SHARE = 4
"""A part gets one spare vehicle for so many of its routes, and a few at least."""
_SKILLS = range(2**32)
"""Numbers that VROOM takes for skills."""


@dataclass(frozen=True)
class Part:
    """Some routes of a plan, with the tasks left out near them and some vehicles that nobody uses.

    Attributes:
        model: The part as a problem, with numbers of its own.
        plan: Its routes, in these numbers.
        tasks, vehicles: Their numbers in the whole problem.
    """

    model: Model
    plan: Plan
    tasks: tuple[int, ...]
    vehicles: tuple[int, ...]

    def in_whole(self, plan: Plan) -> Plan:
        """The routes of a plan for this part, in the numbers of the whole problem."""
        return [
            PlannedRoute(self.vehicles[route.vehicle], _renumbered(route.visits, self.tasks))
            for route in plan
        ]

    def timed_in_whole(self, route: TimedRoute) -> TimedRoute:
        """A timed route for this part, in the numbers of the whole problem; breaks are counted by vehicle."""
        stops = [
            replace(stop, number=self.tasks[stop.number])
            if stop.kind in TASK_KINDS and stop.number is not None
            else stop
            for stop in route.stops
        ]
        return replace(route, vehicle=self.vehicles[route.vehicle], stops=stops)


@dataclass(frozen=True)
class _Piece:
    """A route, or a task that is in none: what a cut keeps together."""

    visits: tuple[Visit, ...]
    vehicle: int | None


def cut(model: Model, plan: Plan, left_out: Sequence[int], count: int, rng: random.Random) -> list[Part]:
    """Parts of about as many tasks each, at most `count`, cut anew each time along lines of chance.

    Args:
        plan: Routes of the whole problem.
        left_out: Tasks in no route that some vehicle can serve.
    """
    pieces = [_Piece(route.visits, route.vehicle) for route in plan]
    pieces += [_Piece(tasks, None) for tasks in _together(model, left_out)]
    groups = list(_split(model, pieces, count, rng))
    used = {route.vehicle for route in plan}
    spare = [number for number in range(len(model.vehicles)) if number not in used]
    rng.shuffle(spare)
    return [_with_spare(model, group, spare[rank :: len(groups)]) for rank, group in enumerate(groups)]


def _together(model: Model, tasks: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Jobs, and shipments with both of their ends."""
    for number in tasks:
        partner = model.tasks[number].partner
        if partner is None:
            yield (number,)
        elif model.tasks[number].kind == "pickup":
            yield (number, partner)


def _split(model: Model, pieces: list[_Piece], count: int, rng: random.Random) -> Iterator[list[_Piece]]:
    """Halves the pieces, and the halves again, between one place and one far from it."""
    if count < 2 or sum(piece.vehicle is not None for piece in pieces) < 2:
        yield pieces
        return
    durations = model.vehicles[0].travel.durations
    places = [[model.tasks[task].place for task in tasks_among(piece.visits)] for piece in pieces]
    everywhere = list(chain.from_iterable(places))
    here = rng.choice(everywhere)
    sample = rng.sample(everywhere, (len(everywhere) + 1) // 2)
    there = sample[int(durations[here, sample].argmax())]
    nearer = durations[here].astype(np.int64) - durations[there]
    order = sorted(range(len(pieces)), key=lambda i: float(nearer[places[i]].mean()))
    first = count // 2
    wanted, taken = len(everywhere) * first / count, 0
    near: list[_Piece] = []
    far: list[_Piece] = []
    for i in order:
        (near if taken < wanted else far).append(pieces[i])
        taken += len(pieces[i].visits)
    for half, share in ((near, first), (far, count - first)):
        if half:
            yield from _split(model, half, share, rng)


def _with_spare(model: Model, pieces: list[_Piece], spare: list[int]) -> Part:
    routes = [PlannedRoute(piece.vehicle, piece.visits) for piece in pieces if piece.vehicle is not None]
    loose = chain.from_iterable(tasks_among(piece.visits) for piece in pieces if piece.vehicle is None)
    enough = max(_LEAST_SPARE, len(routes) // _SPARE_SHARE)
    return part_of(model, routes, loose, spare[:enough])


def part_of(model: Model, routes: Plan, loose: Iterable[int], spare: Iterable[int]) -> Part:
    """The part of a problem with these routes, with tasks that are in none, and with vehicles that nobody
    uses."""
    vehicles = tuple(sorted([*(route.vehicle for route in routes), *spare]))
    tasks = tuple(sorted(chain(loose, *(route.tasks for route in routes))))
    task_of = {number: rank for rank, number in enumerate(tasks)}
    vehicle_of = {number: rank for rank, number in enumerate(vehicles)}
    return Part(
        model=replace(
            model,
            tasks=tuple(
                task if task.partner is None else replace(task, partner=task_of[task.partner])
                for task in (model.tasks[number] for number in tasks)
            ),
            vehicles=tuple(model.vehicles[number] for number in vehicles),
        ),
        plan=[
            PlannedRoute(vehicle_of[route.vehicle], _renumbered(route.visits, task_of)) for route in routes
        ],
        tasks=tasks,
        vehicles=vehicles,
    )


def _renumbered(visits: Iterable[Visit], numbers: Sequence[int] | dict[int, int]) -> tuple[Visit, ...]:
    """The same tasks by other numbers; reloads are the vehicle's own."""
    return tuple(numbers[visit] if isinstance(visit, int) else visit for visit in visits)


def pinned(part: Part, share: float, rng: random.Random) -> Model:
    """A part's problem with about such a share of its tasks bound to the vehicles that they have now.

    VROOM searches the same problem in the same way each time: tasks that must stay where they are make it
    look elsewhere. A skill that one vehicle alone has, and that no task asks for yet, binds them.
    """
    model = part.model
    tasks, vehicles = list(model.tasks), list(model.vehicles)
    asked = frozenset[int]().union(*(task.skills for task in tasks))
    known = asked.union(*(vehicle.skills for vehicle in vehicles))
    unknown = (skill for skill in _SKILLS if skill not in known)
    for route in part.plan:
        skill = next(unknown)
        vehicle = vehicles[route.vehicle]
        vehicles[route.vehicle] = replace(vehicle, skills=vehicle.skills | {skill})
        for number in route.tasks:
            ends = (number,) if tasks[number].partner is None else (number, number + 1)
            if tasks[number].kind != "delivery" and rng.random() < share:
                for end in ends:
                    tasks[end] = replace(tasks[end], skills=tasks[end].skills | {skill})
    return replace(model, tasks=tuple(tasks), vehicles=tuple(vehicles))
