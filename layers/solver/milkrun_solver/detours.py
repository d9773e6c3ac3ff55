"""Whether a task that no vehicle can serve alone may be served on the way: a way through other places may be
shorter than the straight one, since matrices may say so, and who comes from the same place needs no setup."""

from collections import Counter
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from milkrun_solver.model import HUNDREDTHS, Model, Task, Vehicle
from milkrun_solver.timing import service_start
from milkrun_solver.travel import Cells

MOST_ROWS = 1_500
"""Beyond so many rows of a matrix the straight way is taken for the shortest: looking takes too long."""

_Numbers = npt.NDArray[np.int64]


class Detours:
    """The shortest ways of a problem, each found when it is asked for."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._visited = Counter(task.place for task in model.tasks)
        self._ways: dict[tuple[int, int, bool], _Numbers] = {}

    def may_serve(self, vehicle: Vehicle, tasks: list[Task]) -> bool:
        """Whether a vehicle might serve these tasks in this order, were all ways as short as can be.

        Loads and skills are not looked at. No, where a vehicle reloads or has a shift: that is beyond it.
        """
        limits = vehicle.source
        if vehicle.reloads or limits.shift_duration is not None:
            return False
        if len(vehicle.travel.durations) > MOST_ROWS:
            return False
        travel = [
            vehicle.duration_factor * leg for leg in self._legs(vehicle.travel.durations, vehicle, tasks)
        ]
        metres = 0
        if vehicle.travel.distances is not None and limits.max_distance is not None:
            metres = sum(self._legs(vehicle.travel.distances, vehicle, tasks))
        return (
            (limits.max_tasks is None or len(tasks) <= limits.max_tasks)
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
        legs = [0 if vehicle.start is None else int(self._ways_from(cells, vehicle.start)[places[0]])]
        legs += [int(self._ways_from(cells, a)[b]) for a, b in pairwise(places)]
        legs.append(0 if vehicle.end is None else int(self._ways_to(cells, vehicle.end)[places[-1]]))
        return legs

    def _ways_from(self, cells: Cells, row: int) -> _Numbers:
        return self._known(cells, row, turned=False)

    def _ways_to(self, cells: Cells, row: int) -> _Numbers:
        return self._known(cells, row, turned=True)

    def _known(self, cells: Cells, row: int, turned: bool) -> _Numbers:
        key = id(cells), row, turned
        if key not in self._ways:
            self._ways[key] = _shortest(cells.T if turned else cells, row)
        return self._ways[key]


def _shortest(cells: Cells, row: int) -> _Numbers:
    """The shortest ways from a row to all: with one more place between, until no way gets shorter."""
    ways: _Numbers = cells[row].astype(np.int64)
    ways[row] = 0
    while True:
        shorter: _Numbers = np.minimum(ways, (ways[:, None] + cells).min(axis=0))
        if (shorter == ways).all():
            return ways
        ways = shorter
