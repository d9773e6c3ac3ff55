"""The nearest tasks of each task, by which a plan's compactness is measured."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from milkrun_solver.model.travel import Cells

NEAREST = 5
"""How many neighbours each task has, if there are so many others."""


def neighbours(
    durations: Cells, places: Sequence[int], partners: Sequence[int | None]
) -> list[tuple[int, ...]]:
    """The numbers of the `NEAREST` tasks of each task, by travel time to them; of equally near ones, those
    with the lowest numbers. The other end of a shipment is not among them: it is always on the same vehicle.

    Args:
        durations: Travel times `[from, to]`.
        places: The row of each task.
        partners: The other end of each task; None for a job.
    """
    rows, numbers = np.array(places, dtype=np.intp), np.arange(len(places))
    found: list[tuple[int, ...]] = []
    for number, partner in enumerate(partners):
        others = numbers[(numbers != number) & (numbers != (-1 if partner is None else partner))]
        found.append(_first(durations[rows[number], rows[others]], others))
    return found


def _first(seconds: Cells, numbers: npt.NDArray[np.int_]) -> tuple[int, ...]:
    """The numbers of the shortest times. Keys are unique, so that equal times keep their order."""
    keys = seconds.astype(np.int64) * (len(numbers) + 1) + np.arange(len(numbers))
    nearest = np.argpartition(keys, NEAREST)[:NEAREST] if len(keys) > NEAREST else np.arange(len(keys))
    return tuple(numbers[np.sort(nearest)].tolist())
