"""In which whole numbers published costs are computed: each set of instances has its convention."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Cells = npt.NDArray[np.int64]

_TENTHS, _THOUSANDTHS, _HUNDREDTHS_OF_COST = 10, 1_000, 100
_WHOLE_UNITS = {"MDVRPTW": _THOUSANDTHS, "SDVRPTW": _THOUSANDTHS, "MTVRPTWR": _TENTHS}
"""Variants whose costs are published in the units that they are computed in."""


@dataclass(frozen=True)
class Convention:
    """How distances and times of a file become whole numbers.

    Attributes:
        per_unit: How many of our units make one of the file.
        cut_off: Whether numbers are cut off; they are rounded to the nearest otherwise.
        scale: How many of our units of cost make one of published costs.
    """

    per_unit: int
    cut_off: bool
    scale: int

    def units(self, values: Any) -> Cells:
        """Distances or times of the file in our units."""
        scaled = self.per_unit * np.asarray(values, dtype=np.float64)
        return np.floor(scaled if self.cut_off else scaled + 0.5).astype(np.int64)


def convention_of(path: Path, kind: str, timed: bool, whole: bool) -> Convention:
    """The convention of an instance.

    Args:
        path: Its file.
        kind: The `TYPE` that the file states.
        timed: Whether it has time windows.
        whole: Whether its distances, or the coordinates of its places, are whole numbers.
    """
    if kind == "HFVRP":
        return Convention(_THOUSANDTHS, cut_off=False, scale=_scale_of_fleets(path.with_suffix(".sol")))
    if kind in _WHOLE_UNITS:
        return Convention(_WHOLE_UNITS[kind], cut_off=kind == "MTVRPTWR", scale=1)
    if timed:
        return Convention(_TENTHS, cut_off=True, scale=_TENTHS)
    scale = 1 if whole else _THOUSANDTHS
    return Convention(scale, cut_off=False, scale=scale)


def _scale_of_fleets(solution: Path) -> int:
    """Costs of vehicles are hundredths. Some solutions state costs in plain units, with two decimals. Others
    state hundredths of thousandths, as a whole number."""
    stated = solution.read_text(encoding="utf-8").rpartition("Cost")[2] if solution.exists() else "."
    return _THOUSANDTHS * _HUNDREDTHS_OF_COST if "." in stated else 1
