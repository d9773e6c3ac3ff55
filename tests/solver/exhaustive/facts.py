"""A problem as the enumerator reads it: tasks by type and id, places as rows of the custom matrices.

Nothing here or beside it imports the solver, so that an agreement with the solver is worth something.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from milkrun.schema.matrices import Matrix
from milkrun.schema.problem import Problem
from milkrun.schema.tasks import Job, Shipment, Task
from milkrun.schema.vehicles import Vehicle

NO_WAY = 999_999_999
"""A cell of this value or more closes its leg."""


class Stop(NamedTuple):
    """One stop of a route: a task or a reload, as a step names it."""

    type: Literal["job", "pickup", "delivery", "reload"]
    id: int


@dataclass(frozen=True)
class Work:
    """A task with what it shares with its shipment's other end."""

    task: Task
    place: int
    priority: int
    skills: frozenset[int]
    loaded: tuple[int, ...]
    unloaded: tuple[int, ...]
    release: int
    owner: Job | Shipment


class Facts:
    """A problem with custom matrices and vehicles at plain speed.

    Attributes:
        work: The tasks.
        delivery_of, pickup_of: The other end of each shipment.
        timed: Whether anything binds in time, which changes how costs are rounded.
    """

    def __init__(self, problem: Problem) -> None:
        if problem.matrices is None or any(vehicle.speed_factor != 1 for vehicle in problem.vehicles):
            raise ValueError("the enumerator needs custom matrices and vehicles at plain speed")
        self.problem = problem
        self.matrices = problem.matrices
        self.amounts = max(
            [len(vehicle.capacity) for vehicle in problem.vehicles]
            + [max(len(job.delivery), len(job.pickup)) for job in problem.jobs]
            + [len(shipment.amount) for shipment in problem.shipments]
        )
        self.work: dict[Stop, Work] = {}
        self.delivery_of: dict[Stop, Stop] = {}
        for job in problem.jobs:
            self._add(Stop("job", job.id), job, job, job.pickup, job.delivery)
        for it in problem.shipments:
            pickup, delivery = Stop("pickup", it.pickup.id), Stop("delivery", it.delivery.id)
            self._add(pickup, it.pickup, it, it.amount, [])
            self._add(delivery, it.delivery, it, [], it.amount)
            self.delivery_of[pickup] = delivery
        self.pickup_of = {delivery: pickup for pickup, delivery in self.delivery_of.items()}
        self.timed = self._is_timed()

    def _is_timed(self) -> bool:
        tasks = [work.task for work in self.work.values()]
        softs = [task.soft_time_window for task in tasks if task.soft_time_window is not None]
        vehicles = self.problem.vehicles
        return (
            any(work.task.time_windows or work.release for work in self.work.values())
            or any(it.cost_per_hour_early or it.cost_per_hour_late for it in softs)
            or any(it.driver_rules is not None for it in vehicles)
            or any(
                it.time_window or it.breaks or it.shift_duration is not None or self.matrix(it).slots
                for it in vehicles
            )
        )

    def _add(
        self,
        stop: Stop,
        task: Task,
        owner: Job | Shipment,
        loaded: Sequence[int],
        unloaded: Sequence[int],
    ) -> None:
        nothing = (0,) * self.amounts
        self.work[stop] = Work(
            task=task,
            place=_row(task.location_index),
            priority=owner.priority,
            skills=frozenset(owner.skills),
            loaded=tuple(loaded) or nothing,
            unloaded=tuple(unloaded) or nothing,
            release=owner.release_time if isinstance(owner, Job) else 0,
            owner=owner,
        )

    def matrix(self, vehicle: Vehicle) -> Matrix:
        """The matrices of a vehicle's profile."""
        return self.matrices[vehicle.profile]

    def place(self, vehicle: Vehicle, stop: Stop) -> int:
        """The row of a stop."""
        if stop.type != "reload":
            return self.work[stop].place
        return _row(next(it.location_index for it in vehicle.reloads if it.id == stop.id))

    def legs(self, vehicle: Vehicle, stops: Sequence[Stop]) -> list[tuple[int, int] | None]:
        """The legs to each stop and on to the end, as rows; None from an open start or to an open end."""
        places = [vehicle.start_index, *(self.place(vehicle, stop) for stop in stops), vehicle.end_index]
        pairs = pairwise(places)
        return [None if a is None or b is None else (a, b) for a, b in pairs]

    def is_closed(self, vehicle: Vehicle, leg: tuple[int, int] | None) -> bool:
        """Whether any of the vehicle's matrices closes a leg."""
        if leg is None:
            return False
        matrix = self.matrix(vehicle)
        given = [cells for cells in (matrix.durations, matrix.distances, matrix.costs) if cells is not None]
        given += [slot.durations for slot in matrix.slots]
        return any(cells[leg[0]][leg[1]] >= NO_WAY for cells in given)

    def seconds_at(self, vehicle: Vehicle, stops: Sequence[Stop]) -> list[int]:
        """Setup and service at each stop. A setup is left out after a stop at the same place."""
        before, found = vehicle.start_index, []
        for stop in stops:
            place = self.place(vehicle, stop)
            if stop.type == "reload":
                found.append(next(it.service for it in vehicle.reloads if it.id == stop.id))
            else:
                task, name = self.work[stop].task, vehicle.type or ""
                setup = task.setup_per_type.get(name, task.setup) if place != before else 0
                found.append(setup + task.service_per_type.get(name, task.service))
            before = place
        return found


def nearest(value: float) -> int:
    """The nearest whole number; a half is rounded up."""
    return math.floor(value + 0.5)


def _row(index: int | None) -> int:
    if index is None:
        raise ValueError("the enumerator needs the row of each place")
    return index
