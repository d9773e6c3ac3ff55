"""Matrices in 64 bits, between the locations of a problem or of a part of it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from milkrun_solver.model.travel import Cells

Grid = npt.NDArray[np.int64]

_BLOCK = 256
"""Rows computed at once, so that intermediate results stay much smaller than a grid."""


def grid(terms: Sequence[tuple[Cells | None, int]], rows: Sequence[int | None]) -> Grid:
    """The weighted sum of matrices, between locations at these rows.

    Only these rows and columns are read, so the work depends on the size of the part and not of the whole.
    Legs from and to nowhere, whose row is None, are 0.

    Args:
        terms: Matrices and their factors.
        rows: The matrix row of each location, None for nowhere.

    Raises:
        ValueError: A matrix is missing.
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
