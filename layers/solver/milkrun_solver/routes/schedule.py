"""The forward pass: computes times, loads and costs of a given order of tasks, as VROOM's output does.

As in VROOM, a route ends as early as possible and then starts as late as possible, so that it waits least. A
route that would have overtime is made as short as possible instead, and one whose times have a price as cheap
as possible. If nothing in the problem binds in time, every route starts at 0. Times are computed in
hundredths of a second and rounded down for output. Travel and overtime are differences of rounded times, so
that each route adds up.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from milkrun_solver.model.problem import (
    HUNDREDTHS,
    Model,
    Reload,
    Task,
    Vehicle,
    Window,
)
from milkrun_solver.model.visits import ReloadVisit, Visit, placed_among
from milkrun_solver.routes.breaks import Choice, PausedTiming
from milkrun_solver.routes.costs import Leg, Tariff
from milkrun_solver.routes.driver_breaks import DriverChoice, DriverTiming, Halt
from milkrun_solver.routes.least_cost import Drive, LeastCost, TimedStop
from milkrun_solver.routes.pauses import NEVER, Pause, breaks_by_leg, pauses_of
from milkrun_solver.routes.soft_windows import soft_costs
from milkrun_solver.routes.time_of_day import TimedLeg
from milkrun_solver.routes.timing import Timing, service_start
from milkrun_solver.routes.trips import first_loads, releases

_ABOVE_ALL = 2**32
"""A price of an hour above all others."""

TASK_KINDS = frozenset(("job", "pickup", "delivery"))
"""Kinds of stops that are tasks."""


@dataclass(slots=True)
class Stop:
    """One step of a route. `number` is that of the task, or of the break or reload within its vehicle; None
    at start and end, and at a break that `driver_rules` ask for.

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
    """Times, loads and cost of these visits in this order.

    Breaks among the visits are taken where they stand, on the way to the next task or reload. Other breaks of
    the vehicle, and those that its `driver_rules` ask for, are taken where the route ends earliest.

    Returns:
        The route; None if it misses a time window, uses a closed leg, or cannot take all breaks. The verifier
        checks loads, skills and limits.
    """
    route = UntimedRoute(model, vehicle_number, visits)
    if not route.is_open():
        return None
    may_pause = bool(route.vehicle.source.breaks) or route.vehicle.driver_rules is not None
    if may_pause and route.vehicle.travel.slots:
        return None  # only an engine may place breaks there, by the time of day
    if may_pause:
        choice = route.choice(visits)
        return None if choice is None else route.timed(choice.start, choice.breaks)
    if route.times_have_a_price:
        cheapest = route.cheapest()
        if cheapest is not None or route.vehicle.travel.slots:
            return cheapest
    start = route.start() if model.timed else 0
    return None if start is None else route.timed(start)


