"""The points of a network, along its roads and at its junctions."""

import numpy as np

from milkrun_solver.roads.compiled import CompiledNetwork, Floats, Integers
from milkrun_solver.roads.polylines import decode
from milkrun_solver.roads.trees import Cells

_PRECISION = 6


class Shapes:
    """All decoded shapes of a network."""

    def __init__(self, compiled: CompiledNetwork) -> None:
        points, self._starts = decode(compiled.shapes, compiled.shape_start, _PRECISION)
        self._first_junction = len(points)
        self._points = np.concatenate((points, np.stack((compiled.longitude, compiled.latitude), axis=1)))

    def along(self, origin: int, roads: Cells, ends: Integers) -> Floats:
        """The points of a path, `[lon, lat]` [p, 2], from a junction along roads with these ends."""
        first = self._starts[roads]
        counts = self._starts[roads + 1] - first + 1
        until = np.cumsum(counts)
        index = np.arange(counts.sum()) + np.repeat(first - until + counts, counts)
        index[until - 1] = self._first_junction + ends
        return self._points[np.concatenate(([self._first_junction + origin], index))]
