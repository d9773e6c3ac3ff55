"""Thousands of vehicles as arrays, for the screens of the rules."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from milkrun_solver.model.problem import Model
from milkrun_solver.model.tasks import Task
from milkrun_solver.model.travel import Cells, Travel
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

NEVER = 2**62
"""A time or length beyond any limit."""


class LegLengths(NamedTuple):
    """Lengths of legs in a matrix: `into` a row from many rows, and `out` of a row to many rows."""

    into: Callable[[Cells, Numbers, int], Numbers]
    out: Callable[[Cells, int, Numbers], Numbers]


DIRECT = LegLengths(
    into=lambda cells, starts, row: cells[starts, row].astype(np.int64),
    out=lambda cells, row, ends: cells[row, ends].astype(np.int64),
)
"""The lengths of the direct legs."""


class VehicleGroup:
    """Vehicles with the same matrices. Each array has one entry for each vehicle.

    Attributes:
        numbers: The vehicles' numbers.
        starts, ends: Rows of the matrices, -1 for an open start or end.
        type_ranks: The rank of each vehicle's type.
        opening: When each may start, in hundredths of a second.
        reload: Which of them have places to reload.
    """

    def __init__(self, model: Model, numbers: Sequence[int]) -> None:
        self.vehicles = [model.vehicles[number] for number in numbers]
        self.numbers = np.array(numbers)
        self.travel: Travel = self.vehicles[0].travel
        self.starts = self.each(lambda v: v.start, -1)
        self.ends = self.each(lambda v: v.end, -1)
        self.type_ranks = self.each(lambda v: v.type_rank)
        self.opening = HUNDREDTHS * self.each(lambda v: v.window and v.window[0])
        self.reload: Flags = np.array([bool(vehicle.reloads) for vehicle in self.vehicles])
        self._factor = self.each(lambda v: v.duration_factor)

    def each(self, value: Callable[[Vehicle], int | None], otherwise: int = 0) -> Numbers:
        """A value for each vehicle; `otherwise` if it is None."""
        values = [value(vehicle) for vehicle in self.vehicles]
        return np.array([otherwise if it is None else it for it in values], dtype=np.int64)

    def limits(self, limit: Callable[[Vehicle], int | None]) -> Numbers | None:
        """A limit of each vehicle, `NEVER` if it has none; None if no vehicle has one."""
        found = self.each(limit, NEVER)
        return found if (found < NEVER).any() else None

    def travel_times(self, legs: Numbers) -> Numbers:
        """The matrix's seconds at each vehicle's speed, in hundredths of a second."""
        return self._factor * legs


class TaskLegs:
    """The legs of each vehicle of a group from its start to a task, and from the task to its end.

    The leg from or to an open end has length 0. So has the leg after a pickup, whose delivery comes next.
    """

    def __init__(self, group: VehicleGroup, task: Task, lengths: LegLengths) -> None:
        self._group = group
        self._task = task
        self._lengths = lengths

    @cached_property
    def travel_times(self) -> tuple[Numbers, Numbers]:
        """There and back, in hundredths of a second."""
        there, back = self._there_and_back(self._group.travel.durations)
        return self._group.travel_times(there), self._group.travel_times(back)

    @cached_property
    def arrival(self) -> Numbers:
        """The earliest arrival of each vehicle, in hundredths of a second."""
        return self._group.opening + self.travel_times[0]

    def metres(self, distances: Cells) -> Numbers:
        """There and back together."""
        there, back = self._there_and_back(distances)
        return there + back

    def _there_and_back(self, cells: Cells) -> tuple[Numbers, Numbers]:
        group, place = self._group, self._task.place
        there = np.where(group.starts < 0, 0, self._lengths.into(cells, group.starts, place))
        if self._task.kind == "pickup":
            return there, np.zeros_like(there)
        return there, np.where(group.ends < 0, 0, self._lengths.out(cells, place, group.ends))


Screen = Callable[[Task, TaskLegs], Flags]
"""Whether each vehicle of a group may serve a task."""


def travel_screen(most: Numbers | None) -> Screen | None:
    """Whether each vehicle reaches a task and returns within its limit of travel, in hundredths of a second;
    None if there is no limit."""
    if most is None:
        return None

    def may_serve(_task: Task, legs: TaskLegs) -> Flags:
        there, back = legs.travel_times
        short: Flags = there + back <= most
        return short

    return may_serve