class UntimedRoute:
    """A route without times, from which they are computed. Times are in hundredths of a second, but for
    `setups` and `services`.

    Attributes:
        visits: Tasks and reloads in order, as planned, without breaks.
        stops: The task or reload of each visit.
        windows: When the service of each visit may start.
        legs: Pairs of matrix rows, from the start to each visit in turn and on to the end; None at an open
            end.
        travel: The travel time of each leg.
        setups, services: Seconds of setup and service at each visit.
        action: Time on the spot at each visit.
        loads: What is on board on each leg.
    """

    def __init__(self, model: Model, vehicle_number: int, visits: Sequence[Visit]) -> None:
        self.model = model
        self.number = vehicle_number
        self.vehicle: Vehicle = model.vehicles[vehicle_number]
        self.visits = visits = placed_among(visits)
        self.stops: list[Task | Reload] = [
            model.tasks[visit] if isinstance(visit, int) else self.vehicle.reloads[visit.reload]
            for visit in visits
        ]
        self.loads = self._loads()
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
        windows = [
            [(next(ready), NEVER)] if isinstance(stop, Reload) else stop.windows for stop in self.stops
        ]
        return [[(HUNDREDTHS * start, HUNDREDTHS * end) for start, end in each] for each in windows]

    def _travel_time(self, leg: Leg) -> int:
        origin, target = leg
        return 0 if origin is None or target is None else self.vehicle.duration(origin, target)

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

    def choice(self, visits: Sequence[Visit]) -> Choice | DriverChoice | None:
        """When the route should start and where it takes its breaks; None if it misses a time window.

        Args:
            visits: The visits as planned, with breaks.
        """
        shift = self.vehicle.source.shift_duration
        enough = None if shift is None else HUNDREDTHS * shift
        rules, given = self.vehicle.driver_rules, breaks_by_leg(visits)
        if rules is not None:
            return DriverTiming(self.timing(), self.pauses, rules).choice(given, enough)
        return PausedTiming(self.timing(), self.pauses).choice(given, enough)

    @cached_property
    def pauses(self) -> list[Pause]:
        """The vehicle's breaks."""
        return pauses_of(self.vehicle, self.loads)

    def _loads(self) -> list[tuple[int, ...]]:
        begins = iter(first_loads(self.model, self.visits))
        loads = [next(begins)]
        for stop in self.stops:
            loads.append(load_after(loads[-1], stop) if isinstance(stop, Task) else next(begins))
        return loads

    @property
    def times_have_a_price(self) -> bool:
        """Whether the cost depends on when the route starts and waits."""
        softs = (stop.soft for stop in self.stops if isinstance(stop, Task))
        return bool(self.vehicle.travel.slots) or any(soft is not None for soft in softs)

    def cheapest(self) -> TimedRoute | None:
        """The route at the times at which it costs least; None if it misses a time window, lasts too long, or
        cannot be looked at second by second.

        With overtime, it is the best of several: the cheapest without its price, the cheapest if every hour
        had it, the shortest, and those that end as one of these and last a shift, with all overtime or none.
        """
        least_cost, source = self._least_cost(), self.vehicle.source
        first = self._at(least_cost.times())
        if first is None or not first.overtime:
            return first
        shift, rate = source.shift_duration or 0, source.costs.per_overtime_hour
        found = [first, *(self._at(least_cost.times(lasting)) for lasting in (rate, _ABOVE_ALL))]
        for end in {route.stops[-1].arrival for route in found if route is not None}:
            for lasting, most in ((0, shift), (rate, shift + source.max_overtime)):
                found.append(self._at(least_cost.times(lasting, end - most, end)))
        allowed = [route for route in found if route is not None and route.overtime <= source.max_overtime]
        return min(allowed, key=lambda route: route.cost, default=None)

    def _at(self, times: Sequence[int] | None) -> TimedRoute | None:
        """The route that starts, and begins each service, at these seconds."""
        if times is None:
            return None
        start, *begins = [HUNDREDTHS * time for time in times]
        return self.timed(start, windows=[[(time, time)] for time in begins])

    def _least_cost(self) -> LeastCost:
        window = self.vehicle.window
        stops = [
            TimedStop(
                [(first // HUNDREDTHS, last // HUNDREDTHS) for first, last in self.windows[i]],
                self.action[i] // HUNDREDTHS,
                stop.soft if isinstance(stop, Task) else None,
            )
            for i, stop in enumerate(self.stops)
        ]
        return LeastCost(
            stops,
            [self._drive(leg) for leg in range(len(self.legs))],
            0 if self.vehicle.travel.costs is not None else self.vehicle.source.costs.per_hour,
            max(self.releases[0], 0 if window is None else window[0]),
            None if window is None else window[1],
            [slot.start for slot in self.vehicle.travel.slots],
        )

    def _drive(self, leg: int) -> Drive:
        """The arrivals of a leg in whole seconds."""
        by_time_of_day = self._timed_leg(leg)
        if by_time_of_day is not None:
            return by_time_of_day.arrivals
        seconds = -(-self.travel[leg] // HUNDREDTHS)
        return lambda departures: departures + seconds

    def _timed_leg(self, leg: int) -> TimedLeg | None:
        origin, target = self.legs[leg]
        if not self.vehicle.travel.slots or origin is None or target is None:
            return None
        return TimedLeg.of(self.vehicle, origin, target)

    def _travel_at(self, leg: int, departure: int) -> int:
        """The travel time of a leg. By the time of day, all times are whole seconds."""
        by_time_of_day = self._timed_leg(leg)
        if by_time_of_day is None:
            return self.travel[leg]
        return HUNDREDTHS * by_time_of_day.arrival(departure // HUNDREDTHS) - departure

    def least_overtime(self) -> int:
        """Overtime in seconds of the shortest schedule; 0 if the vehicle has no shift or the route misses a
        time window."""
        if self.vehicle.source.shift_duration is None:
            return 0
        start = self.start()
        timed = None if start is None else self.timed(start)
        return 0 if timed is None else timed.overtime

    def timed(
        self,
        start: int,
        breaks: Sequence[Sequence[int | Halt]] = (),
        windows: Sequence[Sequence[Window]] | None = None,
    ) -> TimedRoute | None:
        """The route with every stop as early as `start` allows; None if it misses a time window.

        Args:
            breaks: The breaks to take on each leg, in order; none by default.
            windows: When the service of each visit may start, where that is narrower than its windows.
        """
        loads, windows = self.loads, self.windows if windows is None else windows
        log = _Log(start, loads[0])
        for i, visit in enumerate(self.visits):
            left = self._pause(log, i, breaks[i]) if breaks else self._travel_at(i, log.time)
            opening = service_start(log.time + left, windows[i])
            if opening is None:
                return None
            log.distance += self.metres(i)
            if isinstance(visit, ReloadVisit):
                stop = Stop("reload", visit.reload, 0, 0, 0, loads[i + 1])
            else:
                stop = Stop(self.model.tasks[visit].kind, visit, 0, 0, 0, loads[i + 1])
            stop.setup, stop.service = self.setups[i], self.services[i]
            log.add(stop, left, opening)
        last = len(self.visits)
        left = self._pause(log, last, breaks[last]) if breaks else self._travel_at(last, log.time)
        log.distance += self.metres(last)
        log.add(Stop("end", None, 0, 0, 0, loads[last]), left, log.time + left)
        shift = self.vehicle.source.shift_duration
        lasted = log.stops[-1].arrival - log.stops[0].arrival
        overtime = 0 if shift is None else max(0, lasted - shift)
        work = sum([time for time, it in zip(self.action, self.stops, strict=True) if isinstance(it, Task)])
        if breaks:
            work += sum(pause.length for pause in self.pauses)
        tariff = Tariff(self.model, self.vehicle, self.legs)
        cost = tariff.total(log.driven, log.distance, work, overtime)
        if self.model.is_priced:
            cost += sum(soft_costs(self.model, services_of(log.stops)))
        return TimedRoute(self.number, log.stops, cost, overtime)

    def _pause(self, log: "_Log", leg: int, breaks: Sequence[int | Halt]) -> int:
        """Takes breaks on a leg: each at its place, or else by driving on while it would have to wait for it.

        Returns:
            What is left of the leg.

        Raises:
            ValueError: A break misses its time windows.
        """
        left = self.travel[leg]
        for it in breaks:
            halt = it if isinstance(it, Halt) else self._halt(log.time, left, it)
            left -= halt.driven
            stop = Stop("break", halt.number, 0, 0, 0, self.loads[leg], service=halt.length // HUNDREDTHS)
            log.add(stop, halt.driven, max(log.time + halt.driven, halt.opening))
        return left

    def _halt(self, time: int, left: int, number: int) -> Halt:
        pause = self.pauses[number]
        opening = service_start(time, pause.windows)
        if opening is None:
            raise ValueError("a break misses its time windows")
        return Halt(number, min(left, opening - time), opening, pause.length)

    def metres(self, leg: int) -> int:
        """Length of a leg in metres. An open start or end counts as 0, and so does a missing matrix."""
        cells, (origin, target) = self.vehicle.travel.distances, self.legs[leg]
        return 0 if cells is None or origin is None or target is None else int(cells[origin, target])


class _Log:
    """The stops so far, in whole seconds, and the exact time, in hundredths of a second."""

    def __init__(self, start: int, load: tuple[int, ...]) -> None:
        self.time = start
        self.driven = self.distance = 0
        self._departure = start // HUNDREDTHS
        self.stops = [Stop("start", None, self._departure, 0, 0, load)]

    def add(self, stop: Stop, travel: int, opening: int) -> None:
        """Adds a stop after `travel` hundredths of a second, whose service starts at `opening`."""
        reached = self.time + travel
        stop.arrival = arrival = reached // HUNDREDTHS
        self.driven += arrival - self._departure
        stop.duration, stop.distance = self.driven, self.distance
        if opening > reached:
            stop.waiting = opening // HUNDREDTHS - arrival
        work = stop.setup + stop.service
        self._departure = arrival + stop.waiting + work
        self.time = opening + HUNDREDTHS * work
        self.stops.append(stop)


def load_after(load: tuple[int, ...], task: Task) -> tuple[int, ...]:
    """What is on board after a task."""
    changes = zip(load, task.delivery, task.pickup, strict=True)
    return tuple([have - out + into for have, out, into in changes])
