"""Ways as arrays: what every reader makes of its file."""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from milkrun_solver.roads.compiled import PROFILES, Floats
from networks.barriers import Stops
from networks.profiles import BothWays

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Ways:
    """w ways through p points; ways that share a point meet there.

    Attributes:
        longitude: Of each point, degrees, WGS 84 [p].
        latitude: Of each point, degrees, WGS 84 [p].
        stops: Whether a barrier at that point stops each profile [3, p].
        first: Where the points of each way begin in `points` [w+1].
        points: Numbers of the points along each way, one way after the other; at least two each.
        kmh: Speeds along (0) and against (1) each way by profile, 0 where it is closed [w, 2, 3].
        metres: Length of each way as the file states it, else NaN. A way with a stated length has junctions
            at its ends only [w].
        notes: What the reader reports about the file, a sentence each.
    """

    longitude: Floats
    latitude: Floats
    stops: Flags
    first: Numbers
    points: Numbers
    kmh: Floats
    metres: Floats
    notes: tuple[str, ...] = ()


class WaysBuilder:
    """Collects ways one by one, at some 24 bytes a point."""

    def __init__(self) -> None:
        self._keys = array("q")
        self._places = array("d")
        self._first = array("q", [0])
        self._kmh = array("d")
        self._metres = array("d")
        self._barriers: dict[int, Stops] = {}

    def add(
        self,
        keys: Sequence[int],
        places: Sequence[tuple[float, float]],
        speeds: BothWays,
        metres: float = math.nan,
    ) -> None:
        """Add a way through two points or more, each with its key and its longitude and latitude; points with
        the same key are the same point."""
        self._keys.extend(keys)
        for place in places:
            self._places.extend(place)
        self._first.append(len(self._keys))
        for direction in speeds:
            self._kmh.extend(direction)
        self._metres.append(metres)

    def stop_at(self, key: int, stops: Stops) -> None:
        """Note which profiles a barrier at a point stops."""
        self._barriers[key] = stops

    def build(self, notes: Sequence[str] = ()) -> Ways:
        """The ways added so far, with the notes of their reader."""
        keys, firsts, points = np.unique(
            np.array(self._keys, dtype=np.int64), return_index=True, return_inverse=True
        )
        places = np.array(self._places).reshape(-1, 2)[firsts]
        return Ways(
            longitude=places[:, 0],
            latitude=places[:, 1],
            stops=self._stops(keys),
            first=np.array(self._first, dtype=np.int64),
            points=points.astype(np.int64),
            kmh=np.array(self._kmh).reshape(-1, 2, len(PROFILES)),
            metres=np.array(self._metres),
            notes=tuple(notes),
        )

    def _stops(self, keys: Numbers) -> Flags:
        stops = np.zeros((len(PROFILES), len(keys)), dtype=np.bool_)
        barriers = np.array(list(self._barriers), dtype=np.int64)
        stopped = np.array(list(self._barriers.values()), dtype=np.bool_).reshape(-1, len(PROFILES))
        on_roads = np.isin(barriers, keys)
        stops[:, np.searchsorted(keys, barriers[on_roads])] = stopped[on_roads].T
        return stops
