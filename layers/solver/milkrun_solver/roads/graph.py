"""The roads that one profile may use as a sparse matrix, and fastest paths on it.

Paths are found by SciPy's implementation of E. W. Dijkstra, "A note on two problems in connexion with
graphs", Numerische Mathematik 1 (1959).
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from milkrun_solver.roads.compiled import CompiledNetwork, Floats, Integers

_CELLS = 1_000_000
"""Cells of shortest-path trees computed in one call: a quarter of a second, in which no other thread runs."""
_ISLAND = 0.1
"""A connected part of the network is an island if it is smaller than this share of the largest part."""
_SLACK = 1 + 1e-6
"""Allows for rounding when the same values are added in another order."""


class ProfileGraph:
    """The roads of one profile. Of several roads from one junction to another, only the fastest counts.

    Attributes:
        junctions: The junctions that locations may be snapped to: those of all strongly connected parts but
            islands, from which a vehicle could not get away.
        metres: The length of the road of each matrix entry.
        roads: The number of that road in the compiled network.
    """

    def __init__(self, compiled: CompiledNetwork, profile: str) -> None:
        seconds = compiled.seconds[profile]
        self._size = len(compiled.longitude)
        tails = np.repeat(np.arange(self._size, dtype=np.int32), np.diff(compiled.first_road))
        self.roads = _fastest(tails, compiled.target, seconds, compiled.metres)
        self.metres = compiled.metres[self.roads]
        tails, heads = tails[self.roads], compiled.target[self.roads]
        starts = np.searchsorted(tails, np.arange(self._size + 1)).astype(np.int32)
        shape = (self._size, self._size)
        self._matrix: Any = csr_array((seconds[self.roads], heads, starts), shape=shape)
        self._keys = self._key(tails, heads)
        self.junctions = self._habitable()

    def _key(self, tails: npt.NDArray[Any], heads: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        keys: npt.NDArray[np.int64] = tails.astype(np.int64) * self._size + heads
        return keys

    def _habitable(self) -> Integers:
        _, part = connected_components(self._matrix, directed=True, connection="strong")
        sizes = np.bincount(part)
        if sizes.max(initial=0) < 2:
            return np.empty(0, dtype=np.int32)
        large = (sizes >= 2) & (sizes >= _ISLAND * sizes.max())
        return np.flatnonzero(large[part]).astype(np.int32)

    @property
    def batch(self) -> int:
        """The number of roots to give `trees` at once."""
        return max(1, _CELLS // self._size)

    @cached_property
    def _reversed(self) -> Any:
        return self._matrix.T.tocsr()

    def trees(self, roots: Integers, limit: float, backwards: bool = False) -> tuple[Floats, Integers]:
        """Shortest-path trees from b junctions, or to them if `backwards`.

        Returns:
            The seconds between each root and all n junctions, infinite beyond `limit` [b, n], and the
            neighbour of each junction on its path towards the root, negative if there is none [b, n].
        """
        matrix = self._reversed if backwards else self._matrix
        seconds, before = dijkstra(matrix, indices=roots, limit=limit, return_predecessors=True)
        return seconds, before

    def reach(self, junctions: Integers, hub: int) -> float:
        """An upper bound on the seconds between any two of these junctions: by way of `hub`. Infinite if
        there is no such path."""
        there = dijkstra(self._reversed, indices=hub)[junctions]
        back = dijkstra(self._matrix, indices=hub)[junctions]
        return float((there.max() + back.max()) * _SLACK)

    def entries(self, tails: Integers, heads: Integers) -> npt.NDArray[np.intp]:
        """The matrix entries of the roads between these junctions."""
        return np.searchsorted(self._keys, self._key(tails, heads))


def _fastest(tails: Integers, heads: Integers, seconds: Floats, metres: Floats) -> npt.NDArray[np.int64]:
    """Numbers of the usable roads: the fastest, then the shortest, between each pair of junctions, in order
    of these."""
    usable = np.flatnonzero(np.isfinite(seconds) & (tails != heads))
    keys: Sequence[npt.NDArray[Any]] = [of[usable] for of in (metres, seconds, heads, tails)]
    roads = usable[np.lexsort(keys)]
    first = np.ones(len(roads), dtype=np.bool_)
    first[1:] = (np.diff(tails[roads]) != 0) | (np.diff(heads[roads]) != 0)
    return roads[first]
