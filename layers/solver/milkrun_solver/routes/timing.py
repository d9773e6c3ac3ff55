"""Computes when a route should start: as late as its earliest end allows, or so that it is shortest.

Times are whole numbers of any one unit. A stop may have several time windows for the start of its service,
ascending and disjoint. A stop without windows may start at any time.

A forward pass finds the earliest end, and a backward pass the latest start for it: M. W. P. Savelsbergh, "The
vehicle routing problem with time windows: minimizing route duration", ORSA Journal on Computing 4 (1992).
Here stops may have several windows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from milkrun_solver.model.windows import Window


@dataclass(frozen=True, slots=True)
class Timing:
    """Everything that binds a route in time.

    Attributes:
        travel: Travel time of each leg; there is one leg more than stops.
        action: Time on the spot at each stop.
        windows: Time windows of each stop.
        earliest: When the route may start.
        latest: When the route must have ended; None if it may end at any time.
    """

    travel: Sequence[int]
    action: Sequence[int]
    windows: Sequence[Sequence[Window]]
    earliest: int
    latest: int | None

    def latest_start(self) -> int | None:
        """The latest start that leads to the earliest possible end; None if the route misses a window."""
        end = self.end(self.earliest)
        return None if end is None else self._start_for(len(self.action), end)

    def shortest_start(self, enough: int) -> int | None:
        """The earliest start of the shortest schedule; None if the route misses a window.

        A schedule that lasts `enough` or less is good enough. If a stop has several windows, the schedule
        with the earliest end may not be the shortest. If it is not, some stop of the shortest one begins just
        as a window opens, after the latest start that reaches it in time.
        """
        best = self.latest_start()
        if best is None or all(len(windows) < 2 for windows in self.windows):
            return best
        least = self._duration(best)
        for start in sorted(self._candidates()) if least is not None and least > enough else ():
            duration = self._duration(start)
            if duration is not None and least is not None and duration < least:
                best, least = start, duration
        return best

    def end(self, start: int) -> int | None:
        """The earliest end of a route that begins at `start`; None if it misses a window."""
        time = start
        for travel, action, windows in zip(self.travel, self.action, self.windows, strict=False):
            opening = service_start(time + travel, windows)
            if opening is None:
                return None
            time = opening + action
        time += self.travel[-1]
        return None if self.latest is not None and time > self.latest else time

    def _duration(self, start: int) -> int | None:
        end = self.end(start)
        return None if end is None else end - start

    def _candidates(self) -> Iterator[int]:
        for stop, windows in enumerate(self.windows):
            for opening, _ in windows:
                start = self._start_for(stop, opening)
                if start is not None and start >= self.earliest:
                    yield start

    def _start_for(self, stop: int, time: int) -> int | None:
        """The latest start from which the route reaches a stop by `time`; the number after the last stop
        means the end."""
        for i in range(stop - 1, -1, -1):
            time -= self.travel[i + 1] + self.action[i]
            if self.windows[i]:
                closing = next((end for start, end in reversed(self.windows[i]) if start <= time), None)
                if closing is None:
                    return None
                time = min(time, closing)
        return time - self.travel[0]


def service_start(time: int, windows: Sequence[Window]) -> int | None:
    """When service starts after arrival at `time`: at once, or when the next window opens; None if all
    windows are over."""
    if not windows:
        return time
    return next((max(time, start) for start, end in windows if time <= end), None)
