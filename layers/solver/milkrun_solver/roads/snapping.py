"""The junction nearest to a location, exactly, on the sphere."""

import math

import numpy as np

from milkrun_solver.roads.compiled import Floats, Integers
from milkrun_solver.roads.earth import EARTH_RADIUS, metres_of, unit_vectors

_FIRST_BAND = 0.005
"""Degrees of latitude to either side that are looked at first: 556 m."""
_WIDER = 4


class Snapper:
    """Junctions in order of latitude. A junction outside a band of latitudes is farther away than the band is
    wide, so that only the junctions of a narrow band are measured.

    Args:
        longitude, latitude: Of all junctions, in degrees.
        junctions: Numbers of the junctions that may be found, at least one.
    """

    def __init__(self, longitude: Floats, latitude: Floats, junctions: Integers) -> None:
        self._junctions = junctions[np.argsort(latitude[junctions], kind="stable")]
        self._latitude = latitude[self._junctions]
        self._points = unit_vectors(longitude[self._junctions], self._latitude)

    def nearest(self, locations: Floats) -> tuple[Integers, Floats]:
        """Numbers of the junctions nearest to `[lon, lat]` locations [k, 2], and how many metres away."""
        vectors = unit_vectors(locations[:, 0], locations[:, 1]).T
        found = [
            self._nearest(vector, latitude)
            for vector, latitude in zip(vectors, locations[:, 1].tolist(), strict=True)
        ]
        ranks = np.array([rank for rank, _ in found], dtype=np.intp)
        return self._junctions[ranks], np.array([metres for _, metres in found])

    def _nearest(self, vector: Floats, latitude: float) -> tuple[int, float]:
        band = _FIRST_BAND
        while True:
            first, last = np.searchsorted(self._latitude, (latitude - band, latitude + band)).tolist()
            if first < last:
                squares = ((self._points[:, first:last] - vector[:, None]) ** 2).sum(axis=0)
                rank = int(squares.argmin())
                metres = float(metres_of(squares[rank]))
                if metres <= math.radians(band) * EARTH_RADIUS or last - first == len(self._junctions):
                    return first + rank, metres
            band *= _WIDER
