"""Vehicles by number."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from milkrun.schema import vehicles as schema
from milkrun.schema.fields import Coordinates
from milkrun_solver.model.amounts import padded
from milkrun_solver.model.driver_rules import DriverRules, driver_rules_of
from milkrun_solver.model.permits import Permits
from milkrun_solver.model.travel import Travel, TravelSource
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.visits import ReloadVisit, Visit, tasks_among
from milkrun_solver.model.windows import Window


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
    def has_fixed_tasks(self) -> bool:
        """Whether any plan must have a route for it. With nothing but reloads fixed, it may have none."""
        return bool(tasks_among(self.first) or self.in_order)

    def duration(self, origin: int, target: int) -> int:
        """Travel time between two rows of the matrices, in hundredths of a second."""
        return self.duration_factor * int(self.travel.durations[origin, target])


def vehicle_of(
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
        capacity=padded(vehicle.capacity, amounts),
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


def with_fixed_steps(vehicle: Vehicle, numbers: Mapping[tuple[str, int], int]) -> Vehicle:
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
