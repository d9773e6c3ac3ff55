"""Walks routes second by second: soft time windows, and travel by the time of day.

For each second of the day, it holds the least cost with which a vehicle may be there. So days must be short,
and prices of an hour multiples of 3,600: then every second costs a whole number of units, and nothing is
rounded. It knows neither breaks nor limits of travel time.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from milkrun.schema.vehicles import Vehicle
from tests.solver.exhaustive.facts import Facts, Stop, nearest
from tests.solver.exhaustive.time_of_day import Clock
from tests.solver.exhaustive.walk import Itinerary, Walk, Walker

Values = npt.NDArray[np.int64]
"""By start and second, if the duration has a limit; by second otherwise."""

_LONGEST = 5_000
_LONGEST_SHIFT = 500
_NONE = 2**60
_COST = 2**24
"""A unit of cost outweighs all driving. Of equally cheap times, those with the least driving count."""


class ClockWalker(Walker):
    """Walks the routes of a problem with soft time windows or slots."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._clocks = {name: Clock(matrix) for name, matrix in facts.matrices.items()}
        self._seconds = np.arange(_last_edge(facts, self._clocks) + 1)
        limited = any(vehicle.shift_duration is not None for vehicle in facts.problem.vehicles)
        if len(self._seconds) > (_LONGEST_SHIFT if limited else _LONGEST):
            raise ValueError("the day is too long to look at every second")
        for vehicle in facts.problem.vehicles:
            if vehicle.breaks or vehicle.driver_rules is not None:
                raise ValueError("the walker knows no breaks")
            if vehicle.max_travel_time is not None or vehicle.costs.per_hour % 3_600:
                raise ValueError("the walker knows no limits of travel time, and no rounding")
        self._arrivals = cache(self._all_arrivals)

    def walk(self, vehicle: Vehicle, stops: Sequence[Stop]) -> Walk | None:
        """What the route is like if it ends after these stops; None if no route may begin with them."""
        route = Itinerary(self.facts, vehicle, stops)
        if any(map(route.is_closed, range(len(stops)))) or not route.fits():
            return None
        values = self._start(vehicle, route.earliest)
        for number, stop in enumerate(stops):
            values = self._driven(values, vehicle, route.legs[number])
            values = np.minimum.accumulate(values, axis=-1)  # the vehicle may wait
            values = self._served(values, route, number, stop)
        if (values >= _NONE).all():
            return None
        if route.is_closed(len(stops)):
            return Walk(None)
        return self._ended(self._driven(values, vehicle, route.legs[-1]), route)

    def _start(self, vehicle: Vehicle, earliest: int) -> Values:
        """A route may start at every second."""
        count = len(self._seconds)
        if vehicle.shift_duration is None:
            return np.where(self._seconds >= earliest, 0, _NONE)
        values = np.full((count, count), _NONE)
        values[self._seconds[earliest:], self._seconds[earliest:]] = 0
        return values

    def _driven(self, values: Values, vehicle: Vehicle, leg: tuple[int, int] | None) -> Values:
        """After a leg, of which each second has a price."""
        per_second = 0 if self.facts.matrix(vehicle).costs is not None else vehicle.costs.per_hour // 3_600
        arrivals = self._arrivals(vehicle.profile, leg)
        spent = (arrivals - self._seconds) * (_COST * per_second + 1)
        # Later departures arrive no earlier, so those with the same arrival are neighbours.
        reached, first = np.unique(arrivals, return_index=True)
        after = np.full_like(values, _NONE)
        within = reached < len(self._seconds)
        after[..., reached[within]] = np.minimum.reduceat(values + spent, first, axis=-1)[..., within]
        return np.minimum(after, _NONE)

    def _all_arrivals(self, profile: str, leg: tuple[int, int] | None) -> Values:
        return np.array([self._clocks[profile].arrival(leg, second) for second in self._seconds.tolist()])

    def _served(self, values: Values, route: Itinerary, number: int, stop: Stop) -> Values:
        """After a stop that begins at each second in its windows."""
        seconds = self._seconds
        opened = np.zeros(len(seconds), dtype=np.bool_)
        for first, last in route.windows[number]:
            opened |= (first <= seconds) & (seconds <= last)
        begun = np.where(opened, values + _COST * self._price(stop), _NONE)
        after = np.full_like(values, _NONE)
        action = route.action[number]
        if action < len(seconds):
            after[..., action:] = begun[..., : len(seconds) - action]
        return np.minimum(after, _NONE)

    def _price(self, stop: Stop) -> Values:
        """What it costs that a stop begins at each second."""
        window = None if stop.type == "reload" else self.facts.work[stop].task.soft_time_window
        price = np.zeros(len(self._seconds), dtype=np.int64)
        if window is None:
            return price
        if window.cost_per_hour_early % 3_600 or window.cost_per_hour_late % 3_600:
            raise ValueError("the walker rounds nothing")
        if window.start is not None:
            price += window.cost_per_hour_early // 3_600 * np.maximum(0, window.start - self._seconds)
        if window.end is not None:
            price += window.cost_per_hour_late // 3_600 * np.maximum(0, self._seconds - window.end)
        return price

    def _ended(self, values: Values, route: Itinerary) -> Walk:
        vehicle, costs = route.vehicle, route.vehicle.costs
        if route.latest is not None:
            values = np.where(self._seconds <= route.latest, values, _NONE)
        if vehicle.shift_duration is not None:
            overtime = np.maximum(0, self._seconds - self._seconds[:, None] - vehicle.shift_duration)
            values = np.where(overtime <= vehicle.max_overtime, values, _NONE)
            values = values + _COST * (costs.per_overtime_hour // 3_600 * overtime)
        least = int(values.min())
        if least >= _NONE:
            return Walk(None)
        in_time, driven = divmod(least, _COST)
        matrix = self.facts.matrix(vehicle)
        legs = [leg for leg in route.legs if leg is not None]
        metres = sum(matrix.distances[a][b] for a, b in legs) if matrix.distances is not None else 0
        if matrix.costs is not None:
            in_time += sum(matrix.costs[a][b] for a, b in legs)
        else:
            in_time += nearest(metres * costs.per_km / 1_000)
        actions = zip(route.action, route.stops, strict=True)
        work = sum(seconds for seconds, stop in actions if stop.type != "reload")
        return Walk(costs.fixed + in_time + costs.per_task_hour * work // 3_600, 0, driven, metres)


def _last_edge(facts: Facts, clocks: dict[str, Clock]) -> int:
    """A second after which nothing changes any more, and every route that starts by then has ended."""
    problem = facts.problem
    edges = [0, *(work.release for work in facts.work.values())]
    edges += [start for clock in clocks.values() for start in clock.borders]
    for work in facts.work.values():
        soft = work.task.soft_time_window
        edges += [edge for window in work.task.time_windows for edge in window]
        edges += [] if soft is None else [soft.start or 0, soft.end or 0]
    edges += [edge for vehicle in problem.vehicles for edge in vehicle.time_window or ()]
    longest = max(clock.longest for clock in clocks.values())
    on_the_spot = sum(work.task.setup + work.task.service for work in facts.work.values())
    return max(edges) + on_the_spot + longest * (2 * len(facts.work) + 1)
