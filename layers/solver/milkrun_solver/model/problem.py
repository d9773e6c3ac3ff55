"""The optimiser's own view of a problem: tasks and vehicles by number, places as matrix rows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

from milkrun.schema import problem as schema
from milkrun.schema.fields import Coordinates
from milkrun.schema.priced import compact, has_soft_window, is_priced
from milkrun.schema.times import is_timed, merged_windows
from milkrun_solver.model.driver_rules import DriverRules, driver_rules_of
from milkrun_solver.model.neighbours import neighbours
from milkrun_solver.model.permits import Permits
from milkrun_solver.model.relations import Relation, numbered
from milkrun_solver.model.travel import Travel, TravelSource
from milkrun_solver.model.visits import ReloadVisit, Visit

HUNDREDTHS = 100
"""Units of time per second. VROOM counts hundredths, so that a speed factor keeps two digits."""
DISTANCE_COST = 360
"""Cost of one metre at one cost unit per km, in VROOM's internal unit: 1/360,000 of a cost unit."""
COST_UNIT = 360_000
"""VROOM's internal units per cost unit: hundredths per second times seconds per hour."""

Window = tuple[int, int]
TaskKind = Literal["job", "pickup", "delivery"]


class SoftWindow(NamedTuple):
    """When service should begin, in seconds, and the price of each hour before and after. Without a price, an
    end does not matter."""

    start: int
    end: int
    early: int
    late: int


@dataclass(frozen=True, slots=True)
class Task:
    """A job, a pickup or a delivery.

    Attributes:
        place: Row of the matrices.
        setup, service: Seconds, by the rank of the vehicle's type.
        windows: When service may start, ascending and disjoint; empty if it may start at any time.
        skills: Those that it needs, with one that stands for its `allowed_vehicles`.
        delivery, pickup: Amounts that leave and enter the vehicle here.
        release: When the trip that serves it may begin, in seconds.
        partner: Number of the other end of a shipment; None for a job.
        source: The task in the problem.
        soft: When service should begin; None if no time has a price.
        near: The numbers of its nearest tasks, if the problem has a price of routes that interleave.
    """

    kind: TaskKind
    place: int
    setup: tuple[int, ...]
    service: tuple[int, ...]
    windows: tuple[Window, ...]
    delivery: tuple[int, ...]
    pickup: tuple[int, ...]
    skills: frozenset[int]
    priority: int
    release: int
    partner: int | None
    source: schema.Task
    soft: SoftWindow | None = None
    near: tuple[int, ...] = ()

    def action(self, type_rank: int) -> int:
        """Seconds of setup and service for a vehicle of this type, if the setup applies."""
        return self.setup[type_rank] + self.service[type_rank]

    @property
    def work_depends_on_type(self) -> bool:
        """Whether time on the spot depends on the vehicle's type."""
        if not self.source.setup_per_type and not self.source.service_per_type:
            return False
        return len(set(map(sum, zip(self.setup, self.service, strict=True)))) > 1


