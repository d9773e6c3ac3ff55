"""Shortest-path trees, reduced to the paths in demand, with sums along all paths at once.

The sums use pointer jumping, as in W. D. Hillis and G. L. Steele, "Data parallel algorithms", Communications
of the ACM 29 (1986).
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from milkrun_solver.roads.compiled import Floats, Integers

Cells = npt.NDArray[np.int64]


class Trees:
    """The paths from the roots of b shortest-path trees over n junctions to some ends.

    Args:
        before: The junction before each junction on its path from the root, negative at the root and where
            there is no path [b, n].
        ends: The ends of the paths, as cells of `before`: row * n + junction [k].
    """

    def __init__(self, before: Integers, ends: Cells) -> None:
        self._size = before.shape[1]
        self._flat = before.ravel()
        nodes, place = self._walk_back(ends)
        previous = self._previous(nodes)
        self._linked = previous != nodes
        self._parents = place[previous]
        self._ends = place[ends]
        self._tails, self._heads = self._flat[nodes][self._linked], nodes[self._linked] % self._size

    def _previous(self, cells: Cells) -> Cells:
        """The cell before each cell on its path, or the cell itself if there is none before it."""
        steps = self._flat[cells]
        return np.where(steps < 0, cells, cells - cells % self._size + steps)

    def _walk_back(self, ends: Cells) -> tuple[Cells, Integers]:
        """All cells on the paths, and the position of each cell among them. All paths are followed back in
        step; where two meet, only one continues."""
        place = np.full(len(self._flat), -1, dtype=np.int32)
        found = []
        count = 0
        front = np.unique(ends)
        while len(front):
            place[front] = np.arange(count, count + len(front))
            found.append(front)
            count += len(front)
            front = self._previous(front)
            front = np.unique(front[place[front] < 0])
        return np.concatenate(found), place

    def links(self) -> tuple[Integers, Integers]:
        """The junctions where each link of the trees begins and ends [l], [l]."""
        return self._tails, self._heads

    def sums(self, values: Floats) -> Floats:
        """The sums of values of the links [l] along the path to each end [k].

        Each node has the sum from some node before it. Every round doubles the distance to that node.
        """
        total = np.zeros(len(self._parents))
        total[self._linked] = values
        jump = self._parents
        while True:
            further = jump[jump]
            if (further == jump).all():
                return total[self._ends]
            total = total + total[jump]
            jump = further

    def chains(self) -> list[list[int]]:
        """The numbers of the links on the path to each end, in order from the root [k]."""
        links = (np.cumsum(self._linked) - 1).tolist()
        parents = self._parents.tolist()
        chains = []
        for end in self._ends.tolist():
            nodes = [end]
            while parents[nodes[-1]] != nodes[-1]:
                nodes.append(parents[nodes[-1]])
            chains.append([links[node] for node, _ in pairwise(nodes)][::-1])
        return chains
