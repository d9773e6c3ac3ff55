"""Walks a route in its given order, second by second where it must: windows, setups, loads, trips, breaks.

A walk tries every break at every leg where it may be taken, and a route with a shift from every start that
could make it shortest. It is slow and plain on purpose.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from milkrun.schema.vehicles import Break, Vehicle
from tests.solver.exhaustive.facts import Facts, Stop, nearest

Window = tuple[int, int]
_ALWAYS = [(0, 2**60)]


@dataclass(frozen=True)
class Walk:
    """A route that was walked.

    Attributes:
        cost: None if the route may begin with these stops, but cannot end after the last of them.
        duration: The fewest seconds from start to end.
        driven: Seconds of travel.
        metres: Length of all legs.
    """

    cost: int | None
    duration: int = 0
    driven: int = 0
    metres: int = 0


@dataclass(frozen=True)
class State:
    """A moment on a leg: the time, the seconds of driving left on the leg, and the breaks taken."""

    time: int
    left: int
    taken: frozenset[int] = frozenset()

    def is_no_better(self, other: "State") -> bool:
        """Whether the other one has taken the same breaks and is nowhere later."""
        same = other.taken == self.taken
        return same and other.time <= self.time and other.time + other.left <= self.time + self.left


class Walker:
    """Walks the routes of one problem."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def itinerary(self, vehicle: Vehicle, stops: Sequence[Stop]) -> "Itinerary":
        """The way to walk these stops in this order."""
        return Itinerary(self.facts, vehicle, stops)

    def walk(self, vehicle: Vehicle, stops: Sequence[Stop]) -> Walk | None:
        """What the route is like if it ends after these stops; None if no route may begin with them."""
        route = self.itinerary(vehicle, stops)
        if any(map(route.is_closed, range(len(stops)))) or not route.fits():
            return None
        if not route.states(route.earliest, len(stops)):
            return None
        if route.is_closed(len(stops)):
            return Walk(None)
        duration = route.least_duration()
        return Walk(None) if duration is None else route.walked(duration)


