"""The forward pass: from an order of tasks to times, loads and costs, as VROOM's own output states them.

As in VROOM, a route ends as early as it can and then starts as late as it can, so that it waits
least. Where nothing in the problem binds in time, every route starts at 0. Times are kept in hundredths of a
second and rounded down for output; travel is what lies between rounded times, so that each route adds up.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from milkrun_solver.model import COST_UNIT, DISTANCE_COST, HUNDREDTHS, Model, Task, Vehicle, Window
from milkrun_solver.travel import Cells

_SECONDS_PER_HOUR = 3_600
_METRES_PER_KM = 1_000

_Leg = tuple[int | None, int | None]


@dataclass(slots=True)
class Stop:
    """One step of a route; `number` is the task's, or the break's within its vehicle, None at start and end.

    Times in seconds, `distance` in metres; `duration` and `distance` are cumulated on arrival, `load` is what
    is on board after the stop.
    """

    kind: Literal["start", "job", "pickup", "delivery", "break", "end"]
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
    """A route with its stops from start to end and its cost."""

    vehicle: int
    stops: list[Stop]
    cost: int


def schedule(model: Model, vehicle_number: int, tasks: Sequence[int]) -> TimedRoute | None:
    """Times, loads and cost of serving `tasks` in this order, or None where a time window is missed.

    Loads, skills and limits are not looked at: the verifier does that.
    """
    route = _Route(model, vehicle_number, tasks)
    start = route.latest_start() if model.timed else 0
    return None if start is None else route.timed(start)


class _Route:
    """One route while it is given its times; all times within are hundredths of a second."""

    def __init__(self, model: Model, vehicle_number: int, tasks: Sequence[int]) -> None:
        self.model = model
        self.number = vehicle_number
        self.vehicle: Vehicle = model.vehicles[vehicle_number]
        self.task_numbers = tasks
        self.tasks: list[Task] = [model.tasks[number] for number in tasks]
        self.windows = [_scaled(task.windows) for task in self.tasks]
        places = [task.place for task in self.tasks]
        self.legs = list(zip([self.vehicle.start, *places], [*places, self.vehicle.end], strict=True))
        self.travel = [self._travel_time(leg) for leg in self.legs]
        rank = self.vehicle.type_rank
        self.setups = [
            0 if origin == task.place else task.setup[rank]
            for task, (origin, _) in zip(self.tasks, self.legs, strict=False)
        ]
        self.services = [task.service[rank] for task in self.tasks]
        self.action = [
            HUNDREDTHS * (setup + service) for setup, service in zip(self.setups, self.services, strict=True)
        ]

    def _travel_time(self, leg: _Leg) -> int:
        origin, target = leg
        return 0 if origin is None or target is None else self.vehicle.duration(origin, target)

    def _sum(self, cells: Cells | None, legs: Sequence[_Leg]) -> int:
        """What legs add up to in a matrix; an open end is no leg, and an absent matrix counts as zeros."""
        if cells is None:
            return 0
        return sum(int(cells[leg]) for leg in legs if None not in leg)

    def latest_start(self) -> int | None:
        """The latest start that still ends at the earliest possible end; None if a window is missed."""
        time = self._earliest_end()
        if time is None:
            return None
        for i in range(len(self.tasks) - 1, -1, -1):
            time -= self.travel[i + 1] + self.action[i]
            for start, end in reversed(self.windows[i]):
                if start <= time:
                    time = min(time, end)
                    break
        return time - self.travel[0]

    def _earliest_end(self) -> int | None:
        window = self.vehicle.window
        time = 0 if window is None else HUNDREDTHS * window[0]
        for i in range(len(self.tasks)):
            opening = _service_start(time + self.travel[i], self.windows[i])
            if opening is None:
                return None
            time = opening + self.action[i]
        time += self.travel[-1]
        return None if window is not None and time > HUNDREDTHS * window[1] else time

    def timed(self, start: int) -> TimedRoute | None:
        """The route with every stop as early as `start` allows."""
        load = _initial_load(self.tasks, self.model.amounts)
        time, departure, driven, distance = start, start // HUNDREDTHS, 0, 0
        stops = [Stop("start", None, departure, 0, 0, load)]
        for i, task in enumerate(self.tasks):
            time += self.travel[i]
            arrival = time // HUNDREDTHS
            driven += arrival - departure
            distance += self._sum(self.vehicle.travel.distances, self.legs[i : i + 1])
            opening = _service_start(time, self.windows[i])
            if opening is None:
                return None
            load = _load_after(load, task)
            stop = Stop(task.kind, self.task_numbers[i], arrival, driven, distance, load)
            stop.setup, stop.service = self.setups[i], self.services[i]
            stop.waiting = opening // HUNDREDTHS - arrival if opening > time else 0
            stops.append(stop)
            departure = arrival + stop.waiting + stop.setup + stop.service
            time = opening + self.action[i]
        arrival = (time + self.travel[-1]) // HUNDREDTHS
        driven += arrival - departure
        distance += self._sum(self.vehicle.travel.distances, self.legs[-1:])
        stops.append(Stop("end", None, arrival, driven, distance, load))
        return TimedRoute(self.number, stops, self._cost(driven, distance))

    def _cost(self, duration: int, distance: int) -> int:
        costs = self.vehicle.source.costs
        task_cost = costs.per_task_hour * sum(self.action) // COST_UNIT
        return costs.fixed + self._travel_cost(duration, distance) + task_cost

    def _travel_cost(self, duration: int, distance: int) -> int:
        """VROOM rounds to the nearest, from the rounded duration, where time binds, and down from the exact
        cost where it does not."""
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


def _service_start(time: int, windows: Sequence[Window]) -> int | None:
    """When service starts on arrival at `time`: at once, at the next window's start, or never."""
    if not windows:
        return time
    return next((max(time, start) for start, end in windows if time <= end), None)


def _initial_load(tasks: Sequence[Task], amounts: int) -> tuple[int, ...]:
    """Deliveries of jobs are on board from the start; those of shipments get there by their pickup."""
    jobs = [task.delivery for task in tasks if task.kind == "job"]
    return tuple(sum(job[i] for job in jobs) for i in range(amounts))


def _load_after(load: tuple[int, ...], task: Task) -> tuple[int, ...]:
    changes = zip(load, task.delivery, task.pickup, strict=True)
    return tuple(have - out + into for have, out, into in changes)
