"""PyVRP's side of the road: locations, vehicle types, and the matrices each type sees."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from milkrun_solver.expressible import (
    Channels,
    action,
    channels,
    differs_by_type,
    max_tasks_binds,
    time_unit,
    work_depends_on_vehicle,
)
from milkrun_solver.model import COST_UNIT, HUNDREDTHS, Model, Task, Vehicle

Grid = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Profile:
    """What decides a pair of matrices; `travel` is the identity of the travel data."""

    travel: int
    channels: Channels
    duration_factor: int
    type_rank: int
    task_rate: int


@dataclass(frozen=True)
class VehicleType:
    """Vehicles that are alike: PyVRP's keyword arguments for them, and their numbers."""

    arguments: dict[str, Any]
    vehicles: list[int]


class Fleet:
    """Vehicles, locations and matrices of a problem in PyVRP's terms.

    Args:
        model: A problem that PyVRP can express.
        possible: Numbers of the tasks that take part.

    Attributes:
        time_unit: Units of PyVRP's time per second.
        divisor: PyVRP's cost unit in VROOM's internal units: the largest that leaves all costs whole.
        skill_sets: Sets of required skills that some vehicle lacks: load dimensions it has no room in.
        counts_tasks: Whether the last load dimension counts tasks.
        service_on_edges, work_on_edges: Whether time on the spot, and its cost, depend on the vehicle and so
            stand on the edges of its matrices.
        locations: The matrix row of each location, None for the nowhere where open routes start and end.
        location_of: The location of each task.
        depots: The location of each depot, by its matrix row.
        types: The vehicle types.
    """

    def __init__(self, model: Model, possible: list[int]) -> None:
        self._model = model
        self._possible = possible
        tasks = [model.tasks[number] for number in possible]
        self.time_unit = time_unit(model)
        self.service_on_edges = model.timed and any(map(differs_by_type, tasks))
        self.work_on_edges = work_depends_on_vehicle(model)
        self.counts_tasks = any(max_tasks_binds(model, vehicle) for vehicle in model.vehicles)
        self.skill_sets = _binding_skill_sets(model, tasks)
        self.locations: list[int | None] = []
        self.location_of: dict[int, int] = {}
        self.depots: dict[int | None, int] = {}
        self._lay_locations()
        self._channels = [self._channels_of(vehicle) for vehicle in model.vehicles]
        self.divisor = self._common_divisor()
        self._profiles: dict[_Profile, int] = {}
        self._profile_vehicles: list[tuple[_Profile, Vehicle]] = []
        self.types = self._vehicle_types()

    @property
    def matrix_bytes(self) -> int:
        """Memory that the matrices of all profiles take."""
        return 2 * 8 * len(self.locations) ** 2 * len(self._profiles)

    def _channels_of(self, vehicle: Vehicle) -> Channels:
        found = channels(self._model, vehicle)
        if found is None:
            raise ValueError("a vehicle that PyVRP cannot express was not left to VROOM")
        return found

    def _lay_locations(self) -> None:
        """One location for each matrix row in use, or for each task where tasks at one row must differ."""
        model = self._model
        apart = self.service_on_edges or self.work_on_edges or _has_travel_within_a_place(model)
        shared: dict[int | None, int] = {}

        def add(row: int | None) -> int:
            self.locations.append(row)
            return len(self.locations) - 1

        for number in self._possible:
            row = model.tasks[number].place
            if apart or row not in shared:
                shared[row] = add(row)
            self.location_of[number] = shared[row]
        if apart:
            shared = {}
        for vehicle in model.vehicles:
            for depot in (vehicle.start, vehicle.end):
                if depot not in shared:
                    shared[depot] = add(depot)
                self.depots[depot] = shared[depot]

    def _common_divisor(self) -> int:
        """PyVRP's penalties suit small costs best."""
        parts = []
        for vehicle, channel in zip(self._model.vehicles, self._channels, strict=True):
            costs = vehicle.source.costs
            parts += [COST_UNIT * costs.fixed, HUNDREDTHS * costs.per_task_hour]
            parts += [channel.unit_distance, channel.unit_duration]
        return math.gcd(*parts) or 1

    def _vehicle_types(self) -> list[VehicleType]:
        groups: dict[tuple[Any, ...], VehicleType] = {}
        depots = list(self.depots)
        for number, (vehicle, channel) in enumerate(zip(self._model.vehicles, self._channels, strict=True)):
            arguments = {
                "start_depot": depots.index(vehicle.start),
                "end_depot": depots.index(vehicle.end),
                "capacity": self._capacity(vehicle),
                **self._costs_and_limits(vehicle, channel),
            }
            key = tuple(arguments.items())
            groups.setdefault(key, VehicleType(arguments, [])).vehicles.append(number)
        return list(groups.values())

    def _capacity(self, vehicle: Vehicle) -> tuple[int, ...]:
        enough = len(self._model.tasks)
        capacity = [*vehicle.capacity, *(enough if s <= vehicle.skills else 0 for s in self.skill_sets)]
        if self.counts_tasks:
            most = vehicle.source.max_tasks
            capacity.append(enough if most is None else min(most, enough))
        return tuple(capacity)

    def _costs_and_limits(self, vehicle: Vehicle, channel: Channels) -> dict[str, int]:
        costs = {
            "fixed_cost": COST_UNIT * vehicle.source.costs.fixed // self.divisor,
            "unit_distance_cost": 1 if self.work_on_edges else channel.unit_distance // self.divisor,
            "unit_duration_cost": channel.unit_duration // self.divisor,
            "profile": self._profile(vehicle, channel),
        }
        if vehicle.window is not None:
            costs["tw_early"], costs["tw_late"] = (self.time_unit * time for time in vehicle.window)
        if channel.max_distance is not None:
            costs["max_distance"] = channel.max_distance
        if channel.max_duration is not None:
            costs["shift_duration"] = channel.max_duration
        return costs

    def _profile(self, vehicle: Vehicle, channel: Channels) -> int:
        """The number of the matrices that the vehicle sees, shared with those that see the same."""
        carried = replace(channel, unit_duration=0, max_distance=None, max_duration=None)
        if not self.work_on_edges:
            carried = replace(carried, unit_distance=0)
        by_type = self.service_on_edges or self.work_on_edges
        key = _Profile(
            travel=id(vehicle.travel),
            channels=carried,
            duration_factor=vehicle.duration_factor,
            type_rank=vehicle.type_rank if by_type else 0,
            task_rate=vehicle.source.costs.per_task_hour if self.work_on_edges else 0,
        )
        if key not in self._profiles:
            self._profiles[key] = len(self._profiles)
            self._profile_vehicles.append((key, vehicle))
        return self._profiles[key]

    @cached_property
    def matrices(self) -> tuple[list[Grid], list[Grid]]:
        """Distance and duration matrices of each profile, between all locations."""
        pairs = [self._pair(profile.channels, vehicle) for profile, vehicle in self._profile_vehicles]
        return [distance for distance, _ in pairs], [duration for _, duration in pairs]

    def _pair(self, channel: Channels, vehicle: Vehicle) -> tuple[Grid, Grid]:
        distance = self._cells(channel.distance, vehicle, channel.mix)
        same = channel.distance == channel.duration
        duration = distance.copy() if same else self._cells(channel.duration, vehicle, channel.mix)
        if self.work_on_edges:
            distance *= channel.unit_distance // self.divisor
        rate = HUNDREDTHS * vehicle.source.costs.per_task_hour // self.divisor
        for number, location in self.location_of.items():
            seconds = action(self._model.tasks[number], vehicle)
            if self.service_on_edges:
                duration[location, :] += self.time_unit * seconds
            if self.work_on_edges:
                distance[:, location] += rate * seconds
        np.fill_diagonal(distance, 0)
        np.fill_diagonal(duration, 0)
        return distance, duration

    def _cells(self, kind: str, vehicle: Vehicle, mix: tuple[int, int]) -> Grid:
        """One matrix between all locations; legs from and to nowhere are 0."""
        travel = vehicle.travel
        if kind == "time":
            return self._spread(travel.durations) * (vehicle.duration_factor if self.time_unit > 1 else 1)
        if kind == "custom":
            return self._spread(travel.costs)
        if kind == "distance":
            return self._spread(travel.distances)
        seconds = mix[0] * self._spread(travel.durations)
        return seconds + mix[1] * self._spread(travel.distances) if mix[1] else seconds

    def _spread(self, cells: npt.NDArray[np.uint32] | None) -> Grid:
        if cells is None:
            raise ValueError("a vehicle needs a matrix that its profile lacks")
        nowhere = [location for location, row in enumerate(self.locations) if row is None]
        rows = [0 if row is None else row for row in self.locations]
        spread = cells.take(rows, axis=0).take(rows, axis=1).astype(np.int64)
        spread[nowhere, :] = 0
        spread[:, nowhere] = 0
        return spread


def _binding_skill_sets(model: Model, tasks: list[Task]) -> list[frozenset[int]]:
    needed = {task.skills for task in tasks}
    binding = [s for s in needed if any(not s <= vehicle.skills for vehicle in model.vehicles)]
    return sorted(binding, key=sorted)


def _has_travel_within_a_place(model: Model) -> bool:
    return any(
        cells is not None and bool(np.diagonal(cells).any())
        for travel in model.travel.profiles.values()
        for cells in (travel.durations, travel.distances, travel.costs)
    )
