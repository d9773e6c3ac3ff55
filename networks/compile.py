"""Ways to a compiled network: cut at junctions, without islands, road by road in order."""

from dataclasses import dataclass

import numpy as np
import polyline
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from milkrun_solver.roads.compiled import PROFILES, CompiledNetwork, Floats
from networks.errors import NetworkFileError
from networks.segments import Segments, cut_at_junctions
from networks.ways import Flags, Numbers, Ways

_PRECISION = 6
"""Of encoded shapes: decimals of a degree."""


@dataclass(frozen=True)
class Share:
    """What is open to a profile in the file: kept, or closed to it because it lies on islands.

    Attributes:
        roads: Kept, each direction for itself.
        metres: Of what is kept, both directions together.
        island_roads: Closed.
        island_metres: Of what is closed.
    """

    roads: int
    metres: float
    island_roads: int
    island_metres: float


@dataclass(frozen=True)
class Dropped:
    """What was left out, most of it because it cannot be reached from, and left for, the rest.

    Attributes:
        junctions: Open to no profile any more.
        metres: Open to no profile any more.
        loops: Stretches from a junction back to itself with nothing on the way.
        shares: What each profile has and has not, where the file has anything for it.
    """

    junctions: int
    metres: float
    loops: int
    shares: dict[str, Share]


def compile_ways(ways: Ways) -> tuple[CompiledNetwork, Dropped]:
    """Compile ways, and say what was dropped.

    For each profile, only the largest strongly connected part of the roads that it may use stays open to it.
    Roads open to no profile are dropped, and junctions without roads.

    Raises:
        NetworkFileError: No road is left. The message goes after the name of a file and a colon.
    """
    segments = cut_at_junctions(ways)
    tails = np.concatenate((segments.tail, segments.head))
    heads = np.concatenate((segments.head, segments.tail))
    seconds = np.concatenate((segments.seconds[0], segments.seconds[1]), axis=1)
    before = np.isfinite(seconds)
    for times, is_open in zip(seconds, before, strict=True):
        times[~_within_largest_part(tails, heads, is_open, len(ways.longitude))] = np.inf
    after = np.isfinite(seconds)
    if not after.any():
        raise NetworkFileError("none of its roads leads anywhere from where one could come back")
    was_open, is_open = before.any(axis=0), after.any(axis=0)
    dropped = Dropped(
        junctions=len(np.unique(tails[was_open])) - len(np.unique(tails[is_open])),
        metres=_islands(segments, was_open, is_open).island_metres,
        loops=segments.loops,
        shares={
            profile: _islands(segments, had, has)
            for profile, had, has in zip(PROFILES, before, after, strict=True)
            if had.any()
        },
    )
    return _compiled(ways, segments, tails, heads, seconds, is_open), dropped


def _islands(segments: Segments, before: Flags, after: Flags) -> Share:
    """What is left of open roads, and what is not."""
    had, has = _either_way(before), _either_way(after)
    return Share(
        roads=int(after.sum()),
        metres=float(segments.metres[has].sum()),
        island_roads=int((before & ~after).sum()),
        island_metres=float(segments.metres[had & ~has].sum()),
    )


def _either_way(roads: Flags) -> Flags:
    """Of segments, from roads along all of them followed by roads against all of them."""
    segments = len(roads) // 2
    return roads[:segments] | roads[segments:]


def _within_largest_part(tails: Numbers, heads: Numbers, is_open: Flags, points: int) -> Flags:
    """Which open roads have both ends in the largest strongly connected part that open roads form."""
    if not is_open.any():
        return is_open
    matrix = csr_array((np.ones(is_open.sum()), (tails[is_open], heads[is_open])), shape=(points, points))
    _, part = connected_components(matrix, directed=True, connection="strong")
    largest = np.bincount(part).argmax()
    is_within = np.asarray(part == largest, dtype=np.bool_)
    kept: Flags = is_open & is_within[tails] & is_within[heads]
    return kept


def _compiled(
    ways: Ways, segments: Segments, tails: Numbers, heads: Numbers, seconds: Floats, is_open: Flags
) -> CompiledNetwork:
    roads = np.flatnonzero(is_open)
    roads = roads[np.lexsort((heads[roads], tails[roads]))]
    points = np.unique(tails[roads])  # each is some road's tail: it can be left
    tail, head = np.searchsorted(points, tails[roads]), np.searchsorted(points, heads[roads])
    segment = roads % len(segments.metres)
    shape_start, shapes = _shapes(ways, segments, segment, is_against=roads >= len(segments.metres))
    return CompiledNetwork(
        longitude=ways.longitude[points],
        latitude=ways.latitude[points],
        first_road=np.searchsorted(tail, np.arange(len(points) + 1)).astype(np.int32),
        target=head.astype(np.int32),
        metres=segments.metres[segment],
        seconds={
            profile: times[roads]
            for profile, times in zip(PROFILES, seconds, strict=True)
            if np.isfinite(times).any()
        },
        shape_start=shape_start,
        shapes=shapes,
    )


def _shapes(ways: Ways, segments: Segments, segment: Numbers, is_against: Flags) -> tuple[Numbers, bytes]:
    """Encoded shapes of roads: the points between both ends, reversed where a road runs against its way."""
    places = np.stack((ways.latitude, ways.longitude), axis=1)[ways.points].tolist()
    shapes = []
    begins, ends = segments.begin[segment].tolist(), segments.end[segment].tolist()
    for begin, end, backwards in zip(begins, ends, is_against.tolist(), strict=True):
        between = places[begin + 1 : end]
        shapes.append(polyline.encode(between[::-1] if backwards else between, _PRECISION) if between else "")
    starts = np.concatenate(([0], np.cumsum([len(shape) for shape in shapes])))
    return starts.astype(np.int64), "".join(shapes).encode("ascii")
