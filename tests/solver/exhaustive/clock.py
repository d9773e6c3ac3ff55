"""Walks routes second by second: soft time windows, travel by the time of day, and `driver_rules`.

For each second of the day, it holds the least cost with which a vehicle may be there. So days must be short,
and prices of an hour multiples of 3,600: then every second costs a whole number of units, and nothing is
rounded. It knows neither breaks of vehicles nor limits of travel time.

A driver may take a break before and after each stop, and where the driving since the last one reaches its
limit. The later a break is, the less is driven after it. A wait that counts as a break needs no look of its
own: there, a break may be taken as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from milkrun.schema.vehicles import Vehicle
from tests.solver.exhaustive.driver import Driver, DriverState
from tests.solver.exhaustive.facts import Facts, Stop, nearest
from tests.solver.exhaustive.time_of_day import Clock
from tests.solver.exhaustive.walk import Itinerary, Walk, Walker

Values = npt.NDArray[np.int64]
"""By start and second, if the duration has a limit; by second otherwise."""

_LONGEST = 5_000
_LONGEST_SHIFT = 700
_SHORT = 100
_NONE = 2**60
_COST = 2**24
"""A unit of cost outweighs all driving. Of equally cheap times, those with the least driving count."""


class _Tired(NamedTuple):
    """What the driver has behind, as in `DriverState`. Without rules it stays as it is."""

    since: int = 0
    had_first: bool = False


Moments = dict[_Tired, Values]


def suits_clock(facts: Facts) -> bool:
    """Whether a problem has prices of times, or travel by the time of day. Drivers on short days are walked
    faster like this too."""
    vehicles, works = facts.problem.vehicles, facts.work.values()
    if any(facts.matrix(it).slots for it in vehicles) or any(it.task.soft_time_window for it in works):
        return True
    has_drivers = any(it.driver_rules is not None and not it.breaks for it in vehicles)
    clocks = {name: Clock(matrix) for name, matrix in facts.matrices.items()}
    return has_drivers and max(_last_edge(facts, clocks), *(it.longest for it in clocks.values())) < _SHORT


class ClockWalker(Walker):
    """Walks the routes of a problem with soft time windows or slots."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        vehicles = facts.problem.vehicles
        self._clocks = {name: Clock(matrix) for name, matrix in facts.matrices.items()}
        self._drivers = {it.id: Driver(it) for it in vehicles if it.driver_rules is not None}
        last_edge = _last_edge(facts, self._clocks)
        self._seconds = np.arange(last_edge + _longest_route(facts, self._clocks, self._drivers) + 1)
        self._starts = self._seconds[: last_edge + 1]
        limited = any(self._limits_duration(vehicle) for vehicle in vehicles)
        if len(self._seconds) > (_LONGEST_SHIFT if limited else _LONGEST):
            raise ValueError("the day is too long to look at every second")
        for vehicle in vehicles:
            if vehicle.breaks or (vehicle.driver_rules is not None and facts.matrix(vehicle).slots):
                raise ValueError("the walker knows no breaks, and no drivers by the time of day")
            if vehicle.max_travel_time is not None or vehicle.costs.per_hour % 3_600:
                raise ValueError("the walker knows no limits of travel time, and no rounding")
        self._arrivals = cache(self._all_arrivals)
        self._rests = cache(lambda number, *of_leg: _rests(self._drivers[number], *of_leg))
        self._chain: list[tuple[object, Moments]] = []

    def walk(self, vehicle: Vehicle, stops: Sequence[Stop]) -> Walk | None:
        """What the route is like if it ends after these stops; None if no route may begin with them."""
        route = Itinerary(self.facts, vehicle, stops)
        if any(map(route.is_closed, range(len(stops)))) or not route.fits():
            return None
        served = self._after(route, len(stops))
        if not served:
            return None
        if route.is_closed(len(stops)):
            return Walk(None)
        ended = [*self._driven(served, route, len(stops)).values()]
        return self._ended(np.minimum.reduce(ended), route) if ended else Walk(None)

    def _after(self, route: Itinerary, count: int) -> Moments:
        """When the vehicle may be ready with its first stops. The last route may have begun alike."""
        windows = [route.windows[number] for number in range(count)]
        key = route.vehicle.id, [*route.stops[:count]], route.earliest, windows
        if count >= len(self._chain) or self._chain[count][0] != key:
            moments = self._served(route, count - 1) if count else self._start(route)
            self._chain[count:] = [(key, moments)]
        return self._chain[count][1]

    def _limits_duration(self, vehicle: Vehicle) -> bool:
        driver = self._drivers.get(vehicle.id)
        return vehicle.shift_duration is not None or (driver is not None and driver.duty is not None)

    def _start(self, route: Itinerary) -> Moments:
        """A route may start at every second."""
        driver = self._drivers.get(route.vehicle.id)
        if not self._limits_duration(route.vehicle):
            values = np.where(self._seconds >= route.earliest, 0, _NONE)
        else:
            values = np.full((len(self._starts), len(self._seconds)), _NONE)
            values[self._starts[route.earliest :], self._starts[route.earliest :]] = 0
        return {_Tired() if driver is None else _Tired(driver.since): values}

    def _driven(self, moments: Moments, route: Itinerary, leg: int) -> Moments:
        """After a leg, with the breaks that the driver takes on it."""
        driver = self._drivers.get(route.vehicle.id)
        if driver is None:
            return {tired: self._gone(it, route.vehicle, route.legs[leg]) for tired, it in moments.items()}
        seconds, found = route.driving[leg], []
        price = seconds * (_COST * self._price_of_driving(route.vehicle) + 1)
        for tired, values in moments.items():
            for there, resting in self._rests(route.vehicle.id, tired, seconds).items():
                found.append((there, self._later(values, seconds + resting, price)))
        return _merged(found)

    def _later(self, values: Values, seconds: int, price: int = 0) -> Values:
        """The same some seconds later, at a price."""
        after = np.full_like(values, _NONE)
        if seconds < len(self._seconds):
            after[..., seconds:] = values[..., : len(self._seconds) - seconds] + price
        return np.minimum(after, _NONE)

    def _price_of_driving(self, vehicle: Vehicle) -> int:
        return 0 if self.facts.matrix(vehicle).costs is not None else vehicle.costs.per_hour // 3_600

    def _gone(self, values: Values, vehicle: Vehicle, leg: tuple[int, int] | None) -> Values:
        """After a leg without breaks, of which each second has a price."""
        arrivals = self._arrivals(vehicle.profile, leg)
        spent = (arrivals - self._seconds) * (_COST * self._price_of_driving(vehicle) + 1)
        # Later departures arrive no earlier, so those with the same arrival are neighbours.
        reached, first = np.unique(arrivals, return_index=True)
        after = np.full_like(values, _NONE)
        within = reached < len(self._seconds)
        after[..., reached[within]] = np.minimum.reduceat(values + spent, first, axis=-1)[..., within]
        return np.minimum(after, _NONE)

    def _all_arrivals(self, profile: str, leg: tuple[int, int] | None) -> Values:
        return np.array([self._clocks[profile].arrival(leg, second) for second in self._seconds.tolist()])

    def _served(self, route: Itinerary, number: int) -> Moments:
        """After a stop that begins at each second in its windows. Before it, the vehicle may wait."""
        seconds = self._seconds
        opened = np.zeros(len(seconds), dtype=np.bool_)
        for first, last in route.windows[number]:
            opened |= (first <= seconds) & (seconds <= last)
        price = _COST * self._price(route.stops[number])
        found = []
        for tired, arrived in self._driven(self._after(route, number), route, number).items():
            begun = np.where(opened, np.minimum.accumulate(arrived, axis=-1) + price, _NONE)
            found.append((tired, self._later(begun, route.action[number])))
        return _merged(found)

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
        lasts = self._seconds - self._starts[:, None]
        driver = self._drivers.get(vehicle.id)
        if driver is not None and sum(route.driving) > driver.driving:
            return Walk(None)
        if driver is not None and driver.duty is not None:
            values = np.where(lasts <= driver.duty, values, _NONE)
        if vehicle.shift_duration is not None:
            overtime = np.maximum(0, lasts - vehicle.shift_duration)
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


