"""Cuts a plan into parts: groups of neighbouring routes, each a problem of its own.

Spatial decomposition: É. Taillard, "Parallel iterative search methods for vehicle routing problems", Networks
23 (1993). A. Santini, M. Schneider, T. Vidal and D. Vigo compare ways to cut in "Decomposition strategies for
vehicle routing heuristics", INFORMS Journal on Computing 35 (2023). Here whole routes are halved repeatedly,
each time between a random place and one far from it.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from milkrun_solver.model.problem import Model
from milkrun_solver.model.relations import kept_together, within
from milkrun_solver.model.tasks import Task
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.model.visits import Plan, PlannedRoute, Visit, tasks_among
from milkrun_solver.routes.timed_route import TASK_KINDS, TimedRoute

_LEAST_SPARE = 2
_SPARE_SHARE = 4
"""A part gets one spare vehicle for this many of its routes, and at least `_LEAST_SPARE`."""
_SKILLS = range(2**32)
"""Skills that VROOM accepts."""


@dataclass(frozen=True)
class Part:
    """Some routes of a plan as a problem of its own, with unassigned tasks near them and spare vehicles.

    Attributes:
        model: The problem, with numbers of its own.
        plan: Its routes, in these numbers.
        tasks, vehicles: The numbers of its tasks and vehicles in the whole problem.
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
        """A timed route for this part, in the numbers of the whole problem. Breaks and reloads keep theirs,
        which count within their vehicle."""
        stops = [
            replace(stop, number=self.tasks[stop.number])
            if stop.kind in TASK_KINDS and stop.number is not None
            else stop
            for stop in route.stops
        ]
        return replace(route, vehicle=self.vehicles[route.vehicle], stops=stops)


@dataclass(frozen=True)
class _Piece:
    """What a cut keeps together: a route, or an unassigned job or shipment."""

    visits: tuple[Visit, ...]
    vehicle: int | None


def cut(model: Model, plan: Plan, left_out: Sequence[int], count: int, rng: random.Random) -> list[Part]:
    """Cuts a plan along random lines into at most `count` parts of about equal numbers of tasks.

    Unassigned tasks that must be on the same vehicle as others are in no part: only the whole knows where
    these are.

    Args:
        plan: Routes of the whole problem.
        left_out: Unassigned tasks that some vehicle can serve.
    """
    pieces = [_Piece(route.visits, route.vehicle) for route in plan]
    bound = kept_together(model.relations)
    pieces += [_Piece(tasks, None) for tasks in _together(model, left_out) if bound.isdisjoint(tasks)]
    groups = list(_split(model, pieces, count, rng))
    used = {route.vehicle for route in plan}
    spare = [
        number
        for number, vehicle in enumerate(model.vehicles)
        if number not in used and not vehicle.has_fixed_tasks
    ]
    rng.shuffle(spare)
    return [_with_spare(model, group, spare[rank :: len(groups)]) for rank, group in enumerate(groups)]


def _together(model: Model, tasks: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Jobs, and shipments with both ends."""
    for number in tasks:
        partner = model.tasks[number].partner
        if partner is None:
            yield (number,)
        elif model.tasks[number].kind == "pickup":
            yield (number, partner)


def _split(model: Model, pieces: list[_Piece], count: int, rng: random.Random) -> Iterator[list[_Piece]]:
    """Halves the pieces repeatedly, each time between a random place and one far from it."""
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
        taken += len(places[i])
    for half, share in ((near, first), (far, count - first)):
        if half:
            yield from _split(model, half, share, rng)


def _with_spare(model: Model, pieces: list[_Piece], spare: list[int]) -> Part:
    routes = [PlannedRoute(piece.vehicle, piece.visits) for piece in pieces if piece.vehicle is not None]
    loose = chain.from_iterable(tasks_among(piece.visits) for piece in pieces if piece.vehicle is None)
    enough = max(_LEAST_SPARE, len(routes) // _SPARE_SHARE)
    return part_of(model, routes, loose, spare[:enough])


def part_of(model: Model, routes: Plan, loose: Iterable[int], spare: Iterable[int]) -> Part:
    """The part of a problem with these routes, unassigned tasks (`loose`) and unused vehicles (`spare`).

    If the problem limits the number of routes, the part keeps its own: it does not know of those elsewhere.
    """
    vehicles = tuple(sorted([*(route.vehicle for route in routes), *spare]))
    tasks = tuple(sorted(chain(loose, *(route.tasks for route in routes))))
    task_of = {number: rank for rank, number in enumerate(tasks)}
    vehicle_of = {number: rank for rank, number in enumerate(vehicles)}
    return Part(
        model=replace(
            model,
            tasks=tuple(_with_new_numbers(model.tasks[number], task_of) for number in tasks),
            vehicles=tuple(_in_part(model.vehicles[number], task_of) for number in vehicles),
            relations=within(model.relations, task_of),
            fewest_routes=len(routes) if model.fewest_routes else 0,
            most_routes=None if model.most_routes is None else len(routes),
        ),
        plan=[
            PlannedRoute(vehicle_of[route.vehicle], _renumbered(route.visits, task_of)) for route in routes
        ],
        tasks=tasks,
        vehicles=vehicles,
    )


def _with_new_numbers(task: Task, numbers: Mapping[int, int]) -> Task:
    """A task of a part. It keeps those of its nearest tasks that are in the part: others are never on its
    vehicle, so that a part's cost of interleaving differs from the whole's by a constant."""
    if task.partner is None and not task.near:
        return task
    partner = None if task.partner is None else numbers[task.partner]
    return replace(task, partner=partner, near=tuple(numbers[it] for it in task.near if it in numbers))


def _in_part(vehicle: Vehicle, task_of: dict[int, int]) -> Vehicle:
    """A vehicle with its fixed steps in a part's numbers."""
    if not vehicle.has_fixed_tasks:
        return vehicle
    in_order = tuple(task_of[number] for number in vehicle.in_order)
    return replace(vehicle, first=_renumbered(vehicle.first, task_of), in_order=in_order)


def _renumbered(visits: Iterable[Visit], numbers: Sequence[int] | dict[int, int]) -> tuple[Visit, ...]:
    """The same visits with new task numbers; reloads and breaks keep theirs, which count within their
    vehicle."""
    return tuple(numbers[visit] if isinstance(visit, int) else visit for visit in visits)


def pinned(part: Part, share: float, rng: random.Random) -> Model:
    """A part's problem, with about this share of its tasks pinned to their current vehicles.

    VROOM searches the same problem in the same way each time. Pinned tasks make it search elsewhere. A new
    skill that only their vehicle has pins them.
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
