"""Thousands of vehicles at once, as arrays, for the quick look of each rule."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from milkrun_solver.model.problem import HUNDREDTHS, Model, Task, Vehicle
from milkrun_solver.model.travel import Cells, Travel

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

NEVER = 2**62
"""A time or a length beyond any limit."""


class LegLengths(NamedTuple):
    """How long legs are in a matrix: `into` a row from each of some rows, `out` of a row to each of some."""

    into: Callable[[Cells, Numbers, int], Numbers]
    out: Callable[[Cells, int, Numbers], Numbers]


DIRECT = LegLengths(
    into=lambda cells, starts, row: cells[starts, row].astype(np.int64),
    out=lambda cells, row, ends: cells[row, ends].astype(np.int64),
)
"""As the matrix says."""


class VehicleGroup:
    """Vehicles that see the same matrices, one entry of each array for each of them.

    Attributes:
        numbers: The vehicles' numbers.
        starts, ends: Rows of the matrices, -1 where a route is open.
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
        """A value of each vehicle, `otherwise` where that is None."""
        values = [value(vehicle) for vehicle in self.vehicles]
        return np.array([otherwise if it is None else it for it in values], dtype=np.int64)

    def limits(self, limit: Callable[[Vehicle], int | None]) -> Numbers | None:
        """A limit of each vehicle, `NEVER` where it has none; None where none has."""
        found = self.each(limit, NEVER)
        return found if (found < NEVER).any() else None

    def travel_times(self, legs: Numbers) -> Numbers:
        """Seconds of the matrix as hundredths of a second at the speed of each vehicle."""
        return self._factor * legs


class TaskLegs:
    """The legs of each vehicle of a group to a task, and from there to its end.

    An open start or end is no leg. A pickup is not the last stop, so nothing is known of the way on.
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
        """When each vehicle can be there at the earliest, in hundredths of a second."""
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