class Itinerary:
    """One order of stops for one vehicle. Times are in seconds.

    Attributes:
        legs: The legs to each stop and on to the end.
        driving: Seconds of each leg.
        action: Seconds of setup and service at each stop.
        windows: When the service of each stop may begin.
        loads: What is on board on each leg, in each amount. Stops that follow may add to it.
        earliest, latest: When the route may begin, and when it must have ended.
    """

    def __init__(self, facts: Facts, vehicle: Vehicle, stops: Sequence[Stop]) -> None:
        self.facts = facts
        self.vehicle = vehicle
        self.stops = stops
        self.legs = facts.legs(vehicle, stops)
        matrix = facts.matrix(vehicle)
        self.driving = [0 if leg is None else matrix.durations[leg[0]][leg[1]] for leg in self.legs]
        self.action = facts.seconds_at(vehicle, stops)
        self.loads = self._loads()
        hours = vehicle.time_window
        released = self._released()
        self.earliest = max(released[0], hours.start if hours else 0)
        self.latest = hours.end if hours else None
        self.windows = self._windows(released[1:])

    def is_closed(self, leg: int) -> bool:
        """Whether a leg cannot be driven."""
        return self.facts.is_closed(self.vehicle, self.legs[leg])

    def _trips(self) -> list[list[Stop]]:
        trips: list[list[Stop]] = [[]]
        for stop in self.stops:
            if stop.type == "reload":
                trips.append([])
            else:
                trips[-1].append(stop)
        return trips

    def _released(self) -> list[int]:
        """When the goods of each trip are ready."""
        return [max([self.facts.work[stop].release for stop in trip], default=0) for trip in self._trips()]

    def _windows(self, released: Sequence[int]) -> list[list[Window]]:
        ready = iter(released)
        found = []
        for stop in self.stops:
            if stop.type == "reload":
                found.append([(next(ready), _ALWAYS[0][1])])
            else:
                given = self.facts.work[stop].task.time_windows
                found.append([(it.start, it.end) for it in given] or _ALWAYS)
        return found

    def _loads(self) -> list[list[int]]:
        trips = iter(self._trips())
        loads = [self._first_load(next(trips))]
        for stop in self.stops:
            if stop.type == "reload":
                loads.append(self._first_load(next(trips)))
            else:
                work = self.facts.work[stop]
                changes = zip(loads[-1], work.unloaded, work.loaded, strict=True)
                loads.append([have - out + into for have, out, into in changes])
        return loads

    def _first_load(self, trip: Sequence[Stop]) -> list[int]:
        jobs = [self.facts.work[stop] for stop in trip if stop.type == "job"]
        return [sum(job.unloaded[i] for job in jobs) for i in range(self.facts.amounts)]

    def fits(self) -> bool:
        """Whether all that is on board fits."""
        capacity = self.vehicle.capacity or [0] * self.facts.amounts
        return all(have <= room for load in self.loads for have, room in zip(load, capacity, strict=True))

    def states(self, start: int, stops: int) -> list[State]:
        """Where the vehicle may be right after so many stops, if it begins at `start`."""
        states = [State(start, self.driving[0])]
        for number in range(stops):
            states = [
                state for before in self.with_breaks(states, number) for state in self._served(before, number)
            ]
            states = _undominated(states)
        return states

    def with_breaks(self, states: Sequence[State], leg: int) -> list[State]:
        """The states on a leg after any number of breaks."""
        found, new = list(states), list(states)
        while new:
            new = [after for state in new for after in self._paused(state, leg)]
            found += new
        return found

    def _paused(self, state: State, leg: int) -> Iterator[State]:
        for number, pause in enumerate(self.vehicle.breaks):
            if number in state.taken or not self._may_pause(pause, leg):
                continue
            for first, last in [(it.start, it.end) for it in pause.time_windows] or _ALWAYS:
                if state.time <= last:
                    begin = max(state.time, first)
                    left = max(0, state.left - (begin - state.time))
                    yield State(begin + pause.service, left, state.taken | {number})

    def _may_pause(self, pause: Break, leg: int) -> bool:
        most = pause.max_load or []
        return all(have <= limit for have, limit in zip(self.loads[leg], most, strict=False))

    def _served(self, state: State, number: int) -> Iterator[State]:
        arrival = state.time + state.left
        for first, last in self.windows[number]:
            if arrival <= last:
                time = max(arrival, first) + self.action[number]
                yield State(time, self.driving[number + 1], state.taken)

    def end(self, start: int) -> int | None:
        """The earliest end if the route begins at `start`; None if it cannot."""
        last = len(self.stops)
        ends = [
            state.time + state.left
            for state in self.with_breaks(self.states(start, last), last)
            if len(state.taken) == len(self.vehicle.breaks)
        ]
        return min((end for end in ends if self.latest is None or end <= self.latest), default=None)

    def least_duration(self) -> int | None:
        """The fewest seconds from start to end; None if the route cannot end. Only a shift asks for more than
        one start."""
        starts = {self.earliest}
        if self.vehicle.shift_duration is not None:
            starts |= self._turning_points()
        ends = [(start, self.end(start)) for start in starts if start >= self.earliest]
        return min((end - start for start, end in ends if end is not None), default=None)

    def _turning_points(self) -> set[int]:
        """Starts from which the route, without waiting, meets the edge of a window.

        One of them, or the earliest start, makes the route shortest: any other start can be moved until it
        becomes one of them, and the route gets no longer.
        """
        pauses = [pause.service for pause in self.vehicle.breaks]
        rests = {sum(some) for n in range(len(pauses) + 1) for some in combinations(pauses, n)}
        of_breaks = [
            edge for pause in self.vehicle.breaks for it in pause.time_windows for edge in (it.start, it.end)
        ]
        reached, points = 0, set()
        for number in range(len(self.stops) + 1):
            moments = [(reached, of_breaks)]
            reached += self.driving[number]
            moments.append((reached, of_breaks))
            if number < len(self.stops):
                moments.append((reached, [*chain.from_iterable(self.windows[number])]))
                reached += self.action[number]
            points |= {edge - moment - rest for moment, edges in moments for edge in edges for rest in rests}
        if self.latest is not None:
            points |= {self.latest - reached - rest for rest in rests}
        return points

    def walked(self, duration: int) -> Walk:
        """The walk, or one without an end if its shift forbids it."""
        vehicle, costs, matrix = self.vehicle, self.vehicle.costs, self.facts.matrix(self.vehicle)
        legs = [leg for leg in self.legs if leg is not None]
        driven = sum(self.driving)
        metres = sum(matrix.distances[a][b] for a, b in legs) if matrix.distances is not None else 0
        overtime = 0 if vehicle.shift_duration is None else max(0, duration - vehicle.shift_duration)
        if overtime > vehicle.max_overtime:
            return Walk(None)
        if matrix.costs is not None:
            travel = sum(matrix.costs[a][b] for a, b in legs)
        elif self.facts.timed:
            travel = nearest(driven * costs.per_hour / 3_600 + metres * costs.per_km / 1_000)
        else:
            travel = (driven * costs.per_hour * 100 + metres * costs.per_km * 360) // 360_000
        work = sum(s for s, stop in zip(self.action, self.stops, strict=True) if stop.type != "reload")
        work += sum(pause.service for pause in vehicle.breaks)
        cost = costs.fixed + travel + costs.per_task_hour * work // 3_600
        cost += nearest(overtime * costs.per_overtime_hour / 3_600)
        return Walk(cost, duration, driven, metres)


def _undominated(states: Sequence[State]) -> list[State]:
    kept: list[State] = []
    for state in sorted(states, key=lambda it: (it.time, it.time + it.left)):
        if not any(state.is_no_better(other) for other in kept):
            kept.append(state)
    return kept
