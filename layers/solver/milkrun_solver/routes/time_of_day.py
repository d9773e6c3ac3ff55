"""Travel by the time of day: when a vehicle arrives that leaves at a given second.

S. Ichoua, M. Gendreau and J.-Y. Potvin, "Vehicle dispatching with time-dependent travel times", European
Journal of Operational Research 144 (2003). A vehicle changes its speed where one slot ends and the next
begins, so that nobody arrives earlier by leaving later. Here all times are whole seconds: what is left of a
leg is rounded up at each border.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle

Seconds = npt.NDArray[np.int64]


class TimedLeg:
    """One leg of a vehicle.

    Args:
        starts: When each slot begins, from 0 on.
        paces: What all of the leg takes in each slot.
    """

    def __init__(self, starts: Sequence[int], paces: Sequence[int]) -> None:
        self._starts = np.array(starts, dtype=np.int64)
        self._paces = np.array(paces, dtype=np.int64)

    @classmethod
    def of(cls, vehicle: Vehicle, origin: int, target: int) -> "TimedLeg":
        """The leg between two rows of the matrices, at the vehicle's speed, rounded up to whole seconds."""
        slots = vehicle.travel.slots
        paces = [
            -(-vehicle.duration_factor * int(it.durations[origin, target]) // HUNDREDTHS) for it in slots
        ]
        return cls([slot.start for slot in slots], paces)

    def arrivals(self, departures: Seconds) -> Seconds:
        """The arrival for each departure, in seconds."""
        slot = np.searchsorted(self._starts, departures, side="right") - 1
        now, left = departures.copy(), self._paces[slot]
        for ended in range(len(self._starts) - 1):
            border = self._starts[ended + 1]
            on = (slot == ended) & (now + left > border)
            rest = (left[on] - (border - now[on])) * self._paces[ended + 1]
            left[on] = -(-rest // self._paces[ended])
            now[on] = border
            slot[on] += 1
        arrivals: Seconds = now + left
        return arrivals

    def arrival(self, departure: int) -> int:
        """The arrival for one departure, in seconds."""
        return int(self.arrivals(np.array([departure], dtype=np.int64))[0])
