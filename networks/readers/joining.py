"""Joins ends of roads that mean the same place but differ in their last digits."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from milkrun_solver.roads.compiled import Floats
from milkrun_solver.roads.earth import EARTH_RADIUS, unit_vectors
from networks.ways import Numbers, Ways

JOIN_M = 0.1
"""Ends up to this many metres apart are joined."""
_ROW_M = 0.5
"""A chain of joined ends within this many metres of its first one is one place. A longer chain is a row."""
_MOST_PAIRS = 50_000_000
"""Pairs of ends to be joined, at 16 bytes each. A file with more of them holds no ends of roads."""


def with_ends_joined(ways: Ways) -> Ways:
    """Join ends within a decimetre of each other to one point, and note how many were joined.

    A row of such ends, as along a road drawn in steps of centimetres, becomes several points. Each end joins
    one within a decimetre, and short roads bridge the gaps of a decimetre or less between these points. So
    close ends are always connected, and no end moves farther than half a metre. The order of ways does not
    matter.

    Raises:
        ValueError: Far too many ends are that close.
    """
    vectors = EARTH_RADIUS * unit_vectors(ways.longitude, ways.latitude).T
    tree = KDTree(vectors)
    if tree.count_neighbors(tree, JOIN_M) > 2 * _MOST_PAIRS:
        raise ValueError("too many ends of its roads are within a decimetre of each other")
    pairs = tree.query_pairs(JOIN_M, output_type="ndarray").astype(np.int64)
    if not len(pairs):
        return ways
    order = np.lexsort((ways.latitude, ways.longitude))
    point = _joined(tree, vectors, pairs, order)
    moved = int((point != np.arange(len(point))).sum())
    note = f"Ends of roads joined to others within a decimetre: {moved:,}."
    joined = replace(ways, points=point[ways.points], notes=(*ways.notes, note))
    return _bridged(joined, point[pairs])


def _joined(tree: KDTree, vectors: Floats, pairs: Numbers, order: Numbers) -> Numbers:
    """The point that replaces each one: of those joined, the first in order."""
    count = len(order)
    matrix = csr_array((np.ones(len(pairs), dtype=np.bool_), pairs.T), shape=(count, count))
    parts, part = connected_components(matrix, directed=False)
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    first = np.full(parts, count)
    np.minimum.at(first, part, rank)
    point: Numbers = order[first[part]]
    is_row = np.zeros(parts, dtype=np.bool_)
    is_row[part[_metres(vectors, point) > _ROW_M]] = True
    rows = order[is_row[part[order]]]
    point[rows] = -1
    for leader in rows:
        if point[leader] < 0:
            near = np.array(tree.query_ball_point(vectors[leader], JOIN_M))
            point[near[point[near] < 0]] = leader
    return point


def _metres(vectors: Floats, point: Numbers) -> Floats:
    metres: Floats = np.linalg.norm(vectors - vectors[point], axis=1)
    return metres


def _bridged(ways: Ways, pairs: Numbers) -> Ways:
    """Add a short way between the points of each pair that no way connects."""
    ends = np.stack((ways.points[ways.first[:-1]], ways.points[ways.first[1:] - 1]), axis=1)
    count = len(ways.longitude)
    wanted = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1) @ [count, 1])
    ends.sort(axis=1)
    missing = np.setdiff1d(wanted, ends @ [count, 1])
    fastest = ways.kmh.max(axis=(0, 1))  # 0 for a profile without roads
    return replace(
        ways,
        first=np.append(ways.first, ways.first[-1] + 2 * np.arange(1, len(missing) + 1)),
        points=np.append(ways.points, np.stack((missing // count, missing % count), axis=1)),
        kmh=np.append(ways.kmh, np.broadcast_to(fastest, (len(missing), 2, len(fastest))), axis=0),
        metres=np.append(ways.metres, np.full(len(missing), np.nan)),
    )
