"""How the compiled search counts time."""

import math
from collections.abc import Iterable, Sequence
from functools import reduce

import numpy.typing as npt

from milkrun_solver.engines.sisr.arrays import NEVER
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.model.windows import Window

LATEST = NEVER - 1
"""The last moment that the search knows."""


class Clock:
    """Times from the first moment at which a vehicle may start, in the longest unit in which all of them are
    whole.

    Attributes:
        unit: That unit, in hundredths of a second.
        origin: That moment, in seconds.
    """

    def __init__(self, vehicles: Sequence[Vehicle]) -> None:
        self.unit = reduce(math.gcd, (it.duration_factor for it in vehicles), HUNDREDTHS)
        self.origin = min(0 if it.window is None else it.window[0] for it in vehicles)

    def duration(self, seconds: int) -> int:
        """Seconds in units of time."""
        return min(NEVER // 2, seconds * HUNDREDTHS // self.unit)

    def moment(self, seconds: int) -> int:
        """A moment in seconds, in units from the first one on."""
        return max(0, min(LATEST, (seconds - self.origin) * HUNDREDTHS // self.unit))

    def limit(self, seconds: int | None) -> int:
        """A limit in seconds, in units of time; `NEVER` if there is none."""
        return NEVER if seconds is None else min(NEVER, seconds * HUNDREDTHS // self.unit)

    def windows(self, name: str, lists: Iterable[Sequence[Window]]) -> dict[str, npt.ArrayLike]:
        """Lists of time windows as three arrays, whose names begin with `name`."""
        begin, opens, closes = [0], list[int](), list[int]()
        for windows in lists:
            for start, end in windows:
                if opens and len(opens) > begin[-1] and self.moment(start) <= closes[-1]:
                    closes[-1] = self.moment(end)  # beyond what the search counts, windows meet
                    continue
                opens.append(self.moment(start))
                closes.append(self.moment(end))
            begin.append(len(opens))
        return {f"{name}_begin": begin, f"{name}_open": opens, f"{name}_close": closes}
