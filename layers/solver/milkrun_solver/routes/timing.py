"""When a route starts: as late as its earliest end allows, or so that it lasts the least.

Times are whole numbers of one unit. A stop may have several windows, ascending and disjoint, for the start of
its service; none means at any time.

A pass forwards finds the earliest end, one backwards the latest start for it: M. W. P. Savelsbergh, "The
vehicle routing problem with time windows: minimizing route duration" (1992). Here stops may have several
windows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from milkrun_solver.model.problem import Window


@dataclass(frozen=True, slots=True)
class Timing:
    """What binds a route in time.

    Attributes:
        travel: Of each leg, one more than stops.
        action: Time on the spot at each stop.
        windows: Of each stop.
        earliest: When the route may start.
        latest: When it must have ended, None at any time.
    """

    travel: Sequence[int]
    action: Sequence[int]
    windows: Sequence[Sequence[Window]]
    earliest: int
    latest: int | None

    def latest_start(self) -> int | None:
        """The latest start that still ends at the earliest possible end; None if a window is missed."""
        end = self.end(self.earliest)
        return None if end is None else self._start_for(len(self.action), end)

    def shortest_start(self, enough: int) -> int | None:
        """The earliest start from which the route lasts the least; None if a window is missed.

        A route that lasts `enough` or less is good enough. Where a stop has several windows, an earlier end
        may take longer: then some stop of the shortest route begins at the start of a window, reached from as
        late a start as can be, or the route is that of the earliest end.
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
        """When a route from `start` on ends at the earliest; None if a window is missed."""
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
        """The latest start from which `stop` (the end, if there is no such stop) is reached by `time`."""
        for i in range(stop - 1, -1, -1):
            time -= self.travel[i + 1] + self.action[i]
            if self.windows[i]:
                closing = next((end for start, end in reversed(self.windows[i]) if start <= time), None)
                if closing is None:
                    return None
                time = min(time, closing)
        return time - self.travel[0]


def service_start(time: int, windows: Sequence[Window]) -> int | None:
    """When service starts on arrival at `time`: at once, at the next window's start, or never."""
    if not windows:
        return time
    return next((max(time, start) for start, end in windows if time <= end), None)
