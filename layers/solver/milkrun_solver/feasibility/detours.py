"""Whether a task that no vehicle can serve alone may be served on the way: a way through other places may be
shorter than the straight one, since matrices may say so, and who comes from the same place needs no setup.

Thousands of tasks may be asked about for hundreds of vehicles, before any engine starts. So a task is first
looked at as if each vehicle came from the nearest of all homes. The few that pass are looked at in turn, as
far as the work allowed goes; of the rest it is not known, and they count as possible.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from milkrun_solver.feasibility.screening import Flags, Group, Ways, groups
from milkrun_solver.model.problem import HUNDREDTHS, Model, Task, Vehicle
from milkrun_solver.model.travel import Cells
from milkrun_solver.routes.timing import service_start

MOST_ROWS = 1_500
"""Beyond so many rows of a matrix the straight way is taken for the shortest: looking takes too long."""
MOST_WORK = 60_000_000
"""Work that looking at tasks in turn may take, in cells of a matrix: less than a quarter of a second."""
_NEVER = 2**42
"""Seconds or metres that no way comes to: where none leads."""
_ROW_WORK = 2_000
"""What each row takes beside its cells."""
_LOOK_WORK = 3_000
"""What it takes to look at one vehicle for one task."""

_Numbers = npt.NDArray[np.int64]


class Detours:
    """The shortest ways of a problem, each found when it is asked for.

    A vehicle that reloads or has a shift does not come into question: that is beyond it.

    Args:
        vehicles: Numbers of the vehicles that are asked about.
    """

    def __init__(self, model: Model, vehicles: Sequence[int]) -> None:
        self._model = model
        self._visited = Counter(task.place for task in model.tasks)
        self._ways: dict[tuple[int, bytes, bool], _Numbers] = {}
        self._closed = {
            id(cells): vehicle.travel.closed
            for vehicle in model.vehicles
            for cells in (vehicle.travel.durations, vehicle.travel.distances)
        }
        self._work = MOST_WORK
        self._groups = groups(model, [n for n in vehicles if _comes_into_question(model.vehicles[n])])
        self._own = Ways(
            out=lambda cells, starts, row: self._ways_to(cells, row)[starts],
            back=lambda cells, row, ends: self._ways_from(cells, row)[ends],
        )

    def may_serve(self, numbers: Sequence[int]) -> bool:
        """Whether any vehicle might serve these tasks in this order, were all ways as short as can be, with
        the skills for them and room for each."""
        tasks = [self._model.tasks[number] for number in numbers]
        return any(self._group_may_serve(group, tasks) for group in self._groups)

    def _group_may_serve(self, group: Group, tasks: list[Task]) -> bool:
        candidates = _serving(group, tasks, self._nearest(group))
        if not candidates.any():
            return False
        if self._work > 0:
            candidates &= group.serving(tasks[0], self._own)
        for number in group.numbers[candidates].tolist():
            if self._work <= 0:
                return True
            self._work -= _LOOK_WORK
            if self._vehicle_may_serve(self._model.vehicles[number], tasks):
                return True
        return False

    def _nearest(self, group: Group) -> Ways:
        """The ways from the start and to the end that are nearest, whosever they are."""

        def out(cells: Cells, starts: _Numbers, row: int) -> _Numbers:
            return np.full(len(starts), self._known(cells, _homes(group.starts), turned=False)[row])

        def back(cells: Cells, row: int, ends: _Numbers) -> _Numbers:
            return np.full(len(ends), self._known(cells, _homes(group.ends), turned=True)[row])

        return Ways(out, back)

    def _vehicle_may_serve(self, vehicle: Vehicle, tasks: list[Task]) -> bool:
        limits = vehicle.source
        travel = [
            vehicle.duration_factor * leg for leg in self._legs(vehicle.travel.durations, vehicle, tasks)
        ]
        metres = 0
        if vehicle.travel.distances is not None and limits.max_distance is not None:
            metres = sum(self._legs(vehicle.travel.distances, vehicle, tasks))
        return (
            max(leg // vehicle.duration_factor for leg in travel) < _NEVER
            and (limits.max_tasks is None or len(tasks) <= limits.max_tasks)
            and (limits.max_travel_time is None or sum(travel) <= HUNDREDTHS * limits.max_travel_time)
            and (limits.max_distance is None or metres <= limits.max_distance)
            and self._is_in_time(vehicle, tasks, travel)
        )

    def _is_in_time(self, vehicle: Vehicle, tasks: list[Task], legs: list[int]) -> bool:
        """Whether all windows are kept, `legs` in hundredths of a second."""
        first, last = vehicle.window or (0, None)
        time = HUNDREDTHS * max(first, *(task.release for task in tasks))
        for task, leg in zip(tasks, legs, strict=False):
            windows = [(HUNDREDTHS * a, HUNDREDTHS * b) for a, b in task.windows]
            opening = service_start(time + leg, windows)
            if opening is None:
                return False
            setup = 0 if self._visited[task.place] > 1 else task.setup[vehicle.type_rank]
            time = opening + HUNDREDTHS * (setup + task.service[vehicle.type_rank])
        return last is None or time + legs[-1] <= HUNDREDTHS * last

    def _legs(self, cells: Cells, vehicle: Vehicle, tasks: list[Task]) -> list[int]:
        """From the start to each task in turn and to the end; an open end is no leg."""
        places = [task.place for task in tasks]
        legs = [0 if vehicle.start is None else int(self._ways_to(cells, places[0])[vehicle.start])]
        legs += [int(self._ways_from(cells, a)[b]) for a, b in pairwise(places)]
        legs.append(0 if vehicle.end is None else int(self._ways_from(cells, places[-1])[vehicle.end]))
        return legs

    def _ways_from(self, cells: Cells, row: int) -> _Numbers:
        return self._known(cells, np.array([row]), turned=False)

    def _ways_to(self, cells: Cells, row: int) -> _Numbers:
        return self._known(cells, np.array([row]), turned=True)

    def _known(self, cells: Cells, rows: _Numbers, turned: bool) -> _Numbers:
        key = id(cells), rows.tobytes(), turned
        if key not in self._ways:
            self._work -= len(cells) * (len(cells) + _ROW_WORK)
            closed = self._closed.get(id(cells))
            legs = cells if closed is None else np.where(closed, _NEVER, cells.astype(np.int64))
            self._ways[key] = _shortest(legs.T if turned else legs, rows)
        return self._ways[key]


def _comes_into_question(vehicle: Vehicle) -> bool:
    binds = vehicle.reloads or vehicle.source.shift_duration is not None
    has_closed = vehicle.travel.closed is not None  # then the straight way may be none at all
    return not binds and (has_closed or len(vehicle.travel.durations) <= MOST_ROWS)


def _serving(group: Group, tasks: list[Task], ways: Ways) -> Flags:
    """Whether each vehicle may serve each of the tasks, as if it came there straight."""
    candidates = group.serving(tasks[0], ways)
    for task in tasks[1:]:
        candidates &= group.serving(task, ways)
    return candidates


def _homes(rows: _Numbers) -> _Numbers:
    return np.unique(rows[rows >= 0])


def _shortest(cells: Cells | _Numbers, rows: _Numbers) -> _Numbers:
    """The shortest way to each row from the nearest of some rows (Dijkstra's algorithm); `_NEVER` where none
    leads."""
    never = np.iinfo(np.int64).max // 2
    ways: _Numbers = np.full(len(cells), never, dtype=np.int64)
    ways[rows] = 0
    waiting = ways.copy()
    settled = np.zeros(len(cells), dtype=bool)
    for _ in range(len(cells)):
        nearest = int(waiting.argmin())
        settled[nearest] = True
        if ways[nearest] >= _NEVER:
            break
        np.minimum(ways, ways[nearest] + cells[nearest], out=ways)
        np.copyto(waiting, ways)
        waiting[settled] = never
    return np.minimum(ways, _NEVER)
