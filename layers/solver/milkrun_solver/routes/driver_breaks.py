"""Computes when a route should start whose driver must keep `driver_rules`, and where it takes its breaks.

A break is best taken as late as possible: where the driving since the last one reaches its limit, or at the
end of a leg, before service. Two things call for an earlier one: a break of the vehicle's own that must begin
soon, and a long way on which the first of two parts is to be had. So the ways through a leg are extended from
one such place to the next, and those that another one dominates are dropped (see `routes.breaks`).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from milkrun_solver.model.driver_rules import DriverRules
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.windows import Window
from milkrun_solver.routes.breaks import open_windows
from milkrun_solver.routes.pauses import NEVER, Pause
from milkrun_solver.routes.timing import Timing


class Halt(NamedTuple):
    """A break at one place of a leg, in hundredths of a second.

    Attributes:
        number: That of the vehicle's break; None for one that `driver_rules` ask for.
        driven: Travel on the leg since the halt before.
        opening: When it may begin.
        length: How long it lasts.
    """

    number: int | None
    driven: int
    opening: int
    length: int


class DriverChoice(NamedTuple):
    """When a route starts, and the breaks on each leg in order."""

    start: int
    breaks: list[list[Halt]]


class _Way(NamedTuple):
    """A state on a leg, as a function of how much later than possible the route starts, up to `latest`.

    Attributes:
        time: The time, if the route starts as early as possible.
        least: The time without any waiting so far. With a later start, the time is this plus the delay, but
            no earlier than `time`.
        left: The rest of the leg.
        since: Driving since the last break.
        had_first: Whether the first part of a break has been had.
        taken: The vehicle's breaks so far, as bits.
        halts: The breaks so far, each with its leg.
    """

    time: int
    least: int
    latest: int
    left: int
    since: int
    had_first: bool = False
    taken: int = 0
    halts: tuple[tuple[int, Halt], ...] = ()

    def driven(self, some: int) -> "_Way":
        """The state after some more of the leg."""
        return self._replace(
            time=self.time + some, least=self.least + some, left=self.left - some, since=self.since + some
        )

    def spent(self, window: Window, length: int, latest: int = NEVER) -> "_Way":
        """The state after something that starts in this window and takes `length`."""
        first, last = window
        latest = min(self.latest, latest, last - self.least)
        time = max(self.time, first) + length
        return self._replace(time=time, least=max(self.least + length, time - latest), latest=latest)

    def is_no_better(self, other: "_Way") -> bool:
        """Whether the other one, with the same breaks, is nowhere later and no more tired."""
        return (
            other.time <= self.time
            and other.least <= self.least
            and other.latest >= self.latest
            and other.left <= self.left
            and other.since <= self.since
        )


class DriverTiming:
    """Everything that binds a route in time whose driver must keep rules.

    Args:
        timing: What binds it apart from breaks.
        pauses: The vehicle's breaks.
    """

    def __init__(self, timing: Timing, pauses: Sequence[Pause], rules: DriverRules) -> None:
        self._timing = timing
        self._pauses = pauses
        self._rules = rules
        most = rules.driving_before_break
        self._most = NEVER if most is None else HUNDREDTHS * most
        self._whole = HUNDREDTHS * rules.break_length if most is not None else NEVER
        first, second = (HUNDREDTHS * part for part in rules.parts or (NEVER, NEVER))
        self._parts = first, second
        self._lengths = sorted({self._whole, first, second} - {NEVER})

    def choice(self, given: Sequence[Sequence[int]], enough: int | None) -> DriverChoice | None:
        """The choice that ends earliest, and then starts as late as possible. If that one lasts longer than
        `enough` or than the duty, the shortest.

        Args:
            given: The vehicle's breaks that are to be taken on each leg, in order. All others are taken
                anywhere.

        Returns:
            The choice; None if the route misses a time window, or its driver cannot keep the rules.
        """
        left, duty = self._rules.driving_left, self._rules.duty_left
        ways = self._ways(given) if left is None or sum(self._timing.travel) <= HUNDREDTHS * left else []
        if not ways:
            return None
        limits = [it for it in (enough, None if duty is None else HUNDREDTHS * duty) if it is not None]
        best = min(ways, key=lambda way: (way.time, way.least, len(way.halts)))
        if limits and best.least - self._timing.earliest > min(limits):
            best = min(ways, key=lambda way: (way.least, way.time, len(way.halts)))
        if duty is not None and best.least - self._timing.earliest > HUNDREDTHS * duty:
            return None
        breaks = [[halt for on, halt in best.halts if on == leg] for leg in range(len(given))]
        return DriverChoice(self._timing.earliest + best.time - best.least, breaks)

    def _ways(self, given: Sequence[Sequence[int]]) -> list[_Way]:
        """The ways through the whole route."""
        timing, everything = self._timing, 2 ** len(self._pauses) - 1
        named = {number for numbers in given for number in numbers}
        loose = [number for number in range(len(self._pauses)) if number not in named]
        since = HUNDREDTHS * self._rules.driven_since_break
        ways = [_Way(timing.earliest, timing.earliest, NEVER, timing.travel[0], since)]
        for leg, numbers in enumerate(given):
            due = sum(1 << number for number in numbers)
            there = [it for it in self._along(ways, leg, numbers, loose) if it.taken & due == due]
            if leg == len(timing.action):
                last = NEVER if timing.latest is None else timing.latest
                return [it.spent((0, last), 0) for it in there if it.taken == everything and it.time <= last]
            ways = _best(new for way in there for new in self._served(way, leg))
        return ways

    def _along(
        self, ways: Iterable[_Way], leg: int, named: Sequence[int], loose: Sequence[int]
    ) -> list[_Way]:
        """The ways at the end of a leg."""
        found: list[_Way] = []
        new = list(ways)
        while new:
            found = _best([*found, *new])
            alive = set(found)
            new = [
                after
                for way in new
                if way in alive
                for some in self._drives(way)
                for after in self._halted(way, some, leg, named, loose)
            ]
        return _best(
            way.driven(way.left) for way in found if not way.left or way.since + way.left <= self._most
        )

    def _drives(self, way: _Way) -> set[int]:
        """How far to drive before a break: not at all, as far as possible, or just so far that one of the
        vehicle's own breaks, or one before it, can begin in time."""
        most = max(0, min(way.left, self._most - way.since))
        edges = {
            edge - length - way.time
            for number, pause in enumerate(self._pauses)
            if not way.taken >> number & 1
            for first, last in pause.windows
            for edge, lengths in ((last, (0, *self._lengths)), (first, (0,)))
            for length in lengths
        }
        return {0, most} | {edge for edge in edges if 0 < edge < most}

    def _halted(
        self, way: _Way, some: int, leg: int, named: Sequence[int], loose: Sequence[int]
    ) -> Iterator[_Way]:
        """The ways after one break, some way along the leg."""
        there = way.driven(some)
        for length in self._lengths:
            rested = self._rested(there, length)
            if (rested.had_first and not there.had_first) or rested.since < there.since:
                halt = Halt(None, some, 0, length)
                yield rested.spent((0, NEVER), length)._replace(halts=(*way.halts, (leg, halt)))
        ahead = [number for number in named if not way.taken >> number & 1][:1]
        for number in (*ahead, *loose):
            pause = self._pauses[number]
            if way.taken >> number & 1 or not pause.is_allowed[leg]:
                continue
            for window in open_windows(there.time, there.least, there.latest, pause.windows):
                halt = Halt(number, some, window[0], pause.length)
                for waited, latest in self._waited(there, window[0]):
                    after = self._rested(waited, pause.length).spent(window, pause.length, latest)
                    if after.latest >= 0:
                        yield after._replace(taken=way.taken | 1 << number, halts=(*way.halts, (leg, halt)))

    def _served(self, way: _Way, leg: int) -> Iterator[_Way]:
        """The ways after the stop at the end of a leg."""
        for window in open_windows(way.time, way.least, way.latest, self._timing.windows[leg]):
            for waited, latest in self._waited(way, window[0]):
                after = waited.spent(window, self._timing.action[leg], latest)
                if after.latest >= 0:
                    yield after._replace(left=self._timing.travel[leg + 1])

    def _waited(self, way: _Way, opening: int) -> Iterator[tuple[_Way, int]]:
        """The ways after waiting, each with the delay up to which the wait is long enough for it."""
        yield way, NEVER
        if self._rules.waiting_is_break:
            for length in self._lengths:
                if opening - way.time >= length:
                    yield self._rested(way, length), opening - length - way.least

    def _rested(self, way: _Way, length: int) -> _Way:
        """The driver after one break or wait of this length."""
        first, second = self._parts
        if length >= self._whole or (way.had_first and length >= second):
            return way._replace(since=0, had_first=False)
        return way._replace(had_first=True) if length >= first else way


def _best(ways: Iterable[_Way]) -> list[_Way]:
    """The states that no other one dominates, in each group of those with the same breaks."""
    best: dict[tuple[int, bool], list[_Way]] = {}
    for way in sorted(ways, key=lambda way: (way.time, way.left, way.since, way.least, len(way.halts))):
        alike = best.setdefault((way.taken, way.had_first), [])
        if not any(way.is_no_better(other) for other in alike):
            alike.append(way)
    return [way for alike in best.values() for way in alike]
