"""The forward pass: computes times, loads and costs of a given order of tasks, as VROOM's output does.

As in VROOM, a route ends as early as possible and then starts as late as possible, so that it waits least. A
route that would have overtime is made as short as possible instead. If nothing in the problem binds in time,
every route starts at 0. Times are computed in hundredths of a second and rounded down for output. Travel and
overtime are differences of rounded times, so that each route adds up.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from milkrun_solver.model.problem import (
    COST_UNIT,
    DISTANCE_COST,
    HUNDREDTHS,
    Model,
    Reload,
    Task,
    Vehicle,
    Window,
)
from milkrun_solver.model.travel import Cells
from milkrun_solver.model.visits import ReloadVisit, Visit
from milkrun_solver.routes.soft_windows import soft_costs
from milkrun_solver.routes.timing import Timing, service_start
from milkrun_solver.routes.trips import first_loads, releases

_SECONDS_PER_HOUR = 3_600
_METRES_PER_KM = 1_000
_NEVER = 2**60
"""A time later than any other."""

TASK_KINDS = frozenset(("job", "pickup", "delivery"))
"""Kinds of stops that are tasks."""

_Leg = tuple[int | None, int | None]


@dataclass(slots=True)
class Stop:
    """One step of a route. `number` is that of the task, or of the break or reload within its vehicle; None
    at start and end.

    Times are in seconds, `distance` in metres. `duration` and `distance` count from the start of the route,
    up to the arrival. `load` is what is on board after the stop.
    """

    kind: Literal["start", "job", "pickup", "delivery", "break", "reload", "end"]
    number: int | None
    arrival: int
    duration: int
    distance: int
    load: tuple[int, ...]
    setup: int = 0
    service: int = 0
    waiting: int = 0


@dataclass(slots=True)
class TimedRoute:
    """A route with its stops from start to end, its cost, and its overtime in seconds."""

    vehicle: int
    stops: list[Stop]
    cost: int
    overtime: int = 0


def tasks_of(route: TimedRoute) -> tuple[int, ...]:
    """The tasks of a route in order."""
    return tuple(stop.number for stop in route.stops if stop.kind in TASK_KINDS and stop.number is not None)


def services_of(stops: Iterable[Stop]) -> Iterator[tuple[int, int]]:
    """The number of each task among the stops, and when its service begins."""
    for stop in stops:
        if stop.kind in TASK_KINDS and stop.number is not None:
            yield stop.number, stop.arrival + stop.waiting


def schedule(model: Model, vehicle_number: int, visits: Sequence[Visit]) -> TimedRoute | None:
    """Times, loads and cost of these visits in this order; None if the route misses a time window or uses a
    closed leg. The verifier checks loads, skills, limits and breaks.
    """
    route = UntimedRoute(model, vehicle_number, visits)
    if not route.is_open():
        return None
    start = route.start() if model.timed else 0
    return None if start is None else route.timed(start)


class UntimedRoute:
    """A route without times, from which they are computed. Times are in hundredths of a second, but for
    `setups` and `services`.

    Attributes:
        visits: Tasks and reloads in order, as planned.
        stops: The task or reload of each visit.
        windows: When the service of each visit may start.
        legs: Pairs of matrix rows, from the start to each visit in turn and on to the end; None at an open
            end.
        travel: The travel time of each leg.
        setups, services: Seconds of setup and service at each visit.
        action: Time on the spot at each visit.
    """

    def __init__(self, model: Model, vehicle_number: int, visits: Sequence[Visit]) -> None:
        self.model = model
        self.number = vehicle_number
        self.vehicle: Vehicle = model.vehicles[vehicle_number]
        self.visits = visits
        self.stops: list[Task | Reload] = [
            model.tasks[visit] if isinstance(visit, int) else self.vehicle.reloads[visit.reload]
            for visit in visits
        ]
        self.releases = releases(model, visits)
        self.windows = self._windows()
        places = [stop.place for stop in self.stops]
        self.legs = list(zip([self.vehicle.start, *places], [*places, self.vehicle.end], strict=True))
        self.travel = [self._travel_time(leg) for leg in self.legs]
        rank = self.vehicle.type_rank
        self.setups = [
            0 if isinstance(stop, Reload) or origin == stop.place else stop.setup[rank]
            for stop, (origin, _) in zip(self.stops, self.legs, strict=False)
        ]
        self.services = [
            stop.service if isinstance(stop, Reload) else stop.service[rank] for stop in self.stops
        ]
        self.action = [
            HUNDREDTHS * (setup + service) for setup, service in zip(self.setups, self.services, strict=True)
        ]

    def is_open(self) -> bool:
        """Whether every leg is open."""
        closed = self.vehicle.travel.closed
        return closed is None or not any(closed[leg] for leg in self.legs if None not in leg)

    def _windows(self) -> list[list[Window]]:
        """When the service of each stop may start: at a reload, once the next trip's goods are ready."""
        ready = iter(self.releases[1:])
        return [
            _scaled([(next(ready), _NEVER)] if isinstance(stop, Reload) else stop.windows)
            for stop in self.stops
        ]

    def _travel_time(self, leg: _Leg) -> int:
        origin, target = leg
        return 0 if origin is None or target is None else self.vehicle.duration(origin, target)

    def _sum(self, cells: Cells | None, legs: Sequence[_Leg]) -> int:
        """The sum of legs in a matrix. An open start or end counts as 0, and so does a missing matrix."""
        if cells is None:
            return 0
        return sum(int(cells[leg]) for leg in legs if None not in leg)

    def timing(self) -> Timing:
        """Everything that binds the route in time."""
        window = self.vehicle.window
        return Timing(
            travel=self.travel,
            action=self.action,
            windows=self.windows,
            earliest=HUNDREDTHS * max(self.releases[0], 0 if window is None else window[0]),
            latest=None if window is None else HUNDREDTHS * window[1],
        )

    def start(self) -> int | None:
        """When the route should start; None if it misses a time window."""
        timing, shift = self.timing(), self.vehicle.source.shift_duration
        return timing.latest_start() if shift is None else timing.shortest_start(HUNDREDTHS * shift)

    def least_overtime(self) -> int:
        """Overtime in seconds of the shortest schedule; 0 if the vehicle has no shift or the route misses a
        time window."""
        if self.vehicle.source.shift_duration is None:
            return 0
        start = self.start()
        timed = None if start is None else self.timed(start)
        return 0 if timed is None else timed.overtime

    def timed(self, start: int) -> TimedRoute | None:
        """The route with every stop as early as `start` allows; None if it misses a time window."""
        loads = iter(first_loads(self.model, self.visits))
        load = next(loads)
        time, departure, driven, distance = start, start // HUNDREDTHS, 0, 0
        stops = [Stop("start", None, departure, 0, 0, load)]
        for i, visit in enumerate(self.visits):
            time += self.travel[i]
            arrival = time // HUNDREDTHS
            driven += arrival - departure
            distance += self.metres(i)
            opening = service_start(time, self.windows[i])
            if opening is None:
                return None
            if isinstance(visit, ReloadVisit):
                load = next(loads)
                stop = Stop("reload", visit.reload, arrival, driven, distance, load)
            else:
                task = self.model.tasks[visit]
                load = load_after(load, task)
                stop = Stop(task.kind, visit, arrival, driven, distance, load)
            stop.setup, stop.service = self.setups[i], self.services[i]
            stop.waiting = opening // HUNDREDTHS - arrival if opening > time else 0
            stops.append(stop)
            departure = arrival + stop.waiting + stop.setup + stop.service
            time = opening + self.action[i]
        arrival = (time + self.travel[-1]) // HUNDREDTHS
        driven += arrival - departure
        distance += self.metres(len(self.visits))
        stops.append(Stop("end", None, arrival, driven, distance, load))
        overtime = self._overtime(arrival - stops[0].arrival)
        work = sum(time for time, stop in zip(self.action, self.stops, strict=True) if isinstance(stop, Task))
        cost = self.cost(driven, distance, work, overtime) + sum(soft_costs(self.model, services_of(stops)))
        return TimedRoute(self.number, stops, cost, overtime)

    def metres(self, leg: int) -> int:
        """Length of a leg in metres. An open start or end counts as 0, and so does a missing matrix."""
        return self._sum(self.vehicle.travel.distances, self.legs[leg : leg + 1])

    def _overtime(self, seconds: int) -> int:
        shift = self.vehicle.source.shift_duration
        return 0 if shift is None else max(0, seconds - shift)

    def cost(self, duration: int, distance: int, work: int, overtime: int) -> int:
        """The cost of travel in seconds and metres, of hundredths of a second of work, and of overtime."""
        costs = self.vehicle.source.costs
        task_cost = costs.per_task_hour * work // COST_UNIT
        overtime_cost = math.floor(overtime * costs.per_overtime_hour / _SECONDS_PER_HOUR + 0.5)
        return costs.fixed + self._travel_cost(duration, distance) + task_cost + overtime_cost

    def _travel_cost(self, duration: int, distance: int) -> int:
        """The cost of travel, rounded as VROOM does: if anything binds in time, from the rounded duration to
        the nearest whole number; otherwise down from the exact cost."""
        travel, costs = self.vehicle.travel, self.vehicle.source.costs
        if travel.costs is not None:
            return self._sum(travel.costs, self.legs)
        if self.model.timed:
            time_cost = duration * costs.per_hour / _SECONDS_PER_HOUR
            return math.floor(time_cost + distance * costs.per_km / _METRES_PER_KM + 0.5)
        time_cost = self.vehicle.cost_factor * self._sum(travel.durations, self.legs)
        return (time_cost + DISTANCE_COST * costs.per_km * distance) // COST_UNIT


def _scaled(windows: Sequence[Window]) -> list[Window]:
    return [(HUNDREDTHS * start, HUNDREDTHS * end) for start, end in windows]


def load_after(load: tuple[int, ...], task: Task) -> tuple[int, ...]:
    """What is on board after a task."""
    changes = zip(load, task.delivery, task.pickup, strict=True)
    return tuple(have - out + into for have, out, into in changes)
