"""Computes when a route with breaks should start, and on which leg it takes each break.

A vehicle takes each break as early as it can, and drives on while it would have to wait for one. For a given
order of stops and breaks nothing is better: what can follow a later break can also follow an earlier one.

All ways to take the breaks and to choose among time windows are extended leg by leg, and those that another
one dominates are dropped. These are the labels of a shortest path problem with resource constraints: S.
Irnich and G. Desaulniers, "Shortest path problems with resource constraints", in Column Generation (2005).
Each label holds times as functions of the start: M. W. P. Savelsbergh, "The vehicle routing problem with time
windows: minimizing route duration", ORSA Journal on Computing 4 (1992).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from milkrun_solver.model.windows import Window
from milkrun_solver.routes.pauses import NEVER, Pause
from milkrun_solver.routes.timing import Timing

MOST_ORDERED = 4
"""Up to this many breaks are tried in every order; more are taken in the order in which their last time
windows end."""
_ALWAYS: tuple[Window, ...] = ((0, NEVER),)


class Choice(NamedTuple):
    """When a route starts, how long it lasts, and the breaks that it takes on each leg, in order."""

    start: int
    duration: int
    breaks: list[list[int]]


class _Way(NamedTuple):
    """A state on a leg, as a function of how much later than possible the route starts, up to `latest`.

    Attributes:
        time: The time, if the route starts as early as possible.
        reach: When the vehicle then reaches the end of the leg if it drives on.
        least, least_reach: The same times without any waiting so far. With a later start, each time is this
            plus the delay, but no earlier than `time` and `reach`.
        taken: The breaks so far, each with the number of its leg.
    """

    time: int
    reach: int
    least: int
    least_reach: int
    latest: int
    taken: tuple[tuple[int, int], ...] = ()

    def is_no_better(self, other: "_Way") -> bool:
        return (
            other.time <= self.time
            and other.reach <= self.reach
            and other.least <= self.least
            and other.least_reach <= self.least_reach
            and other.latest >= self.latest
        )

    def paused(self, length: int, window: Window, taken: tuple[int, int]) -> "_Way":
        """The state after a break that starts in this window. The rest of the leg shrinks while the vehicle
        drives on instead of waiting for it."""
        first, last = window
        latest = min(self.latest, last - self.least)
        time, least = max(self.time, first) + length, self.least + length
        reach, least_reach = max(time, self.reach + length), max(least, self.least_reach + length)
        return _Way(
            time,
            reach,
            max(least, time - latest),
            max(least_reach, reach - latest),
            latest,
            (*self.taken, taken),
        )

    def served(self, window: Window, action: int, travel: int) -> "_Way":
        """The state after a stop at the end of the leg, whose service starts in this window."""
        first, last = window
        latest = min(self.latest, last - self.least_reach)
        time = max(self.reach, first) + action
        least = max(self.least_reach + action, time - latest)
        return _Way(time, time + travel, least, least + travel, latest, self.taken)


class PausedTiming:
    """Everything that binds a route with breaks in time.

    Args:
        timing: What binds it apart from breaks.
        pauses: Its breaks.
    """

    def __init__(self, timing: Timing, pauses: Sequence[Pause]) -> None:
        self._timing = timing
        self._pauses = pauses

    def choice(self, given: Sequence[Sequence[int]], enough: int | None) -> Choice | None:
        """The choice that ends earliest, and then starts as late as possible. If that one lasts longer than
        `enough`, the shortest, and of these the one that starts earliest.

        Args:
            given: The breaks that are to be taken on each leg, in order. All others are taken anywhere.

        Returns:
            The choice; None if the route misses a time window or cannot take all breaks.
        """
        orders = self._orders(given)
        found = self._ending_earliest(given, orders)
        if found is None or enough is None or found.duration <= enough:
            return found
        ways = self._ways(given, NEVER, orders[-1], most=found.duration)
        return self._chosen(min(ways, key=lambda way: (way.least, way.time)))

    def _ending_earliest(self, given: Sequence[Sequence[int]], orders: "Sequence[_Orders]") -> Choice | None:
        """Breaks that may be taken anywhere are placed for the earliest start, which takes less time."""
        if orders[0].all:
            pinned = [way for each in orders for way in self._ways(given, 0, each)]
            if not pinned:
                return None
            given = self._by_leg(min(pinned, key=lambda way: way.time))
        ways = self._ways(given, NEVER, _Orders(self._pauses, [], every=False))
        return self._chosen(min(ways, key=lambda way: (way.time, way.least))) if ways else None

    def _orders(self, given: Sequence[Sequence[int]]) -> "list[_Orders]":
        """The orders of the breaks that may be taken anywhere: that in which their last time windows end, and
        then every order, if there are others and not too many."""
        named = {number for numbers in given for number in numbers}
        loose = [number for number in range(len(self._pauses)) if number not in named]
        loose.sort(key=lambda number: self._pauses[number].last_chance)
        orders = [_Orders(self._pauses, loose, every=False)]
        pairs = pairwise(self._pauses[number] for number in loose)
        if len(loose) <= MOST_ORDERED and any(one.last_chance >= other.first_chance for one, other in pairs):
            orders.append(_Orders(self._pauses, loose, every=True))
        return orders

    def _chosen(self, way: _Way) -> Choice:
        """The latest start with which a route still ends as early as this way through it."""
        delay = way.time - way.least
        start = self._timing.earliest + delay
        return Choice(start, way.time - start, self._by_leg(way))

    def _by_leg(self, way: _Way) -> list[list[int]]:
        return [[number for on, number in way.taken if on == leg] for leg in range(len(self._timing.travel))]

    def _ways(
        self, given: Sequence[Sequence[int]], latest: int, orders: "_Orders", most: int = NEVER
    ) -> list[_Way]:
        """The ways through the route that take all breaks, start at most `latest` later than possible, and
        last `most` or less."""
        timing = self._timing
        first = timing.earliest
        idle = most - self._busy(len(timing.action), range(len(self._pauses)))
        ways = {0: [_Way(first, first + timing.travel[0], first, first + timing.travel[0], latest)]}
        for leg, named in enumerate(given):
            self._pause_anywhere(ways, leg, orders)
            for number in named:
                ways = {done: _best(self._each_paused(some, leg, number)) for done, some in ways.items()}
                self._pause_anywhere(ways, leg, orders)
            if leg < len(timing.action):
                ways = {
                    done: _best(list(self._each_served(some, leg, orders.deadlines[done])))
                    for done, some in ways.items()
                }
                if most < NEVER:
                    ways = {done: self._each_brisk(some, leg, idle) for done, some in ways.items()}
        latest_end = NEVER if timing.latest is None else timing.latest
        ends = ways.get(orders.all, [])
        return [way.served((0, latest_end), 0, 0) for way in ends if way.reach <= latest_end]

    def _pause_anywhere(self, ways: dict[int, list[_Way]], leg: int, orders: "_Orders") -> None:
        """Adds the states after breaks that may be taken on any leg, among them this one."""
        for done in orders.sets:
            if ways.get(done):
                if orders.every:  # there are many
                    ways[done] = _best(ways[done])
                for number, then in orders.after[done]:
                    ways.setdefault(then, []).extend(self._each_paused(ways[done], leg, number))

    def _each_paused(self, ways: Sequence[_Way], leg: int, number: int) -> list[_Way]:
        pause = self._pauses[number]
        if not pause.is_allowed[leg]:
            return []
        return [
            way.paused(pause.length, window, (leg, number))
            for way in ways
            for window in open_windows(way.time, way.least, way.latest, pause.windows)
        ]

    def _each_served(self, ways: Sequence[_Way], leg: int, deadline: int) -> Iterator[_Way]:
        """The states after the stop at the end of a leg, without those that are too late for a break."""
        action, travel = self._timing.action[leg], self._timing.travel[leg + 1]
        for way in ways:
            for window in open_windows(way.reach, way.least_reach, way.latest, self._timing.windows[leg]):
                new = way.served(window, action, travel)
                if new.time <= deadline:
                    yield new

    def _each_brisk(self, ways: Sequence[_Way], leg: int, idle: int) -> list[_Way]:
        """The states after the stop at the end of a leg that have waited for at most `idle`, if the route
        starts as is best for them."""
        first = self._timing.earliest
        return [
            way
            for way in ways
            if way.least - first - self._busy(leg, [number for _, number in way.taken]) <= idle
        ]

    def _busy(self, leg: int, taken: Iterable[int]) -> int:
        """The time of travel up to the end of a leg, of the stops there and before, and of breaks."""
        travel, action = self._timing.travel[: leg + 1], self._timing.action[: leg + 1]
        return sum(travel) + sum(action) + sum(self._pauses[number].length for number in taken)


class _Orders:
    """In which order breaks may be taken that may be taken on any leg, by sets of those taken, as bits.

    Args:
        loose: The numbers of the breaks.
        every: Whether they may be taken in every order, or only in this one.

    Attributes:
        every: Whether they may be taken in every order.
        all: The set of all of them.
        sets: Every set that may occur, each after all those that may lead to it.
        after: For each set, the breaks that may follow, each with the set that includes it.
        deadlines: For each set, until when all other breaks can still be taken.
    """

    def __init__(self, pauses: Sequence[Pause], loose: Sequence[int], every: bool) -> None:
        self.every = every
        self.all = 2 ** len(loose) - 1
        self.sets = range(self.all + 1) if every else [2**count - 1 for count in range(len(loose) + 1)]
        self.after: dict[int, list[tuple[int, int]]] = {}
        self.deadlines: dict[int, int] = {}
        for done in self.sets:
            others = [rank for rank in range(len(loose)) if not done >> rank & 1]
            self.after[done] = [(loose[rank], done | 1 << rank) for rank in (others if every else others[:1])]
            self.deadlines[done] = min((pauses[loose[it]].last_chance for it in others), default=NEVER)


def open_windows(time: int, least: int, latest: int, windows: Sequence[Window]) -> Iterator[Window]:
    """The windows in which something may start that is reached at `time`, or later with a later start. A
    window that is open for every start makes later ones useless."""
    for window in windows or _ALWAYS:
        if time <= window[1]:
            yield window
            if least + latest <= window[1]:
                return


def _best(ways: list[_Way]) -> list[_Way]:
    """The states that no other one dominates."""
    if len(ways) < 2:
        return ways
    best: list[_Way] = []
    for way in sorted(ways, key=lambda way: (way.time, way.reach)):
        if not any(way.is_no_better(other) for other in best):
            best.append(way)
    return best
