"""Cuts ways into segments at their junctions."""

from dataclasses import dataclass

import numpy as np

from milkrun_solver.roads.compiled import Floats
from milkrun_solver.roads.earth import metres_of, unit_vectors
from networks.ways import Flags, Numbers, Ways

_KMH = 3.6


@dataclass(frozen=True, eq=False)
class Segments:
    """q segments: stretches of ways from one junction to the next.

    Attributes:
        begin: Position of the first point in `Ways.points` [q].
        end: Position of the last point, included [q].
        tail: Point at the beginning [q].
        head: Point at the end [q].
        metres: Length [q].
        seconds: Travel time along (0) and against (1) by profile, infinite where it is closed [2, 3, q].
        loops: How many were left out because they lead from a junction back to itself.
    """

    begin: Numbers
    end: Numbers
    tail: Numbers
    head: Numbers
    metres: Floats
    seconds: Floats
    loops: int


def cut_at_junctions(ways: Ways) -> Segments:
    """Cut ways where they meet or cross themselves. Loops from a junction to itself are left out: they are on
    no shortest path."""
    starts, ends = ways.first[:-1], ways.first[1:] - 1
    is_end = np.zeros(len(ways.points), dtype=np.bool_)
    is_end[starts] = is_end[ends] = True
    occurrences = np.bincount(ways.points, minlength=len(ways.longitude))
    junctions = np.flatnonzero(is_end | (occurrences[ways.points] > 1))
    way = np.searchsorted(ways.first, junctions, side="right") - 1
    together = way[:-1] == way[1:]
    begin, end, way = junctions[:-1][together], junctions[1:][together], way[:-1][together]
    metres = _lengths(ways, begin, end)
    stated = ways.metres[way]
    metres = np.where(np.isnan(stated), metres, stated)
    kmh = ways.kmh[way].transpose(1, 2, 0)
    seconds = np.full(kmh.shape, np.inf)
    np.divide(metres * _KMH, kmh, out=seconds, where=kmh > 0)
    seconds[:, _is_stopped(ways, begin, end)] = np.inf
    tail, head = ways.points[begin], ways.points[end]
    kept = tail != head
    loops = int((~kept).sum())
    return Segments(begin[kept], end[kept], tail[kept], head[kept], metres[kept], seconds[:, :, kept], loops)


def _lengths(ways: Ways, begin: Numbers, end: Numbers) -> Floats:
    """Great-circle lengths in metres along the points from `begin` to `end`."""
    vectors = unit_vectors(ways.longitude[ways.points], ways.latitude[ways.points])
    lines = metres_of((np.diff(vectors, axis=1) ** 2).sum(axis=0))
    if not len(begin):
        return np.empty(0)
    # reduceat sums from each index to the next one: every second sum is a segment, the others lie between.
    bounds = np.stack((begin, end), axis=1).ravel()
    sums: Floats = np.add.reduceat(np.append(lines, 0.0), bounds)[::2]
    return sums


def _is_stopped(ways: Ways, begin: Numbers, end: Numbers) -> Flags:
    """Whether a barrier stops each profile from `begin` to `end`, both included [3, q].

    A barrier on a crossing is ignored: it is meant for one of the roads, and the file does not say which.
    """
    lines = 2 * np.bincount(ways.points, minlength=len(ways.longitude))  # that meet at each point
    np.subtract.at(lines, ways.points[ways.first[:-1]], 1)
    np.subtract.at(lines, ways.points[ways.first[1:] - 1], 1)
    stops = (ways.stops & (lines <= 2))[:, ways.points]
    before = np.pad(np.cumsum(stops, axis=1), ((0, 0), (1, 0)))
    stopped: Flags = before[:, end + 1] > before[:, begin]
    return stopped
