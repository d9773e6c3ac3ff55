"""Encodes and decodes many polylines at once with numpy, in Google's encoded polyline format.

One by one, the polylines of a network or an answer would take seconds.
"""

import numpy as np
import numpy.typing as npt

from milkrun_solver.roads.compiled import Floats

Numbers = npt.NDArray[np.int64]

_OFFSET = 63
"""Offset of the characters. Each has 5 bits of a number, lowest first, and a bit to say more follow."""
_BITS, _MORE = 5, 32
_MOST = 7
"""Most characters of a number: 360 degrees at precision 6, doubled, have 30 bits."""


def decode(encoded: bytes, starts: Numbers, precision: int) -> tuple[Floats, Numbers]:
    """The points of r polylines that follow one another in `encoded`, beginning at `starts` [r+1].

    Returns:
        All points, `[lon, lat]` [p, 2], and where those of each polyline begin [r+1].
    """
    groups = np.frombuffer(encoded, dtype=np.uint8).astype(np.int64) - _OFFSET
    ends = np.flatnonzero(groups < _MORE) + 1
    # Each point has two numbers, latitude first. Each polyline begins with absolute coordinates.
    steps = _from_groups(groups % _MORE, ends).reshape(-1, 2)[:, ::-1]
    first = np.searchsorted(ends, starts, side="right") // 2
    along = np.zeros((len(steps) + 1, 2), dtype=np.int64)
    np.cumsum(steps, axis=0, out=along[1:])
    points = along[1:] - np.repeat(along[first[:-1]], np.diff(first), axis=0)
    return points / 10**precision, first


def _from_groups(groups: Numbers, ends: npt.NDArray[np.intp]) -> Numbers:
    if not len(ends):
        return np.empty(0, dtype=np.int64)
    starts = np.concatenate(([0], ends[:-1]))
    position = np.arange(len(groups)) - np.repeat(starts, ends - starts)
    zigzag = np.add.reduceat(groups << (_BITS * position), starts)
    return np.where(zigzag & 1, ~(zigzag >> 1), zigzag >> 1)


def encode_onward(points: Floats, starts: Numbers, precision: int) -> list[str]:
    """Encodes r lines that follow one another in `points`, beginning at `starts` [r+1], each without its
    first point. The rest is relative to that point, so such lines can be joined.

    Args:
        points: All points, `[lon, lat]` [p, 2].
    """
    scaled = points[:, ::-1] * 10**precision
    whole = np.copysign(np.floor(np.abs(scaled) + 0.5), scaled).astype(np.int64)
    onward = np.ones(len(points), dtype=np.bool_)
    onward[starts[:-1]] = False
    steps = np.diff(whole, axis=0, prepend=0)[onward].ravel()
    characters, ends = _to_characters(np.where(steps < 0, ~(steps << 1), steps << 1))
    numbers = 2 * (starts - np.arange(len(starts)))
    text, cuts = characters.tobytes().decode("ascii"), ends[numbers].tolist()
    return [text[cuts[line] : cuts[line + 1]] for line in range(len(starts) - 1)]


def _to_characters(zigzag: Numbers) -> tuple[npt.NDArray[np.uint8], Numbers]:
    """The characters of all numbers, and where those of each begin."""
    lengths = np.ones(len(zigzag), dtype=np.int64)
    for group in range(1, _MOST):
        lengths += zigzag >= 1 << (_BITS * group)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    characters = np.empty(starts[-1], dtype=np.uint8)
    for group in range(_MOST):
        has = lengths > group
        bits = (zigzag[has] >> (_BITS * group)) % _MORE
        more = _MORE * (lengths[has] > group + 1)
        characters[starts[:-1][has] + group] = bits + more + _OFFSET
    return characters, starts
