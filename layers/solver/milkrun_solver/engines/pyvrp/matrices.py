"""Matrices as PyVRP takes them, in 64 bits, between the locations of a problem or of a part of it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from milkrun_solver.model.travel import Cells

Grid = npt.NDArray[np.int64]

_BLOCK = 256
"""Rows made at once: nothing in between is as large as a grid."""


def grid(terms: Sequence[tuple[Cells | None, int]], rows: Sequence[int | None]) -> Grid:
    """The sum of matrices, each times a factor, between locations at these rows of them.

    Of the matrices it reads these rows and columns alone, so a part costs what its size is, however large the
    whole may be. Legs from and to nowhere, whose row is None, are 0.

    Raises:
        ValueError: A matrix that counts is not there.
    """
    nowhere = [location for location, row in enumerate(rows) if row is None]
    places = np.array([0 if row is None else row for row in rows], dtype=np.intp)
    result = np.zeros((len(rows), len(rows)), dtype=np.int64)
    for cells, factor in terms:
        if cells is None:
            raise ValueError("a vehicle needs a matrix that its profile lacks")
        for first in range(0, len(rows), _BLOCK):
            block = slice(first, first + _BLOCK)
            result[block] += cells[np.ix_(places[block], places)] * np.int64(factor)
    result[nowhere, :] = 0
    result[:, nowhere] = 0
    return result
