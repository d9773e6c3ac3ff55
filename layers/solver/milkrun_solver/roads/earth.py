"""The Earth as a sphere, for distances along great circles."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the Earth in metres (IUGG)."""


def unit_vectors(
    longitude: npt.NDArray[np.float64] | Sequence[float], latitude: npt.NDArray[np.float64] | Sequence[float]
) -> npt.NDArray[np.float64]:
    """Points on the unit sphere [3, k] for coordinates in degrees. The chord between two points gives the
    same distance as the haversine formula, with a single `arcsin`."""
    lon, lat = np.radians(longitude), np.radians(latitude)
    return np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def metres_of(squared_chord: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Great-circle distances in metres, from squared chords of the unit sphere."""
    return 2 * EARTH_RADIUS * np.arcsin(np.minimum(np.sqrt(squared_chord) / 2, 1.0))
