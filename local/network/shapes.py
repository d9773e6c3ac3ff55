"""Encoded polylines, all of a network at once: one by one, a city would take half a minute."""

import numpy as np
import numpy.typing as npt

from local.network.ways import Numbers
from milkrun_solver.network.compiled import Floats

_PRECISION = 1e6
_OFFSET = 63
_GROUP_BITS = 5
_MORE = 1 << _GROUP_BITS


def encode_shapes(longitude: Floats, latitude: Floats, counts: Numbers) -> tuple[Numbers, bytes]:
    """Encoded polylines (precision 6) of m lines, one after the other.

    Args:
        longitude, latitude: Of the points of all lines in turn, degrees.
        counts: How many points each line has [m].

    Returns:
        Where each line begins [m+1], and the characters.
    """
    ends = np.concatenate(([0], np.cumsum(counts)))
    whole = _rounded(np.stack((latitude, longitude), axis=1))
    steps = np.diff(whole, axis=0, prepend=0)
    begins = ends[:-1][counts > 0]
    steps[begins] = whole[begins]  # the first point of each line is absolute
    characters, sizes = _encode(steps.ravel())
    per_point = sizes.reshape(-1, 2).sum(axis=1)
    starts = np.concatenate(([0], np.cumsum(per_point)))[ends]
    return starts.astype(np.int64), characters.tobytes()


def _rounded(degrees: Floats) -> Numbers:
    """Half away from zero, as the format's inventor has it."""
    scaled = degrees * _PRECISION
    return (np.sign(scaled) * np.floor(np.abs(scaled) + 0.5)).astype(np.int64)


def _encode(numbers: Numbers) -> tuple[npt.NDArray[np.uint8], Numbers]:
    """Characters of numbers, and how many each number has: groups of 5 bits, the lowest first."""
    zigzag = np.where(numbers < 0, ~(numbers << 1), numbers << 1)
    sizes = np.ones(len(zigzag), dtype=np.int64)
    rest = zigzag >> _GROUP_BITS
    while rest.any():
        sizes += rest > 0
        rest >>= _GROUP_BITS
    begins = np.cumsum(sizes) - sizes
    position = np.arange(sizes.sum()) - np.repeat(begins, sizes)
    groups = (np.repeat(zigzag, sizes) >> (_GROUP_BITS * position)) & (_MORE - 1)
    goes_on = position < np.repeat(sizes, sizes) - 1
    return (groups + _OFFSET + _MORE * goes_on).astype(np.uint8), sizes
