"""The forward pass: from an order of tasks to times, loads and costs, as VROOM's own output states them.

As in VROOM, a route ends as early as it can and then starts as late as it can, so that it waits
least. Where nothing in the problem binds in time, every route starts at 0. Times are kept in hundredths of a
second and rounded down for output; travel is then what lies between rounded times, so that each route adds up.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from milkrun_solver.model import COST_UNIT, DISTANCE_COST, HUNDREDTHS, Model, Task, Vehicle, Window

_SECONDS_PER_HOUR = 3_600
_METRES_PER_KM = 1_000


@dataclass(slots=True)
class Stop:
    """One step of a route; `number` is the task's, or the break's within its vehicle, None at start and end.

    Times in seconds, `distance` in metres; `duration` and `distance` are cumulated on arrival, `load` is what
    is on board after the stop.
    """

    kind: Literal["start", "job", "pickup", "delivery", "break", "end"]
    number: int | None
    place: int | None
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
        before = [self.vehicle.start, *places[:-1]]
        rank = self.vehicle.type_rank
        self.setups = [
            0 if task.place == previous else task.setup[rank]
            for task, previous in zip(self.tasks, before, strict=True)
        ]
        self.services = [task.service[rank] for task in self.tasks]
        self.action = [
            HUNDREDTHS * (setup + service) for setup, service in zip(self.setups, self.services, strict=True)
        ]
        self.legs = [
            0 if origin is None or target is None else self.vehicle.duration(origin, target)
            for origin, target in zip([*before, places[-1]], [*places, self.vehicle.end], strict=True)
        ]

    def latest_start(self) -> int | None:
        """The latest start that still ends at the earliest possible end; None if a window is missed."""
        time = self._earliest_end()
        if time is None:
            return None
        for i in range(len(self.tasks) - 1, -1, -1):
            time -= self.legs[i + 1] + self.action[i]
            for start, end in reversed(self.windows[i]):
                if start <= time:
                    time = min(time, end)
                    break
        return time - self.legs[0]

    def _earliest_end(self) -> int | None:
        window = self.vehicle.window
        time = 0 if window is None else HUNDREDTHS * window[0]
        for i in range(len(self.tasks)):
            opening = _service_start(time + self.legs[i], self.windows[i])
            if opening is None:
                return None
            time = opening + self.action[i]
        time += self.legs[-1]
        return None if window is not None and time > HUNDREDTHS * window[1] else time

    def timed(self, start: int) -> TimedRoute | None:
        """The route with every stop as early as `start` allows."""
        vehicle, tasks = self.vehicle, self.tasks
        load = _initial_load(tasks, self.model.amounts)
        origin = tasks[0].place if vehicle.start is None else vehicle.start
        stops = [Stop("start", None, origin, start // HUNDREDTHS, 0, 0, load)]
        time, travelled, departure = start, 0, start // HUNDREDTHS
        distance = 0
        for i, task in enumerate(tasks):
            time += self.legs[i]
            travelled += self.legs[i]
            distance += _leg(vehicle, vehicle.start if i == 0 else tasks[i - 1].place, task.place)
            arrival = time // HUNDREDTHS
            opening = _service_start(time, self.windows[i])
            if opening is None:
                return None
            waiting = opening // HUNDREDTHS - arrival if opening > time else 0
            duration = self._duration(stops[-1].duration + arrival - departure, travelled)
            load = tuple(
                have - out + into for have, out, into in zip(load, task.delivery, task.pickup, strict=True)
            )
            stops.append(
                Stop(
                    task.kind, self.task_numbers[i], task.place, arrival, duration, distance, load,
                    setup=self.setups[i], service=self.services[i], waiting=waiting,
                )
            )  # fmt: skip
            departure = arrival + waiting + self.setups[i] + self.services[i]
            time = opening + self.action[i]
        time += self.legs[-1]
        travelled += self.legs[-1]
        distance += _leg(vehicle, tasks[-1].place, vehicle.end)
        target = tasks[-1].place if vehicle.end is None else vehicle.end
        arrival = time // HUNDREDTHS
        duration = self._duration(stops[-1].duration + arrival - departure, travelled)
        stops.append(Stop("end", None, target, arrival, duration, distance, load))
        return TimedRoute(self.number, stops, self._cost(duration, distance))

    def _duration(self, between_rounded_times: int, travelled: int) -> int:
        return between_rounded_times if self.model.timed else travelled // HUNDREDTHS

    def _cost(self, duration: int, distance: int) -> int:
        costs = self.vehicle.source.costs
        task_cost = costs.per_task_hour * sum(self.action) // COST_UNIT
        return costs.fixed + self._travel_cost(duration, distance) + task_cost

    def _travel_cost(self, duration: int, distance: int) -> int:
        vehicle, costs = self.vehicle, self.vehicle.source.costs
        pairs = self._matrix_legs()
        if vehicle.travel.costs is not None:
            return sum(int(vehicle.travel.costs[pair]) for pair in pairs)
        if self.model.timed:
            travel_cost = duration * costs.per_hour / _SECONDS_PER_HOUR
            return math.floor(travel_cost + distance * costs.per_km / _METRES_PER_KM + 0.5)
        seconds = sum(int(vehicle.travel.durations[pair]) for pair in pairs)
        return (vehicle.cost_factor * seconds + DISTANCE_COST * costs.per_km * distance) // COST_UNIT

    def _matrix_legs(self) -> list[tuple[int, int]]:
        places = [self.vehicle.start, *(task.place for task in self.tasks), self.vehicle.end]
        known = [place for place in places if place is not None]
        return list(pairwise(known))


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


def _leg(vehicle: Vehicle, origin: int | None, target: int | None) -> int:
    distances = vehicle.travel.distances
    if distances is None or origin is None or target is None:
        return 0
    return int(distances[origin, target])