@dataclass(frozen=True, slots=True)
class Reload:
    """A place where a vehicle may begin another trip: its row of the matrices, and the seconds it takes."""

    place: int
    service: int
    source: schema.Reload


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle. `duration_factor` and `cost_factor` are VROOM's whole numbers for its speed and `per_hour`.

    Attributes:
        start, end: Rows of the matrices, None for an open start or end.
        type_rank: Rank of its type in `Model.types`.
        duration_factor: Hundredths of a second for one second of the matrix.
        cost_factor: Internal cost of one second of the matrix.
        reloads: Where it may begin another trip.
        driver_rules: The limits of its driver; None if it has none.
        source: The vehicle in the problem.
        first: The visits that its route begins with, with nothing but breaks between them.
        in_order: Further tasks that it serves, in this order.
    """

    start: int | None
    end: int | None
    capacity: tuple[int, ...]
    skills: frozenset[int]
    type_rank: int
    window: Window | None
    duration_factor: int
    cost_factor: int
    travel: Travel
    reloads: tuple[Reload, ...]
    driver_rules: DriverRules | None
    source: schema.Vehicle
    first: tuple[Visit, ...] = ()
    in_order: tuple[int, ...] = ()

    @property
    def has_fixed_steps(self) -> bool:
        """Whether any plan must have a route for it, which keeps some steps."""
        return bool(self.first or self.in_order)

    def duration(self, origin: int, target: int) -> int:
        """Travel time between two rows of the matrices, in hundredths of a second."""
        return self.duration_factor * int(self.travel.durations[origin, target])


@dataclass(frozen=True)
class Model:
    """A whole problem.

    Attributes:
        amounts: The number of entries in each amount.
        timed: Whether anything binds in time. If nothing does, VROOM rounds costs differently.
        relations: What tasks have to do with each other.
        fewest_routes: No plan has fewer routes, unless it has fewer jobs and shipments.
        most_routes: No plan has more routes. None: as many as vehicles.
    """

    problem: schema.Problem
    travel: TravelSource
    tasks: tuple[Task, ...]
    vehicles: tuple[Vehicle, ...]
    types: tuple[str | None, ...]
    amounts: int
    timed: bool
    relations: tuple[Relation, ...] = ()
    fewest_routes: int = 0
    most_routes: int | None = None

    @cached_property
    def is_priced(self) -> bool:
        """Whether the problem has a priced term, so that answers state their costs by component."""
        return is_priced(self.problem)

    @cached_property
    def at_plain_speed(self) -> bool:
        """Whether every vehicle is as fast as the matrices say."""
        return all(vehicle.duration_factor == HUNDREDTHS for vehicle in self.vehicles)

    @cached_property
    def work_cost_depends_on_vehicle(self) -> bool:
        """Whether the cost of time on the spot differs between vehicles."""
        rates = {vehicle.source.costs.per_task_hour for vehicle in self.vehicles}
        return len(rates) > 1 or (rates != {0} and any(task.work_depends_on_type for task in self.tasks))


def build_model(problem: schema.Problem, travel: TravelSource) -> Model:
    """The model of a problem that has passed the checks at submit."""
    types = tuple(dict.fromkeys(vehicle.type for vehicle in problem.vehicles))
    amounts = _amount_count(problem)
    permits = Permits(problem)
    tasks = tuple(_tasks(problem, travel, types, amounts, permits))
    numbers: dict[tuple[str, int], int] = {(it.kind, it.source.id): n for n, it in enumerate(tasks)}
    vehicles = tuple(
        _with_fixed_steps(_vehicle(vehicle, travel, types, amounts, permits), numbers)
        for vehicle in problem.vehicles
    )
    if next(compact(problem), None) is not None:
        tasks = _with_neighbours(tasks, vehicles[0])
    by_time_of_day = any(it.slots for it in travel.profiles.values())
    timed = by_time_of_day or is_timed((task.source for task in tasks), problem.vehicles)
    relations = numbered(problem.relations, numbers)
    return Model(
        problem,
        travel,
        tasks,
        vehicles,
        types,
        amounts,
        timed,
        relations,
        fewest_routes=problem.options.min_vehicles,
        most_routes=problem.options.max_vehicles,
    )


def _amount_count(problem: schema.Problem) -> int:
    lists = [vehicle.capacity for vehicle in problem.vehicles]
    lists += [amount for job in problem.jobs for amount in (job.delivery, job.pickup)]
    lists += [shipment.amount for shipment in problem.shipments]
    return max(map(len, lists))


def _padded(amounts: Sequence[int], count: int) -> tuple[int, ...]:
    return tuple(amounts) or (0,) * count


def _in_reach(windows: tuple[Window, ...], release: int) -> tuple[Window, ...]:
    """Drops time windows that end before the goods are ready, because PyVRP rejects them.

    If none would be left, all stay, and the task counts as impossible.
    """
    return tuple(window for window in windows if window[1] >= release) or windows


def _tasks(
    problem: schema.Problem,
    travel: TravelSource,
    types: tuple[str | None, ...],
    amounts: int,
    permits: Permits,
) -> list[Task]:
    nothing = (0,) * amounts
    per_type = _PerType(types)
    tasks: list[Task] = []

    def add(
        kind: TaskKind,
        source: schema.Task,
        owner: schema.Job | schema.Shipment,
        delivery: Sequence[int],
        pickup: Sequence[int],
    ) -> None:
        number = len(tasks)
        release = owner.release_time if isinstance(owner, schema.Job) else 0
        tasks.append(
            Task(
                kind=kind,
                place=travel.place(source.location, source.location_index),
                setup=per_type(source.setup, source.setup_per_type),
                service=per_type(source.service, source.service_per_type),
                windows=_in_reach(merged_windows(source.time_windows), release),
                delivery=_padded(delivery, amounts),
                pickup=_padded(pickup, amounts),
                skills=permits.needed(owner),
                priority=owner.priority,
                release=release,
                partner={"job": None, "pickup": number + 1, "delivery": number - 1}[kind],
                source=source,
                soft=_soft_window(source),
            )
        )

    for job in problem.jobs:
        add("job", job, job, job.delivery, job.pickup)
    for shipment in problem.shipments:
        add("pickup", shipment.pickup, shipment, nothing, shipment.amount)
        add("delivery", shipment.delivery, shipment, shipment.amount, nothing)
    return tasks


def _soft_window(task: schema.Task) -> SoftWindow | None:
    window = task.soft_time_window
    if window is None or not has_soft_window(task):
        return None
    early, late = window.cost_per_hour_early, window.cost_per_hour_late
    return SoftWindow(window.start or 0, window.end or 0, early, late)


def _with_neighbours(tasks: Sequence[Task], vehicle: Vehicle) -> tuple[Task, ...]:
    """The tasks with their nearest ones, by the travel times of a vehicle's profile."""
    places, partners = [task.place for task in tasks], [task.partner for task in tasks]
    near = neighbours(vehicle.travel.durations, places, partners)
    return tuple(replace(task, near=it) for task, it in zip(tasks, near, strict=True))


