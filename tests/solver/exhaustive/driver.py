"""Walks a route whose driver must keep `driver_rules`.

A driver may take a break at every stop, where the driving since the last one reaches its limit, and before
one of the vehicle's own breaks, which may be as late as its window allows. Nothing is gained elsewhere: the
later a break is, the less is driven after it. Where both waiting and two parts count, a needless break might
keep a long wait from counting as a whole one; that is not tried.

If duty or a shift is limited, every second is tried as a start, so the days must be short.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from milkrun.schema.vehicles import Vehicle
from tests.solver.exhaustive.facts import Facts, Stop
from tests.solver.exhaustive.walk import Itinerary, State, Walk, Walker

_EVER = 2**60
_PRESETS: dict[str | None, tuple[int, int, list[int], int, int | None]] = {
    "eu-561": (16_200, 2_700, [900, 1_800], 32_400, None),
    "us-hos": (28_800, 1_800, [], 39_600, 50_400),
}
_LONGEST_DAY = 2_000


@dataclass(frozen=True)
class DriverState(State):
    """A moment on a leg, with the driving since the last break, and whether the first part of one is had."""

    since: int = 0
    had_first: bool = False


class Driver:
    """What a driver must keep, in seconds."""

    def __init__(self, vehicle: Vehicle) -> None:
        rules = vehicle.driver_rules
        if rules is None:
            raise ValueError("the vehicle has no driver_rules")
        own = (
            rules.max_driving_before_break or _EVER,
            rules.break_duration or 0,
            rules.break_parts,
            _EVER if rules.max_driving is None else rules.max_driving,
            rules.max_duty,
        )
        self.most, self.pause, self.parts, driving, duty = _PRESETS.get(rules.preset, own)
        if rules.extended:
            driving = 36_000
        self.driving = max(0, driving - rules.driven)
        before = rules.driven if rules.on_duty is None else rules.on_duty
        self.duty = None if duty is None else max(0, duty - before)
        given = rules.driven_since_break
        self.since = min(rules.driven, self.most) if given is None else given
        self.waiting_is_break = rules.waiting_is_break

    @property
    def lengths(self) -> set[int]:
        """How long the breaks are that a driver may add."""
        return {self.pause, *self.parts} - {0}

    def rested(self, state: DriverState, seconds: int) -> DriverState:
        """The driver after so long a rest, which is one break or one wait."""
        second = self.parts[1] if self.parts and state.had_first else _EVER
        if self.pause and seconds >= min(self.pause, second):
            return replace(state, since=0, had_first=False)
        if self.parts and seconds >= self.parts[0]:
            return replace(state, had_first=True)
        return state

    def breaks(self, state: DriverState) -> Iterator[DriverState]:
        """The driver after each break that may be added now: a whole one or its second part after some
        driving, or its first part."""
        for length in self.lengths:
            after = self.rested(replace(state, time=state.time + length), length)
            if (after.had_first and not state.had_first) or (state.since and not after.since):
                yield after

    def waited(self, state: DriverState, seconds: int) -> DriverState:
        """The driver after so long a wait."""
        return self.rested(state, seconds) if self.waiting_is_break else state


class DriverItinerary(Itinerary):
    """One order of stops for a vehicle with `driver_rules`."""

    def __init__(self, facts: Facts, vehicle: Vehicle, stops: Sequence[Stop]) -> None:
        super().__init__(facts, vehicle, stops)
        self._driver = Driver(vehicle)
        opens_late = any(first > 0 for windows in self.windows for first, _ in windows)
        self._waits = self._driver.waiting_is_break and (opens_late or bool(vehicle.breaks))

    def states(self, start: int, stops: int) -> list[State]:
        """Where the vehicle may be right after so many stops, if it begins at `start`."""
        states: list[DriverState] = [DriverState(start, self.driving[0], since=self._driver.since)]
        for number in range(stops):
            there = (it for it in self._on_leg(states, number) if it.left == 0)
            states = self._kept(chain.from_iterable(self._after_stop(it, number) for it in there))
        return [*states]

    def with_breaks(self, states: Sequence[State], leg: int) -> list[State]:
        """The states at the end of a leg."""
        given = [it for it in states if isinstance(it, DriverState)]
        return [it for it in self._on_leg(given, leg) if it.left == 0]

    def _on_leg(self, states: Iterable[DriverState], leg: int) -> set[DriverState]:
        """The states on a leg that follow from some."""
        found: set[DriverState] = set()
        new = {*states}
        while new:
            found = {*self._kept(found | new)}
            new = {after for state in new & found for after in self._moves(state, leg)} - found
        return found

    def _moves(self, state: DriverState, leg: int) -> Iterator[DriverState]:
        for seconds in self._drives(state):
            yield self._driven(state, seconds)
        yield from self._driver.breaks(state)
        for number, pause in enumerate(self.vehicle.breaks):
            if number in state.taken or not self._may_pause(pause, leg):
                continue
            for first, last in [(it.start, it.end) for it in pause.time_windows] or [(0, _EVER)]:
                if state.time <= last:
                    yield self._after_own(state, max(state.time, first), number)

    def _drives(self, state: DriverState) -> set[int]:
        """How long the driver may drive before something else: to the end of the leg, to the limit, until one
        of the vehicle's own breaks must begin, or until a break added here ends just in time for that."""
        most = min(state.left, self._driver.most - state.since)
        closings = [
            it.end
            for number, pause in enumerate(self.vehicle.breaks)
            for it in pause.time_windows
            if number not in state.taken
        ]
        lengths = self._driver.lengths | {0}
        in_time = {closing - length - state.time for closing in closings for length in lengths}
        return {seconds for seconds in in_time | {most} if 0 < seconds <= most}

    def _driven(self, state: DriverState, seconds: int) -> DriverState:
        return replace(
            state,
            time=state.time + seconds,
            left=state.left - seconds,
            since=state.since + seconds,
        )

    def _after_own(self, state: DriverState, begin: int, number: int) -> DriverState:
        """The driver drives on while the vehicle's own break has not opened, and then waits."""
        seconds = max(0, min(state.left, begin - state.time, self._driver.most - state.since))
        there = self._driven(state, seconds)
        service = self.vehicle.breaks[number].service
        rested = self._driver.rested(self._driver.waited(there, begin - there.time), service)
        return replace(rested, time=begin + service, taken=state.taken | {number})

    def _after_stop(self, state: DriverState, number: int) -> Iterator[DriverState]:
        for first, last in self.windows[number]:
            if state.time <= last:
                after = self._driver.waited(state, max(0, first - state.time))
                time = max(state.time, first) + self.action[number]
                yield replace(after, time=time, left=self.driving[number + 1])

    def _kept(self, states: Iterable[DriverState]) -> list[DriverState]:
        """Those that no other one makes needless. An earlier driver may wait, unless that may be a break."""
        kept: dict[tuple[object, ...], list[DriverState]] = {}
        for state in sorted(states, key=lambda it: (it.time, it.since)):
            now = state.time if self._waits else None
            alike = kept.setdefault((state.taken, state.had_first, state.left, now), [])
            if not any(it.since <= state.since for it in alike):
                alike.append(state)
        return [*chain.from_iterable(kept.values())]

    def least_duration(self) -> int | None:
        """The fewest seconds from start to end, or as few as the duty allows if nothing else counts."""
        end, duty = self.end(self.earliest), self._driver.duty
        lasts = None if end is None else end - self.earliest
        if self.vehicle.shift_duration is None and (duty is None or (lasts is not None and lasts <= duty)):
            return lasts
        ends = [(start, self.end(start)) for start in range(self.earliest, self._last_edge() + 1)]
        return min((end - start for start, end in ends if end is not None), default=None)

    def _last_edge(self) -> int:
        """No route gets shorter by a start after all windows have opened."""
        edges = [edge for windows in self.windows for it in windows for edge in it if edge < _EVER]
        edges += [edge for pause in self.vehicle.breaks for it in pause.time_windows for edge in it]
        last = max(edges, default=self.earliest)
        if last > self.earliest + _LONGEST_DAY:
            raise ValueError("the day is too long to try every second as a start")
        return last

    def walked(self, duration: int) -> Walk:
        """The walk, or one without an end if driving or duty get too long."""
        duty = self._driver.duty
        if sum(self.driving) > self._driver.driving or (duty is not None and duration > duty):
            return Walk(None)
        return super().walked(duration)


class DriverWalker(Walker):
    """Walks the routes of a problem some of whose vehicles have `driver_rules`."""

    def itinerary(self, vehicle: Vehicle, stops: Sequence[Stop]) -> Itinerary:
        """The way to walk these stops in this order."""
        kind = Itinerary if vehicle.driver_rules is None else DriverItinerary
        return kind(self.facts, vehicle, stops)