def _rests(driver: Driver, tired: _Tired, seconds: int) -> dict[_Tired, int]:
    """How tired the driver may be after so long a leg, each with the least time of its breaks."""
    least: dict[tuple[int, _Tired], int] = {}
    ahead = [DriverState(0, seconds, since=tired.since, had_first=tired.had_first)]
    while ahead:
        state = ahead.pop()
        here = state.left, _Tired(state.since, state.had_first)
        if state.time >= least.get(here, state.time + 1):
            continue
        least[here] = state.time
        ahead += driver.breaks(state)
        drives = min(state.left, driver.most - state.since)
        if drives > 0:
            ahead.append(replace(state, left=state.left - drives, since=state.since + drives))
    return {there: time for (left, there), time in least.items() if not left}


def _merged(found: Iterable[tuple[_Tired, Values]]) -> Moments:
    """The least cost of each second, by how tired the driver is, unless a fresher one makes it needless."""
    merged: Moments = {}
    for tired, values in found:
        merged[tired] = np.minimum(merged[tired], values) if tired in merged else values
    kept: Moments = {}
    for tired, values in sorted(merged.items(), key=lambda it: (it[0].since, not it[0].had_first)):
        fresher = (other for it, other in kept.items() if it.had_first >= tired.had_first)
        if values.min() < _NONE and not any((other <= values).all() for other in fresher):
            kept[tired] = values
    return kept


def _last_edge(facts: Facts, clocks: dict[str, Clock]) -> int:
    """A second after which nothing changes any more."""
    return max(_edges(facts, clocks))


def _edges(facts: Facts, clocks: dict[str, Clock]) -> Iterator[int]:
    yield 0
    for clock in clocks.values():
        yield from clock.borders
    for work in facts.work.values():
        yield work.release
        soft = work.task.soft_time_window
        yield from (edge for window in work.task.time_windows for edge in window)
        yield from () if soft is None else (soft.start or 0, soft.end or 0)
    for vehicle in facts.problem.vehicles:
        yield from vehicle.time_window or ()


def _longest_route(facts: Facts, clocks: dict[str, Clock], drivers: dict[int, Driver]) -> int:
    """More than any route lasts that does not wait."""
    vehicles = facts.problem.vehicles
    longest = max(clock.longest for clock in clocks.values())
    legs = len(facts.work) + 1
    if any(vehicle.reloads for vehicle in vehicles):
        legs *= 2
    service = [work.task.setup + work.task.service for work in facts.work.values()]
    reloads = [place.service for vehicle in vehicles for place in vehicle.reloads]
    breaks = [(2 + longest // it.most) * sum(it.lengths) for it in drivers.values()]
    return sum(service) + legs * (longest + max(reloads, default=0) + max(breaks, default=0))
