"""Compiles ways into a network: cuts them at junctions, drops islands and sorts the roads."""

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
"""Decimals of a degree in encoded shapes."""


@dataclass(frozen=True)
class Share:
    """The roads of a file that are open to a profile: those kept, and those closed to it because they lie on
    islands.

    Attributes:
        roads: Number of roads kept. A two-way road counts twice.
        metres: Length kept. A two-way road counts once.
        island_roads: Number of roads closed, counted likewise.
        island_metres: Length closed, counted likewise.
    """

    roads: int
    metres: float
    island_roads: int
    island_metres: float


@dataclass(frozen=True)
class Dropped:
    """What was left out: islands, which have no way to the rest of the network and back, and loops.

    Attributes:
        junctions: Number of junctions that are on islands for every profile.
        metres: Length of the roads that are on islands for every profile.
        loops: Number of segments that lead from a junction back to itself.
        shares: What each profile keeps and loses. Profiles without roads in the file are absent.
    """

    junctions: int
    metres: float
    loops: int
    shares: dict[str, Share]


def compile_ways(ways: Ways) -> tuple[CompiledNetwork, Dropped]:
    """Compile ways into a network, and report what was dropped.

    Each profile keeps the largest strongly connected component of the roads that it may use. Roads that no
    profile keeps are dropped, and so are junctions without roads.

    Raises:
        NetworkFileError: No road is left. The message continues a line that begins with the file's name.
    """
    segments = cut_at_junctions(ways)
    tails = np.concatenate((segments.tail, segments.head))
    heads = np.concatenate((segments.head, segments.tail))
    seconds = np.concatenate((segments.seconds[0], segments.seconds[1]), axis=1)
    before = np.isfinite(seconds)
    for times, is_open in zip(seconds, before, strict=True):
        times[~_within_largest_component(tails, heads, is_open, len(ways.longitude))] = np.inf
    after = np.isfinite(seconds)
    if not after.any():
        raise NetworkFileError("no two junctions in it are connected both ways")
    was_open, is_open = before.any(axis=0), after.any(axis=0)
    dropped = Dropped(
        junctions=len(np.unique(tails[was_open])) - len(np.unique(tails[is_open])),
        metres=_share(segments, was_open, is_open).island_metres,
        loops=segments.loops,
        shares={
            profile: _share(segments, had, has)
            for profile, had, has in zip(PROFILES, before, after, strict=True)
            if had.any()
        },
    )
    return _compiled(ways, segments, tails, heads, seconds, is_open), dropped


def _share(segments: Segments, before: Flags, after: Flags) -> Share:
    """Numbers and lengths of the roads that were open before: those still open after, and the others."""
    had, has = _either_way(before), _either_way(after)
    return Share(
        roads=int(after.sum()),
        metres=float(segments.metres[has].sum()),
        island_roads=int((before & ~after).sum()),
        island_metres=float(segments.metres[had & ~has].sum()),
    )


def _either_way(roads: Flags) -> Flags:
    """Which segments have a flag in either direction. `roads` lists all segments along, then all against."""
    segments = len(roads) // 2
    return roads[:segments] | roads[segments:]


def _within_largest_component(tails: Numbers, heads: Numbers, is_open: Flags, points: int) -> Flags:
    """Which open roads have both ends in the largest strongly connected component of the open roads."""
    if not is_open.any():
        return is_open
    matrix = csr_array((np.ones(is_open.sum()), (tails[is_open], heads[is_open])), shape=(points, points))
    _, component = connected_components(matrix, directed=True, connection="strong")
    largest = np.bincount(component).argmax()
    is_within = np.asarray(component == largest, dtype=np.bool_)
    kept: Flags = is_open & is_within[tails] & is_within[heads]
    return kept


def _compiled(
    ways: Ways, segments: Segments, tails: Numbers, heads: Numbers, seconds: Floats, is_open: Flags
) -> CompiledNetwork:
    roads = np.flatnonzero(is_open)
    roads = roads[np.lexsort((heads[roads], tails[roads]))]
    points = np.unique(tails[roads])  # each is the tail of a road: it can be left
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
