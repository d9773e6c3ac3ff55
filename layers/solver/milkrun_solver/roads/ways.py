"""Fastest paths between pairs of junctions, as points along the streets."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from milkrun_solver.roads.compiled import Floats, Integers
from milkrun_solver.roads.shapes import Shapes
from milkrun_solver.roads.trees import Trees

if TYPE_CHECKING:
    from milkrun_solver.roads.graph import ProfileGraph


def fastest_ways(graph: "ProfileGraph", shapes: Shapes, legs: Integers, seconds: Floats) -> list[Floats]:
    """The fastest path of each leg, as `[lon, lat]` points with both ends [p, 2].

    A depot is at one end of many long legs: a single search from it, or towards it, finds them all. Other
    legs are short, and a search for them ends at the farthest of their ends.

    Args:
        graph: The roads of a profile.
        shapes: The points of the network.
        legs: Pairs of junctions with a path between them [k, 2].
        seconds: The travel time of each leg, to within a second [k].
    """
    found: list[Floats] = [np.empty((0, 2))] * len(legs)
    backwards = _frequency(legs[:, 1]) > _frequency(legs[:, 0])
    for direction in (False, True):
        numbers = np.flatnonzero(backwards == direction)
        for batch in _batches(legs[numbers, int(direction)], seconds[numbers], graph.batch):
            some = numbers[batch]
            ways = _ways(graph, shapes, legs[some], float(seconds[some].max()) + 1, direction)
            for number, way in zip(some.tolist(), ways, strict=True):
                found[number] = way
    return found


def _frequency(junctions: Integers) -> npt.NDArray[np.intp]:
    """How often each junction occurs in the list [k]."""
    _, rank, counts = np.unique(junctions, return_inverse=True, return_counts=True)
    return counts[rank]


def _batches(roots: Integers, seconds: Floats, size: int) -> Iterator[npt.NDArray[np.intp]]:
    """Numbers of legs in batches of `size` roots, beginning with the roots whose longest leg is shortest."""
    distinct, rank = np.unique(roots, return_inverse=True)
    farthest = np.zeros(len(distinct))
    np.maximum.at(farthest, rank, seconds)
    batch = np.empty(len(distinct), dtype=np.intp)
    batch[np.argsort(farthest)] = np.arange(len(distinct)) // size
    for number in range(batch.max(initial=-1) + 1):
        yield np.flatnonzero(batch[rank] == number)


def _ways(
    graph: "ProfileGraph", shapes: Shapes, legs: Integers, limit: float, backwards: bool
) -> Iterator[Floats]:
    roots, rows = np.unique(legs[:, int(backwards)], return_inverse=True)
    _, before = graph.trees(roots, limit, backwards)
    trees = Trees(before, rows * before.shape[1] + legs[:, int(not backwards)])
    tails, heads = trees.links()[::-1] if backwards else trees.links()
    roads = graph.roads[graph.entries(tails, heads)]
    for origin, chain in zip(legs[:, 0].tolist(), trees.chains(), strict=True):
        driven = np.array(chain[::-1] if backwards else chain, dtype=np.intp)
        yield shapes.along(origin, roads[driven], heads[driven])
