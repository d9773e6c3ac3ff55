"""The forward pass of a route with breaks, from an order of tasks and breaks.

A vehicle takes each break as early as it can, and drives on while it would have to wait for one. For a given
order of tasks and breaks nothing is better: what can follow a later break can also follow an earlier one.

If breaks may be taken anywhere, all ways to take them are extended leg by leg, and those that another one
dominates are dropped. These are the labels of a shortest path problem with resource constraints: S. Irnich
and G. Desaulniers, "Shortest path problems with resource constraints", in Column Generation (2005).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from milkrun_solver.model.problem import HUNDREDTHS, Model, Window
from milkrun_solver.model.visits import BreakVisit, tasks_among
from milkrun_solver.routes.schedule import Stop, TimedRoute, UntimedRoute, load_after
from milkrun_solver.routes.timing import service_start
from milkrun_solver.routes.trips import first_loads


@dataclass(frozen=True, slots=True)
class _Way:
    """A state on a route: the time, the rest of the current leg, and the breaks taken so far, each with the
    number of its leg."""

    time: int
    left: int
    taken: tuple[tuple[int, int], ...] = ()

    def is_no_better(self, other: "_Way") -> bool:
        return other.time <= self.time and other.time + other.left <= self.time + self.left


def schedule_with_breaks(
    model: Model, vehicle_number: int, visits: Sequence[int | BreakVisit]
) -> TimedRoute | None:
    """Times, loads and cost of these visits in this order, for a vehicle without reloads.

    Breaks of the vehicle that are not among the visits are taken where the route ends earliest, in the order
    in which their last time windows end.

    Returns:
        The route; None if it misses a time window, uses a closed leg, or has too much on board for a break.
        The verifier checks skills, capacity and limits.
    """
    route = _PausedRoute(model, vehicle_number, tasks_among(visits))
    taken = route.breaks_by_leg(visits) if route.is_open() else None
    return None if taken is None else route.timed_with(taken)


class _PausedRoute(UntimedRoute):
    """A route with breaks, whose times are computed here."""

    def __init__(self, model: Model, vehicle_number: int, tasks: Sequence[int]) -> None:
        super().__init__(model, vehicle_number, tasks)
        self._tasks = tasks
        self._breaks = self.vehicle.source.breaks
        self._pauses = [HUNDREDTHS * it.service for it in self._breaks]
        self._break_windows: list[list[Window]] = [
            sorted((HUNDREDTHS * start, HUNDREDTHS * end) for start, end in it.time_windows)
            for it in self._breaks
        ]
        window = self.vehicle.window
        self._earliest = 0 if window is None else HUNDREDTHS * window[0]
        self._latest = None if window is None else HUNDREDTHS * window[1]
        loads = [first_loads(model, tasks)[0]]
        for number in tasks:
            loads.append(load_after(loads[-1], model.tasks[number]))
        self._loads = loads

    def breaks_by_leg(self, visits: Sequence[int | BreakVisit]) -> list[list[int]] | None:
        """The breaks to take on each leg, in order; None if they cannot all be taken."""
        given = {visit.pause for visit in visits if isinstance(visit, BreakVisit)}
        loose = sorted({*range(len(self._breaks))} - given, key=self._last_chance)
        ways: list[list[_Way]] = [[_Way(self._earliest, self.travel[0])], *([] for _ in loose)]
        leg = 0
        for visit in (*visits, None):
            for count, number in enumerate(loose):
                ways[count + 1] += self._each_paused(ways[count], leg, number)
            if visit is None:
                break
            if isinstance(visit, BreakVisit):
                ways = [self._each_paused(some, leg, visit.pause) for some in ways]
            else:
                ways = [[new for way in some if (new := self._served(way, leg))] for some in ways]
                leg += 1
            ways = [_best(some) for some in ways]
        ends = [way for way in ways[-1] if self._latest is None or way.time + way.left <= self._latest]
        if not ends:
            return None
        best = min(ends, key=lambda way: way.time + way.left)
        return [[number for on, number in best.taken if on == leg] for leg in range(len(self.legs))]

    def timed_with(self, taken: Sequence[Sequence[int]]) -> TimedRoute:
        """The route with these breaks on each leg: it ends as early, and then starts as late, as possible."""
        end = self._end(self._earliest, taken)
        first, beyond = self._earliest, (end or self._earliest) + 1
        while beyond - first > 1:
            middle = (first + beyond) // 2
            later = self._end(middle, taken)
            if later is not None and later == end:
                first = middle
            else:
                beyond = middle
        return self._stops_from(first, taken)

    def _last_chance(self, number: int) -> float:
        windows = self._break_windows[number]
        return windows[-1][1] if windows else float("inf")

    def _paused(self, way: _Way, leg: int, number: int) -> _Way | None:
        """The state after a break on a leg."""
        most = self._breaks[number].max_load
        if most and any(have > limit for have, limit in zip(self._loads[leg], most, strict=False)):
            return None
        start = service_start(way.time, self._break_windows[number])
        if start is None:
            return None
        left = max(0, way.left - (start - way.time))
        return _Way(start + self._pauses[number], left, (*way.taken, (leg, number)))

    def _each_paused(self, ways: Sequence[_Way], leg: int, number: int) -> list[_Way]:
        return [new for way in ways if (new := self._paused(way, leg, number))]

    def _served(self, way: _Way, leg: int) -> _Way | None:
        """The state after the task at the end of a leg."""
        start = service_start(way.time + way.left, self.windows[leg])
        return None if start is None else _Way(start + self.action[leg], self.travel[leg + 1], way.taken)

    def _end(self, start: int, taken: Sequence[Sequence[int]]) -> int | None:
        """When a route that begins at `start` ends; None if it misses a time window."""
        way = _Way(start, self.travel[0])
        for leg, numbers in enumerate(taken):
            after: _Way | None = way
            for number in numbers:
                after = after and self._paused(after, leg, number)
            if leg < len(self.visits):
                after = after and self._served(after, leg)
            if after is None:
                return None
            way = after
        return way.time + way.left

    def _stops_from(self, start: int, taken: Sequence[Sequence[int]]) -> TimedRoute:
        """The route with its stops, which keeps its time windows if it begins at `start`."""
        log = _Log(start, Stop("start", None, start // HUNDREDTHS, 0, 0, self._loads[0]))
        work = sum(self.action)
        for leg, numbers in enumerate(taken):
            left = self.travel[leg]
            for number in numbers:
                opening = _start(log.time, self._break_windows[number])
                driven = min(left, opening - log.time)
                left -= driven
                log.add(
                    Stop("break", number, 0, 0, 0, self._loads[leg]),
                    driven,
                    opening,
                    self._breaks[number].service,
                )
                work += self._pauses[number]
            log.distance += self.metres(leg)
            if leg == len(self.visits):
                log.add(Stop("end", None, 0, 0, 0, self._loads[leg]), left, log.time + left, 0)
                break
            opening = _start(log.time + left, self.windows[leg])
            task = self.model.tasks[self._tasks[leg]]
            stop = Stop(task.kind, self._tasks[leg], 0, 0, 0, self._loads[leg + 1], setup=self.setups[leg])
            log.add(stop, left, opening, self.services[leg])
        cost = self.cost(log.driven, log.distance, work, overtime=0)
        return TimedRoute(self.number, log.stops, cost)


class _Log:
    """The stops so far, in whole seconds, and the exact time, in hundredths of a second."""

    def __init__(self, time: int, first: Stop) -> None:
        self.time = time
        self.stops = [first]
        self.driven = self.distance = 0
        self._departure = first.arrival

    def add(self, stop: Stop, travel: int, opening: int, service: int) -> None:
        """Adds a stop after `travel` hundredths of a second, whose service starts at `opening` and takes
        `service` seconds."""
        reached = self.time + travel
        stop.arrival = reached // HUNDREDTHS
        self.driven += stop.arrival - self._departure
        stop.duration, stop.distance, stop.service = self.driven, self.distance, service
        stop.waiting = opening // HUNDREDTHS - stop.arrival if opening > reached else 0
        self.stops.append(stop)
        self._departure = stop.arrival + stop.waiting + stop.setup + service
        self.time = opening + HUNDREDTHS * (stop.setup + service)


def _start(time: int, windows: Sequence[Window]) -> int:
    start = service_start(time, windows)
    if start is None:
        raise ValueError("a route that should keep its time windows misses one")
    return start


def _best(ways: Sequence[_Way]) -> list[_Way]:
    """The states that no other one dominates."""
    best: list[_Way] = []
    for way in sorted(ways, key=lambda way: (way.time, way.time + way.left)):
        if not any(way.is_no_better(other) for other in best):
            best.append(way)
    return best
