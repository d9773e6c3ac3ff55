"""Vehicles in PyVRP's terms: locations, vehicle types, and the matrices that each type uses."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from milkrun_solver.engines.grids import Grid, grid
from milkrun_solver.engines.pyvrp.channels import Channels, Matrix, channels, time_unit
from milkrun_solver.engines.pyvrp.closed_legs import Closing, close
from milkrun_solver.engines.pyvrp.locations import Locations
from milkrun_solver.engines.pyvrp.vehicle_types import TypeArguments, VehicleType
from milkrun_solver.model.problem import Model
from milkrun_solver.model.tasks import Task
from milkrun_solver.model.travel import Cells
from milkrun_solver.model.units import COST_UNIT, HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.rules.max_tasks import binds


@dataclass(frozen=True)
class _Profile:
    """What a pair of matrices depends on; `travel` is the `id` of the travel data."""

    travel: int
    channels: Channels
    duration_factor: int
    type_rank: int
    task_rate: int


class Fleet:
    """Vehicles, locations and matrices of a problem in PyVRP's terms.

    Args:
        model: A problem that PyVRP can express.
        possible: Numbers of the tasks to include.

    Attributes:
        time_unit: Units of PyVRP's time per second.
        divisor: PyVRP's cost unit in VROOM's internal units: the largest that leaves all costs whole numbers.
        skill_sets: Sets of required skills that some vehicle lacks. Each is a load dimension in which such a
            vehicle has capacity 0.
        counts_tasks: Whether the last load dimension counts tasks.
        service_on_edges, work_on_edges: Whether time on the spot, and its cost, depend on the vehicle, so
            that the vehicle's matrices include them.
        locations: The locations of tasks, starts, ends and places to reload.
        types: The vehicle types.
    """

    def __init__(self, model: Model, possible: list[int]) -> None:
        self._model = model
        self._possible = possible
        tasks = [model.tasks[number] for number in possible]
        self.time_unit = time_unit(model)
        self.service_on_edges = model.timed and any(task.work_depends_on_type for task in tasks)
        self.work_on_edges = model.work_cost_depends_on_vehicle
        self.counts_tasks = any(binds(vehicle, len(model.tasks)) for vehicle in model.vehicles)
        self.skill_sets = _binding_skill_sets(model, tasks)
        moving = any(vehicle.travel.within_a_place for vehicle in model.vehicles)
        apart = self.service_on_edges or self.work_on_edges or moving
        self.locations = Locations(model, possible, apart)
        self._channels = [self._channels_of(vehicle) for vehicle in model.vehicles]
        self.divisor = self._common_divisor()
        self._profiles: dict[_Profile, int] = {}
        self._profile_vehicles: list[tuple[_Profile, Vehicle]] = []
        self.types = self._vehicle_types()

    @property
    def matrix_bytes(self) -> int:
        """Size of the matrices of all profiles."""
        return 2 * 8 * len(self.locations.rows) ** 2 * len(self._profiles)

    def _channels_of(self, vehicle: Vehicle) -> Channels:
        found = channels(self._model, vehicle)
        if found is None:
            raise ValueError("PyVRP cannot express the limits of a vehicle")
        return found

    def _common_divisor(self) -> int:
        """The greatest common divisor of all costs: PyVRP's penalties suit small costs best."""
        parts = []
        for vehicle, channel in zip(self._model.vehicles, self._channels, strict=True):
            costs = vehicle.source.costs
            parts += [COST_UNIT * costs.fixed, HUNDREDTHS * costs.per_task_hour]
            parts += [channel.unit_distance, channel.unit_duration, self._unit_overtime(vehicle)]
        return math.gcd(*parts) or 1

    def _vehicle_types(self) -> list[VehicleType]:
        types: dict[TypeArguments, VehicleType] = {}
        for number, (vehicle, channel) in enumerate(zip(self._model.vehicles, self._channels, strict=True)):
            arguments = self._arguments(vehicle, channel)
            types.setdefault(arguments, VehicleType(arguments)).vehicles.append(number)
        return list(types.values())

    def _arguments(self, vehicle: Vehicle, channel: Channels) -> TypeArguments:
        source, unit = vehicle.source, self.time_unit
        start, end = self.locations.start_and_end(vehicle)
        early, late = (None, None) if vehicle.window is None else (unit * time for time in vehicle.window)
        shift = source.shift_duration
        return TypeArguments(
            start_depot=start,
            end_depot=end,
            capacity=self._capacity(vehicle),
            fixed_cost=COST_UNIT * source.costs.fixed // self.divisor,
            unit_distance_cost=1 if self.work_on_edges else channel.unit_distance // self.divisor,
            unit_duration_cost=channel.unit_duration // self.divisor,
            profile=self._profile(vehicle, channel),
            tw_early=early,
            tw_late=late,
            max_distance=channel.max_distance,
            shift_duration=channel.max_duration if shift is None else unit * shift,
            max_overtime=0 if shift is None else unit * source.max_overtime,
            unit_overtime_cost=0 if shift is None else self._unit_overtime(vehicle) // self.divisor,
            reload_depots=tuple(dict.fromkeys(self.locations.reload_depots(vehicle))),
            max_reloads=source.max_reloads if vehicle.reloads else None,
        )

    @property
    def extra_dimensions(self) -> int:
        """The number of load dimensions beside the problem's own amounts."""
        return len(self.skill_sets) + self.counts_tasks

    def loads(self, task: Task, amounts: Sequence[int]) -> list[int]:
        """The load of a task in each dimension."""
        skills = [int(task.skills == needed) for needed in self.skill_sets]
        return [*amounts, *skills, *([1] if self.counts_tasks else [])]

    def _capacity(self, vehicle: Vehicle) -> tuple[int, ...]:
        enough = len(self._model.tasks)
        capacity = [*vehicle.capacity, *(enough if s <= vehicle.skills else 0 for s in self.skill_sets)]
        if self.counts_tasks:
            most = vehicle.source.max_tasks
            capacity.append(enough if most is None else min(most, enough))
        return tuple(capacity)

    def _unit_overtime(self, vehicle: Vehicle) -> int:
        """Internal cost of one unit of PyVRP's time beyond the shift's duration."""
        return HUNDREDTHS // self.time_unit * vehicle.source.costs.per_overtime_hour

    def _profile(self, vehicle: Vehicle, channel: Channels) -> int:
        """The number of the vehicle's matrices. Vehicles with equal matrices share them."""
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
        return [distance for distance, _, _ in self._closed], [duration for _, duration, _ in self._closed]

    @property
    def closings(self) -> list[Closing | None]:
        """The closed legs of each profile; None if all its legs are open."""
        return [closing for _, _, closing in self._closed]

    @cached_property
    def _closed(self) -> list[tuple[Grid, Grid, Closing | None]]:
        stops = [self.locations.of_task[number] for number in self._possible]
        stops += len(self._possible) * list(self.locations.reloads.values())
        stops += self.locations.depots.values()
        return [
            close(vehicle.travel, self.locations.rows, *self._pair(profile.channels, vehicle), stops)
            for profile, vehicle in self._profile_vehicles
        ]

    def _pair(self, channel: Channels, vehicle: Vehicle) -> tuple[Grid, Grid]:
        """Distances and durations. They may be one grid, because PyVRP copies what it is given."""
        distance = self._grid(channel.distance, vehicle, channel.mix)
        on_edges = self.service_on_edges or self.work_on_edges
        shared = channel.distance == channel.duration and not on_edges
        duration = distance if shared else self._grid(channel.duration, vehicle, channel.mix)
        if self.work_on_edges:
            distance *= channel.unit_distance // self.divisor
        if on_edges:
            self._add_work(vehicle, distance, duration)
        np.fill_diagonal(distance, 0)
        np.fill_diagonal(duration, 0)
        return distance, duration

    def _add_work(self, vehicle: Vehicle, distance: Grid, duration: Grid) -> None:
        """Adds the time on the spot to the legs out of each task, and its cost to the legs into it."""
        rate = HUNDREDTHS * vehicle.source.costs.per_task_hour // self.divisor
        for number, location in self.locations.of_task.items():
            seconds = self._model.tasks[number].action(vehicle.type_rank)
            if self.service_on_edges:
                duration[location, :] += self.time_unit * seconds
            if self.work_on_edges:
                distance[:, location] += rate * seconds

    def _grid(self, kind: Matrix, vehicle: Vehicle, mix: tuple[int, int]) -> Grid:
        """One matrix between all locations. Legs from and to nowhere are 0."""
        travel = vehicle.travel
        terms: dict[Matrix, list[tuple[Cells | None, int]]] = {
            "time": [(travel.durations, vehicle.duration_factor if self.time_unit > 1 else 1)],
            "distance": [(travel.distances, 1)],
            "custom": [(travel.costs, 1)],
            "mixed": [(travel.durations, mix[0]), (travel.distances, mix[1])],
        }
        return grid([(cells, factor) for cells, factor in terms[kind] if factor], self.locations.rows)


def _binding_skill_sets(model: Model, tasks: list[Task]) -> list[frozenset[int]]:
    needed = {task.skills for task in tasks}
    binding = [s for s in needed if any(not s <= vehicle.skills for vehicle in model.vehicles)]
    return sorted(binding, key=sorted)
