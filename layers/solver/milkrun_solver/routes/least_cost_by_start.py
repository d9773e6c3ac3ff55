"""The times at which a route costs least whose times have a price, and whose duration or driver has limits.

How late to start is a trade: a later start saves overtime and duty, and may make tasks late. A rest of the
driver is a trade too: it may come while the vehicle waits for a dear task anyway, or be left for later. So
each start is looked at with every second that follows, and each state of the driver apart. That is exact, and
only short routes and days are looked at like this.

A rest comes where the driving since the last one reaches its limit, or at the end of a leg: the later it is,
the less is driven after it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from milkrun_solver.model.driver_rules import DriverRules
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.routes.driver_breaks import Halt
from milkrun_solver.routes.least_cost import NEVER, TimedStop

MOST_CELLS = 2**20
"""Starts times seconds times legs, beyond which nothing is looked at."""
MOST_MOMENTS = 50_000
"""Moments of a driver on one leg, beyond which nothing is looked at."""
_DEAR = 2**61
_MOST = 2**54

_Values = npt.NDArray[np.int64]
"""The least cost in units of 1/3,600, by start and second; by second alone where any start will do."""


@dataclass(frozen=True)
class Shift:
    """How long a route may last, in seconds, and the price of an hour beyond `normal`."""

    normal: int = NEVER
    longest: int = NEVER
    per_hour: int = 0


class RestedTimes(NamedTuple):
    """When a route starts, when each service begins, in seconds, and the rests on each leg."""

    start: int
    begins: list[int]
    rests: list[list[Halt]]


class _Driver(NamedTuple):
    """What a driver has behind: hundredths of a second since the last break, and the first part of one."""

    since: int = 0
    had_first: bool = False


class _Rest(NamedTuple):
    """A rest on a leg; `before` leads back to the first."""

    before: "_Rest | None"
    halt: Halt


class _Way(NamedTuple):
    """One way to drive a leg: seconds, and the last of its rests."""

    seconds: int
    rest: _Rest | None


class _Arrival(NamedTuple):
    """The least cost of each arrival at the end of a leg with one driver's state."""

    costs: _Values
    ways: dict[_Driver, _Way]


