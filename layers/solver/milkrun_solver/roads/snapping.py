"""Finds the junction nearest to a location, exactly, on the sphere.

J. H. Friedman, F. Baskett and L. J. Shustek, "An algorithm for finding nearest neighbors", IEEE Transactions
on Computers C-24 (1975): points sorted along one axis are searched outwards from the location. Here the axis
is latitude, and the search widens in bands rather than point by point.
"""

import math

import numpy as np

from milkrun_solver.roads.compiled import Floats, Integers
from milkrun_solver.roads.earth import EARTH_RADIUS, metres_of, unit_vectors

_FIRST_BAND = 0.005
"""Half the width of the first band to search, in degrees of latitude: 556 m."""
_WIDER = 4
"""Each further band is this many times as wide."""


class Snapper:
    """Finds nearest junctions, from a list sorted by latitude.

    Only the junctions in a narrow band of latitudes around a location are measured. If the nearest of them is
    no farther away than the edge of the band, no junction outside can be nearer. If not, the band gets wider.

    Args:
        longitude, latitude: Coordinates of all junctions, in degrees.
        junctions: Numbers of the junctions to choose from, at least one.
    """

    def __init__(self, longitude: Floats, latitude: Floats, junctions: Integers) -> None:
        self._junctions = junctions[np.argsort(latitude[junctions], kind="stable")]
        self._latitude = latitude[self._junctions]
        self._points = unit_vectors(longitude[self._junctions], self._latitude)

    def nearest(self, locations: Floats) -> tuple[Integers, Floats]:
        """The junctions nearest to `[lon, lat]` locations [k, 2], and their distances in metres."""
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
