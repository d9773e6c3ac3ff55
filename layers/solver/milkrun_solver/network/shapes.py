"""The shapes of roads as arrays of points."""

import numpy as np
import numpy.typing as npt

from milkrun_solver.network.compiled import CompiledNetwork, Floats

_PRECISION = 1e6
_OFFSET = 63
"""Of the characters of an encoded polyline; bit 5 says that the number goes on in the next one."""


class Shapes:
    """All shapes of a network, decoded at once: road by road it would take a minute."""

    def __init__(self, compiled: CompiledNetwork) -> None:
        groups = np.frombuffer(compiled.shapes, dtype=np.uint8).astype(np.int64) - _OFFSET
        is_last = groups < 32
        ends = np.flatnonzero(is_last) + 1
        numbers = _numbers(groups & 31, ends)
        # Two numbers a point, latitude first.
        self._starts = np.searchsorted(ends, compiled.shape_start, side="right") // 2
        steps = numbers.reshape(-1, 2)[:, ::-1]
        along = np.zeros((len(steps) + 1, 2), dtype=np.int64)
        np.cumsum(steps, axis=0, out=along[1:])
        # The numbers of each road count from its own first point, which is absolute.
        counts = np.diff(self._starts)
        self._points = (along[1:] - np.repeat(along[self._starts[:-1]], counts, axis=0)) / _PRECISION

    def of(self, road: int) -> Floats:
        """The points between the ends of a road, `[lon, lat]` [p, 2]."""
        points: Floats = self._points[self._starts[road] : self._starts[road + 1]]
        return points


def _numbers(groups: npt.NDArray[np.int64], ends: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """Signed numbers from groups of 5 bits, the lowest first; `ends` says where the groups of each end."""
    if not len(ends):
        return np.empty(0, dtype=np.int64)
    starts = np.concatenate(([0], ends[:-1]))
    position = np.arange(len(groups)) - np.repeat(starts, ends - starts)
    zigzag = np.add.reduceat(groups << (5 * position), starts)
    return np.where(zigzag & 1, ~(zigzag >> 1), zigzag >> 1)