class LeastCostByStart:
    """The least cost of one order of stops.

    Args:
        stops: The stops in order.
        travel: Hundredths of a second of each leg, to each of them and on to the end.
        earliest, latest: When the route may start, and when it must have ended, in seconds.
        rules: Those of the driver; None without.
    """

    def __init__(
        self,
        stops: Sequence[TimedStop],
        travel: Sequence[int],
        earliest: int,
        latest: int | None,
        shift: Shift,
        rules: DriverRules | None,
    ) -> None:
        self._stops = stops
        self._travel = travel
        self._latest = NEVER if latest is None else latest
        self._shift = shift
        self._rules = rules
        last = max([earliest, *(edge for stop in stops for edge in stop.reasons)])
        lasts = sum(self._longest(leg) for leg in travel) + sum(stop.action for stop in stops)
        count = max(0, min(last + lasts, self._latest) - earliest) + 1
        rows = last - earliest + 1 if shift.longest < NEVER or shift.normal < NEVER else 1
        self._seconds = np.arange(earliest, earliest + count if self._is_few(rows, count) else earliest)
        self._starts = self._seconds[:rows] if rows > 1 else None

    def _is_few(self, rows: int, count: int) -> bool:
        most = max((stop.most(count) for stop in self._stops), default=0)
        return rows * count * len(self._travel) <= MOST_CELLS and most <= _MOST

    def _longest(self, leg: int) -> int:
        """More than a leg takes with all rests that may be of use."""
        seconds, rules = -(-leg // HUNDREDTHS), self._rules
        if rules is None or rules.driving_before_break is None:
            return seconds
        return seconds + (2 + seconds // max(1, rules.driving_before_break)) * 2 * rules.break_length

    def times(self) -> RestedTimes | None:
        """The cheapest times; None if there are none, or too many to look at."""
        if not len(self._seconds):
            return None
        left = {self._first_driver(): self._first()}
        found: list[tuple[dict[_Driver, _Values], dict[_Driver, _Arrival]]] = []
        for number, leg in enumerate(self._travel):
            arrived = self._arrived(left, leg)
            found.append((left, arrived))
            if number < len(self._stops):
                left = self._left(arrived, self._stops[number])
        return self._chosen(found)

    def _first_driver(self) -> _Driver:
        return _Driver() if self._rules is None else _Driver(HUNDREDTHS * self._rules.driven_since_break)

    def _first(self) -> _Values:
        if self._starts is None:
            return np.zeros((1, len(self._seconds)), dtype=np.int64)
        values = np.full((len(self._starts), len(self._seconds)), _DEAR, dtype=np.int64)
        np.fill_diagonal(values, 0)
        return values

    def _arrived(self, left: dict[_Driver, _Values], leg: int) -> dict[_Driver, _Arrival]:
        found: dict[_Driver, _Arrival] = {}
        for driver, costs in left.items():
            for then, way in _ways(self._rules, driver, leg).items():
                arrivals = self._later(costs, way.seconds)
                others = found.get(then)
                ways = {driver: way} if others is None else {**others.ways, driver: way}
                found[then] = _Arrival(
                    arrivals if others is None else np.minimum(arrivals, others.costs), ways
                )
        return {driver: it for driver, it in found.items() if it.costs.min() < _DEAR}

    def _later(self, costs: _Values, seconds: int) -> _Values:
        later = np.full_like(costs, _DEAR)
        if seconds < len(self._seconds):
            later[:, seconds:] = costs[:, : len(self._seconds) - seconds]
        return later

    def _left(self, arrived: dict[_Driver, _Arrival], stop: TimedStop) -> dict[_Driver, _Values]:
        """When the vehicle may leave a stop, for which it may have waited."""
        price = stop.price(self._seconds)
        found: dict[_Driver, _Values] = {}
        for driver, it in sorted(arrived.items(), key=lambda each: (each[0].since, not each[0].had_first)):
            begun = np.minimum(_DEAR, np.minimum.accumulate(it.costs, axis=1) + price)
            left = self._later(begun, stop.action)
            fresher = (costs for other, costs in found.items() if other.had_first >= driver.had_first)
            if not any((costs <= left).all() for costs in fresher):
                found[driver] = left
        return found

    def _chosen(
        self, found: Sequence[tuple[dict[_Driver, _Values], dict[_Driver, _Arrival]]]
    ) -> RestedTimes | None:
        """The cheapest way, found back from its end. Of equally cheap ones, the one that ends first, and
        begins each service as late as that allows."""
        ends = {driver: self._ended(it.costs) for driver, it in found[-1][1].items()}
        if not ends or min(costs.min() for costs in ends.values()) >= _DEAR:
            return None
        least = min(costs.min() for costs in ends.values())
        cheapest = {it: costs == least for it, costs in ends.items() if costs.min() == least}
        firsts = {it: int(is_least.any(axis=0).argmax()) for it, is_least in cheapest.items()}
        driver = min(firsts, key=lambda it: (firsts[it], it))
        at = firsts[driver]
        row = int(np.flatnonzero(cheapest[driver][:, at])[-1])
        begins: list[int] = []
        rests: list[list[Halt]] = []
        for number in reversed(range(len(found))):
            left, arrived = found[number]
            arrival = arrived[driver]
            driver, way = next(
                (before, way)
                for before, way in arrival.ways.items()
                if way.seconds <= at and left[before][row, at - way.seconds] == arrival.costs[row, at]
            )
            rests.append(_rests(way.rest))
            at -= way.seconds
            if number:
                at -= self._stops[number - 1].action
                begins.append(int(self._seconds[at]))
                costs = found[number - 1][1][driver].costs[row, : at + 1]
                at -= int(costs[::-1].argmin())
        return RestedTimes(int(self._seconds[at]), begins[::-1], rests[::-1])

    def _ended(self, costs: _Values) -> _Values:
        """What it costs to end at each second."""
        ended = np.where(self._seconds <= self._latest, costs, _DEAR)
        if self._starts is None:
            return ended
        lasted = self._seconds - self._starts[:, None]
        overtime = np.maximum(0, lasted - self._shift.normal)
        ended = np.where(lasted <= self._shift.longest, ended, _DEAR)
        priced: _Values = np.minimum(_DEAR, ended + self._shift.per_hour * overtime)
        return priced


class _Moment(NamedTuple):
    """A driver on a leg: hundredths of a second so far and still to go, and since the halt before."""

    time: int
    left: int
    driver: _Driver
    since_halt: int = 0
    rest: _Rest | None = None


def _ways(rules: DriverRules | None, driver: _Driver, leg: int) -> dict[_Driver, _Way]:
    """The shortest ways to drive a leg, by what the driver has behind at its end; none if there are too many
    moments to look at."""
    if rules is None or rules.driving_before_break is None:
        return {driver: _Way(-(-leg // HUNDREDTHS), None)}
    least: dict[tuple[int, _Driver], _Moment] = {}
    ahead = [_Moment(0, leg, driver)]
    looked_at = 0
    while ahead:
        now = ahead.pop()
        known = least.get((now.left, now.driver))
        if known is not None and known.time <= now.time:
            continue
        looked_at += 1
        if looked_at > MOST_MOMENTS:
            return {}
        least[now.left, now.driver] = now
        ahead += _rested(rules, now)
        drives = min(now.left, HUNDREDTHS * rules.driving_before_break - now.driver.since)
        if drives > 0:
            tired = now.driver._replace(since=now.driver.since + drives)
            ahead.append(
                _Moment(now.time + drives, now.left - drives, tired, now.since_halt + drives, now.rest)
            )
    return {
        then: _Way(-(-now.time // HUNDREDTHS), now.rest) for (left, then), now in least.items() if not left
    }


def _rested(rules: DriverRules, now: _Moment) -> Iterator[_Moment]:
    """After each break that the driver may take at a moment."""
    for length, then in _breaks(rules, now.driver):
        halt = Halt(None, now.since_halt, 0, HUNDREDTHS * length)
        yield _Moment(now.time + HUNDREDTHS * length, now.left, then, 0, _Rest(now.rest, halt))


def _rests(last: _Rest | None) -> list[Halt]:
    """The rests on a leg from the first on."""
    found = []
    while last is not None:
        found.append(last.halt)
        last = last.before
    return found[::-1]


def _breaks(rules: DriverRules, driver: _Driver) -> Iterable[tuple[int, _Driver]]:
    if driver.since:
        yield rules.break_length, _Driver()
    if rules.parts and driver.had_first and driver.since:
        yield rules.parts[1], _Driver()
    if rules.parts and not driver.had_first:
        yield rules.parts[0], driver._replace(had_first=True)