class _PerType:
    """Seconds by the rank of a vehicle's type. There may be 2,000 types, so equal tuples are shared."""

    def __init__(self, types: tuple[str | None, ...]) -> None:
        self._ranks = {name: rank for rank, name in enumerate(types) if name is not None}
        self._count = len(types)
        self._known: dict[tuple[int, tuple[tuple[str, int], ...]], tuple[int, ...]] = {}

    def __call__(self, default: int, special: dict[str, int]) -> tuple[int, ...]:
        key = default, tuple(special.items())
        if key not in self._known:
            seconds = [default] * self._count
            for name in special.keys() & self._ranks.keys():
                seconds[self._ranks[name]] = special[name]
            self._known[key] = tuple(seconds)
        return self._known[key]


def _vehicle(
    vehicle: schema.Vehicle,
    travel: TravelSource,
    types: tuple[str | None, ...],
    amounts: int,
    permits: Permits,
) -> Vehicle:
    slowness = 1 / vehicle.speed_factor * HUNDREDTHS

    def place(location: Coordinates | None, index: int | None) -> int | None:
        given = index if travel.kind == "custom" else location
        return None if given is None else travel.place(location, index)

    return Vehicle(
        start=place(vehicle.start, vehicle.start_index),
        end=place(vehicle.end, vehicle.end_index),
        capacity=_padded(vehicle.capacity, amounts),
        skills=permits.held(vehicle),
        type_rank=types.index(vehicle.type),
        window=None if vehicle.time_window is None else (vehicle.time_window.start, vehicle.time_window.end),
        duration_factor=math.floor(slowness + 0.5),
        cost_factor=math.floor(slowness * vehicle.costs.per_hour + 0.5),
        travel=travel.profiles[vehicle.profile],
        reloads=tuple(
            Reload(travel.place(place.location, place.location_index), place.service, place)
            for place in vehicle.reloads
        ),
        driver_rules=None if vehicle.driver_rules is None else driver_rules_of(vehicle.driver_rules),
        source=vehicle,
    )


def _with_fixed_steps(vehicle: Vehicle, numbers: Mapping[tuple[str, int], int]) -> Vehicle:
    """The vehicle with the steps that its route must keep, from the numbers of tasks by type and id."""
    fixed = [(it.fixed, it.type, it.id) for it in vehicle.source.steps if it.fixed and it.id is not None]
    if not fixed:
        return vehicle
    reloads = {reload.source.id: ReloadVisit(rank) for rank, reload in enumerate(vehicle.reloads)}
    return replace(
        vehicle,
        first=tuple(
            reloads[number] if kind == "reload" else numbers[kind, number]
            for how, kind, number in fixed
            if how == "position"
        ),
        in_order=tuple(numbers[kind, number] for how, kind, number in fixed if how == "order"),
    )
