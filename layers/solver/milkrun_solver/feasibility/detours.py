"""Whether a task that no vehicle can serve on a route of its own may be served between others.

In some matrices the path through other places is shorter than the direct leg, and a vehicle that comes from
the same place needs no setup. So shortest paths replace the direct legs. They are found by E. W. Dijkstra,
"A note on two problems in connexion with graphs", Numerische Mathematik 1 (1959): in its form for dense
graphs, and from several starts at once.

There may be thousands of tasks and hundreds of vehicles, and all this happens before any engine starts. So
each task is first checked as if every vehicle came from the nearest start of all. The few vehicles that pass
are then checked one by one, up to a limit on the work. Beyond it, a task counts as possible.
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import numpy as np

from milkrun_solver.feasibility.screening import GroupScreen, group_screens
from milkrun_solver.model.problem import Model
from milkrun_solver.model.tasks import Task
from milkrun_solver.model.travel import Cells
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.routes.timing import Timing
from milkrun_solver.rules.registry import first_broken
from milkrun_solver.rules.rule import Insertion, Journey
from milkrun_solver.rules.vehicle_group import Flags, LegLengths, Numbers

MOST_ROWS = 1_500
"""Matrices with more rows are not searched, which would take too long: direct legs count as shortest."""
MOST_WORK = 60_000_000
"""Limit on the work of one-by-one checks, in matrix cells: less than a quarter of a second."""
_NEVER = 2**42
"""More seconds or metres than any path has; the length where there is no path."""
_ROW_WORK = 2_000
"""Work for each row beside that for its cells."""
_LOOK_WORK = 3_000
"""Work to check one vehicle for one task."""


class Detours:
    """The shortest paths of a problem, each computed when it is needed.

    Vehicles that reload or have a `shift_duration` are ignored: shortest paths say too little about them.

    Args:
        vehicles: Numbers of the vehicles to check.
    """

    def __init__(self, model: Model, vehicles: Sequence[int]) -> None:
        self._model = model
        self._visited = Counter(task.place for task in model.tasks)
        self._ways: dict[tuple[int, bytes, bool], Numbers] = {}
        self._closed = {
            id(cells): vehicle.travel.closed
            for vehicle in model.vehicles
            for cells in (vehicle.travel.durations, vehicle.travel.distances)
        }
        self._work = MOST_WORK
        self._screens = group_screens(model, [n for n in vehicles if _is_asked_about(model.vehicles[n])])
        self._shortest = LegLengths(
            into=lambda cells, starts, row: self._ways_to(cells, row)[starts],
            out=lambda cells, row, ends: self._ways_from(cells, row)[ends],
        )

    def may_serve(self, numbers: Sequence[int]) -> bool:
        """Whether any vehicle could serve these tasks in this order if it took the shortest paths."""
        tasks = [self._model.tasks[number] for number in numbers]
        return any(self._group_may_serve(screen, tasks) for screen in self._screens)

    def _group_may_serve(self, screen: GroupScreen, tasks: list[Task]) -> bool:
        candidates = _able_to_serve_each(screen, tasks, self._from_nearest(screen))
        if not candidates.any():
            return False
        if self._work > 0:
            candidates &= screen.able(tasks[0], self._shortest)
        for number in screen.group.numbers[candidates].tolist():
            if self._work <= 0:
                return True
            self._work -= _LOOK_WORK
            vehicle = self._model.vehicles[number]
            if first_broken(Insertion(vehicle, tasks, partial(self._journey, vehicle, tasks))) is None:
                return True
        return False

    def _from_nearest(self, screen: GroupScreen) -> LegLengths:
        """Paths from the nearest start and to the nearest end of all vehicles in the group."""
        starts, ends = _places(screen.group.starts), _places(screen.group.ends)

        def into(cells: Cells, each: Numbers, row: int) -> Numbers:
            return np.full(len(each), self._known(cells, starts, turned=False)[row])

        def out(cells: Cells, row: int, each: Numbers) -> Numbers:
            return np.full(len(each), self._known(cells, ends, turned=True)[row])

        return LegLengths(into, out)

    def _journey(self, vehicle: Vehicle, tasks: list[Task]) -> Journey:
        """The tasks in this order on shortest paths, without setup where several tasks are at one place."""
        legs = self._legs(vehicle.travel.durations, vehicle, tasks)
        travel = [vehicle.duration_factor * leg for leg in legs]
        distances = vehicle.travel.distances
        limited = distances is not None and vehicle.source.max_distance is not None
        metres = sum(self._legs(distances, vehicle, tasks)) if distances is not None and limited else 0
        return Journey(max(legs) < _NEVER, sum(travel), metres, self._timing(vehicle, tasks, travel))

    def _timing(self, vehicle: Vehicle, tasks: list[Task], travel: list[int]) -> Timing:
        first, last = vehicle.window or (0, None)
        rank = vehicle.type_rank
        setups = [0 if self._visited[task.place] > 1 else task.setup[rank] for task in tasks]
        return Timing(
            travel=travel,
            action=[HUNDREDTHS * (setup + it.service[rank]) for setup, it in zip(setups, tasks, strict=True)],
            windows=[[(HUNDREDTHS * a, HUNDREDTHS * b) for a, b in task.windows] for task in tasks],
            earliest=HUNDREDTHS * max(first, *(task.release for task in tasks)),
            latest=None if last is None else HUNDREDTHS * last,
        )

    def _legs(self, cells: Cells, vehicle: Vehicle, tasks: list[Task]) -> list[int]:
        """Path lengths from the start to each task in turn and on to the end; 0 for an open start or end."""
        places = [task.place for task in tasks]
        legs = [0 if vehicle.start is None else int(self._ways_to(cells, places[0])[vehicle.start])]
        legs += [int(self._ways_from(cells, a)[b]) for a, b in pairwise(places)]
        legs.append(0 if vehicle.end is None else int(self._ways_from(cells, places[-1])[vehicle.end]))
        return legs

    def _ways_from(self, cells: Cells, row: int) -> Numbers:
        return self._known(cells, np.array([row]), turned=False)

    def _ways_to(self, cells: Cells, row: int) -> Numbers:
        return self._known(cells, np.array([row]), turned=True)

    def _known(self, cells: Cells, rows: Numbers, turned: bool) -> Numbers:
        key = id(cells), rows.tobytes(), turned
        if key not in self._ways:
            self._work -= len(cells) * (len(cells) + _ROW_WORK)
            closed = self._closed.get(id(cells))
            legs = cells if closed is None else np.where(closed, _NEVER, cells.astype(np.int64))
            self._ways[key] = _shortest(legs.T if turned else legs, rows)
        return self._ways[key]


def _is_asked_about(vehicle: Vehicle) -> bool:
    has_closed = vehicle.travel.closed is not None  # a detour may be the only path
    is_small = len(vehicle.travel.durations) <= MOST_ROWS
    return not vehicle.reloads and vehicle.source.shift_duration is None and (has_closed or is_small)


def _able_to_serve_each(screen: GroupScreen, tasks: list[Task], lengths: LegLengths) -> Flags:
    """Whether each vehicle may serve all of the tasks, each as its first stop."""
    able = screen.able(tasks[0], lengths)
    for task in tasks[1:]:
        able &= screen.able(task, lengths)
    return able


def _places(rows: Numbers) -> Numbers:
    return np.unique(rows[rows >= 0])


def _shortest(cells: Cells | Numbers, rows: Numbers) -> Numbers:
    """The length of the shortest path to each row from the nearest of `rows`; `_NEVER` if there is none."""
    never = np.iinfo(np.int64).max // 2
    ways: Numbers = np.full(len(cells), never, dtype=np.int64)
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
