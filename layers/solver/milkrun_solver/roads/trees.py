"""Shortest-path trees, cut down to the paths that somebody asks for, and walked without a loop over pairs."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from milkrun_solver.roads.compiled import Floats, Integers

Cells = npt.NDArray[np.int64]


class Trees:
    """The paths to some junctions of shortest-path trees over n junctions.

    Args:
        before: The junction before each on the path from the root of each tree, negative where there is none:
            at the root and where no path leads [b, n].
        ends: Cells of `before`, as row * n + junction, where paths end [k].
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
        """The cells before others on their paths; a cell with none before it is its own."""
        steps = self._flat[cells]
        return np.where(steps < 0, cells, cells - cells % self._size + steps)

    def _walk_back(self, ends: Cells) -> tuple[Cells, Integers]:
        """All cells on the paths, and the place of each cell among them. All paths go back in step; where two
        meet, one goes on."""
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
        """Where each link of the trees begins and ends, as junctions [l], [l]."""
        return self._tails, self._heads

    def sums(self, values: Floats) -> Floats:
        """What values of the links [l] come to along the path to each end [k].

        Every node knows a sum up to some node before it; each round doubles how far that one is away.
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
        """The numbers of the links on the path to each end, from the root on [k]."""
        links = (np.cumsum(self._linked) - 1).tolist()
        parents = self._parents.tolist()
        chains = []
        for end in self._ends.tolist():
            nodes = [end]
            while parents[nodes[-1]] != nodes[-1]:
                nodes.append(parents[nodes[-1]])
            chains.append([links[node] for node, _ in pairwise(nodes)][::-1])
        return chains
