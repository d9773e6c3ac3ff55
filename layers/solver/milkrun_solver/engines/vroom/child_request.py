"""Requests to the child process that runs VROOM. This file imports only what the child needs."""

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
    """A problem, and the efforts to solve it with.

    Attributes:
        problem: VROOM's input without matrices.
        matrices: The matrices of each profile.
        efforts: One solve for each, in this order.
        threads: How many threads each solve may use.
        seconds: The time limit for all solves together.
    """

    problem: dict[str, Any]
    matrices: dict[str, Matrices]
    efforts: Sequence[Effort]
    threads: int
    seconds: float
