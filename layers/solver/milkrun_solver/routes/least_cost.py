"""The times at which a route costs least, where times have a price: soft time windows, and travel by the time
of day. Waiting is free.

It looks at every second from the earliest moment at which a stop may begin to the last at which there is a
reason to wait for anything. Times, prices and results are exact, in seconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from milkrun_solver.model.windows import SoftWindow, Window

Values = npt.NDArray[np.int64]
Drive = Callable[[Values], Values]
"""The arrivals of a leg for some departures: later ones arrive no earlier."""

NEVER = 2**60
"""A time later than any other."""
_DEAR = 2**61
"""More than any route costs, counted in units of 1/3,600."""
_MOST = 2**54
"""The most that a stop may cost, so that sums fit into 64 bits."""
MOST_SECONDS = 2**18
"""Three days. Longer stretches are not looked at second by second."""


@dataclass(frozen=True)
class TimedStop:
    """What binds a stop in time, in seconds.

    Attributes:
        windows: When its service may begin; empty if at any time.
        action: Setup and service.
        soft: When its service should begin.
    """

    windows: Sequence[Window]
    action: int
    soft: SoftWindow | None = None

    def price(self, begins: Values) -> Values:
        """What it costs to begin at each of these seconds; `_DEAR` where that is forbidden."""
        price = np.zeros_like(begins)
        if self.soft is not None:
            price += self.soft.early * np.maximum(0, self.soft.start - begins)
            price += self.soft.late * np.maximum(0, begins - self.soft.end)
        if self.windows:
            allowed = np.zeros(len(begins), dtype=np.bool_)
            for first, last in self.windows:
                allowed |= (first <= begins) & (begins <= last)
            price[~allowed] = _DEAR
        return price

    def most(self, last: int) -> int:
        """The most that it may cost up to a moment."""
        return 0 if self.soft is None else max(self.soft.early * self.soft.start, self.soft.late * last)

    @property
    def reasons(self) -> list[int]:
        """The moments for which a vehicle may wait."""
        edges = [first for first, _ in self.windows]
        return edges if self.soft is None else [*edges, self.soft.start]


class LeastCost:
    """The least cost of one order of stops.

    Args:
        stops: The stops in order.
        drives: The legs to each of them and on to the end.
        per_hour: The price of an hour of driving.
        earliest, latest: When the route may start, and when it must have ended.
        borders: Moments at which travel times change.
    """

    def __init__(
        self,
        stops: Sequence[TimedStop],
        drives: Sequence[Drive],
        per_hour: int,
        earliest: int,
        latest: int | None,
        borders: Sequence[int] = (),
    ) -> None:
        self._stops = stops
        self._drives = drives
        self._per_hour = per_hour
        self._earliest = earliest
        self._latest = NEVER if latest is None else latest
        self._borders = borders

    def times(self, lasting: int = 0, earliest: int = 0, latest: int = NEVER) -> list[int] | None:
        """When the route starts, and when each service begins. Of equally cheap ways, the one that ends
        first, and begins each service as late as that allows.

        Args:
            lasting: The price of each hour from the start to the end.
            earliest, latest: Narrower bounds of the route.

        Returns:
            None if the route misses a time window, or times are too far apart, or prices too high, to look at
            each second.
        """
        earliest = max(earliest, self._earliest)
        begins = self._seconds(self._stops, earliest, earliest)
        costs = lasting * (begins[-1] - begins)
        found = []
        for number, drive in enumerate(self._drives):
            last = int(begins[-1])
            if len(begins) > MOST_SECONDS or any(stop.most(last) > _MOST for stop in self._stops):
                return None
            left = begins + (self._stops[number - 1].action if number else 0)
            arrivals = drive(left)
            costs = np.minimum(_DEAR, costs + self._per_hour * (arrivals - left))
            found.append((begins, arrivals, costs))
            if number < len(self._stops):
                begins, costs = self._begun(number, arrivals, costs)
            if costs.min(initial=_DEAR) >= _DEAR:
                return None
        begins, arrivals, costs = found.pop()
        ends = np.minimum(_DEAR, costs + lasting * (arrivals - arrivals[0]))
        ends[arrivals > min(latest, self._latest)] = _DEAR
        return self._chosen([*found, (begins, arrivals, ends)])

    def _seconds(self, ahead: Sequence[TimedStop], first: int, last: int) -> Values:
        """All seconds from the first to the last, or to the last reason to wait for a stop ahead."""
        reasons = [edge for stop in ahead for edge in stop.reasons]
        return np.arange(first, max([last, *reasons, *self._borders]) + 1, dtype=np.int64)

    def _begun(self, number: int, arrivals: Values, costs: Values) -> tuple[Values, Values]:
        """The seconds at which a stop may begin, and the least cost of each, after these arrivals."""
        first = int(arrivals[np.flatnonzero(costs < _DEAR)[0]])
        begins = self._seconds(self._stops[number:], first, int(arrivals[-1]))
        last = np.searchsorted(arrivals, begins, side="right") - 1
        least = np.minimum.accumulate(costs)[last] + self._stops[number].price(begins)
        return begins, np.minimum(_DEAR, least)

    def _chosen(self, found: Sequence[tuple[Values, Values, Values]]) -> list[int] | None:
        begins, arrivals, costs = found[-1]
        least = costs.min()
        if least >= _DEAR:
            return None
        cheapest = np.flatnonzero(costs == least)
        first = arrivals[cheapest] == arrivals[cheapest[0]]
        times = [int(begins[cheapest[first][-1]])]
        for begins, arrivals, costs in reversed(found[:-1]):
            among = costs[: np.searchsorted(arrivals, times[-1], side="right")]
            at = len(among) - 1 - int(among[::-1].argmin())
            times.append(int(begins[at]))
        return times[::-1]
