"""Which vehicles come into question for a task, told for thousands of vehicles at once."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from milkrun_solver.model.problem import HUNDREDTHS, Model, Task, Vehicle
from milkrun_solver.model.travel import Cells, Travel

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

_NEVER = 2**62


class Ways(NamedTuple):
    """How far it is: `out` from each of some rows of a matrix to a row, `back` from a row to each of some."""

    out: Callable[[Cells, Numbers, int], Numbers]
    back: Callable[[Cells, int, Numbers], Numbers]


STRAIGHT = Ways(
    out=lambda cells, starts, row: cells[starts, row].astype(np.int64),
    back=lambda cells, row, ends: cells[row, ends].astype(np.int64),
)


class Reach:
    """A quick look before a schedule is made: it leaves out only vehicles that cannot serve a task.

    Args:
        vehicles: Numbers of the vehicles that are asked about.
    """

    def __init__(self, model: Model, vehicles: Sequence[int]) -> None:
        self._model = model
        self._groups = groups(model, vehicles)

    def vehicles(self, number: int) -> Iterator[int]:
        """Numbers of the vehicles that may serve a task alone; of a shipment its pickup is asked about."""
        task = self._model.tasks[number]
        for group in self._groups:
            yield from group.numbers[group.serving(task)].tolist()


def groups(model: Model, vehicles: Sequence[int]) -> list["Group"]:
    """Some vehicles by the matrices that they see."""
    by_travel: dict[int, list[int]] = {}
    for number in vehicles:
        by_travel.setdefault(id(model.vehicles[number].travel), []).append(number)
    return [Group(model, numbers) for numbers in by_travel.values()]


class Group:
    """Vehicles on the same matrices, one entry of each array for each. Times are hundredths of a second.

    Attributes:
        numbers: The vehicles' numbers.
        starts, ends: Rows of the matrices, -1 where a route is open.
    """

    def __init__(self, model: Model, numbers: list[int]) -> None:
        vehicles = [model.vehicles[number] for number in numbers]

        def each(value: Callable[[Vehicle], int | None], otherwise: int = 0) -> Numbers:
            values = [value(vehicle) for vehicle in vehicles]
            return np.array([otherwise if it is None else it for it in values], dtype=np.int64)

        self.numbers = np.array(numbers)
        self._vehicles = vehicles
        self._travel: Travel = vehicles[0].travel
        self._capacity = np.array([vehicle.capacity for vehicle in vehicles], dtype=np.int64)
        self._skilled: dict[frozenset[int], Flags] = {}
        self.starts, self.ends = each(lambda v: v.start, -1), each(lambda v: v.end, -1)
        self._factor = each(lambda v: v.duration_factor)
        self._rank = each(lambda v: v.type_rank)
        # Through a place to reload the way may be shorter than the straight one: matrices may say so.
        self._roundabout = np.array([bool(vehicle.reloads) for vehicle in vehicles])
        self._opening = HUNDREDTHS * each(lambda v: v.window and v.window[0])
        self._closing = each(lambda v: v.window and HUNDREDTHS * v.window[1], _NEVER)
        self._most_travel = each(lambda v: _scaled(v.source.max_travel_time), _NEVER)
        self._most_metres = each(lambda v: v.source.max_distance, _NEVER)

    def serving(self, task: Task, ways: Ways = STRAIGHT) -> Flags:
        """Whether each vehicle has the skills and the room, and may be there in time."""
        carried = np.maximum(task.delivery, task.pickup)
        suitable: Flags = self._with_skills(task.skills) & (self._capacity >= carried).all(axis=1)
        return suitable & (self._roundabout | self._in_time(task, ways)) if suitable.any() else suitable

    def _with_skills(self, needed: frozenset[int]) -> Flags:
        if needed not in self._skilled:
            self._skilled[needed] = np.array([needed <= vehicle.skills for vehicle in self._vehicles])
        return self._skilled[needed]

    def _in_time(self, task: Task, ways: Ways) -> Flags:
        """Whether windows and limits leave time for the way there and, of a job, back."""
        out, back = self._there_and_back(self._travel.durations, task, ways)
        out, back = self._factor * out, self._factor * back
        arrival = self._opening + out
        first, last = (task.windows[0][0], task.windows[-1][1]) if task.windows else (0, _NEVER // HUNDREDTHS)
        done = np.maximum(arrival, HUNDREDTHS * first) + HUNDREDTHS * np.array(task.service)[self._rank]
        fits: Flags = (arrival <= HUNDREDTHS * last) & (done + back <= self._closing)
        fits &= out + back <= self._most_travel
        if self._travel.distances is not None and (self._most_metres < _NEVER).any():
            metres_out, metres_back = self._there_and_back(self._travel.distances, task, ways)
            fits &= metres_out + metres_back <= self._most_metres
        return fits

    def _there_and_back(self, cells: Cells, task: Task, ways: Ways) -> tuple[Numbers, Numbers]:
        """From the starts to a task and from there to the ends; 0 where a route is open, and to the ends from
        a pickup, which is not the last stop."""
        out = np.where(self.starts < 0, 0, ways.out(cells, self.starts, task.place))
        if task.kind == "pickup":
            return out, np.zeros_like(out)
        return out, np.where(self.ends < 0, 0, ways.back(cells, task.place, self.ends))


def _scaled(seconds: int | None) -> int | None:
    return None if seconds is None else HUNDREDTHS * seconds
