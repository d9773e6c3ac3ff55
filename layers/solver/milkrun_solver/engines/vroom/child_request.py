"""What the child process that runs VROOM is asked. It imports nothing that the child does not need."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from milkrun_solver.engines.effort import Effort

Matrices = tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32] | None, npt.NDArray[np.uint32] | None]
"""Durations, distances and costs of a profile."""


@dataclass(frozen=True)
class Request:
    """A problem and the solves to do.

    Attributes:
        problem: VROOM's input without matrices.
        matrices: Matrices of each profile.
        efforts: The solves, one after the other.
        threads: How many threads each may use.
        seconds: How long all of it may take.
    """

    problem: dict[str, Any]
    matrices: dict[str, Matrices]
    efforts: Sequence[Effort]
    threads: int
    seconds: float
