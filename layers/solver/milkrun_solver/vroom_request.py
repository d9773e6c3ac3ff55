"""What the child process that runs VROOM is asked. It imports nothing that the child does not need."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Matrices = tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32] | None, npt.NDArray[np.uint32] | None]
"""Durations, distances and costs of a profile."""


@dataclass(frozen=True)
class Effort:
    """One solve. `level` is VROOM's exploration level, None for its heuristics alone; `warm` starts it from
    the routes given with the request. `searches` is how many starts it has, where not as many as the level.
    """

    level: int | None
    warm: bool = False
    searches: int | None = None


@dataclass(frozen=True)
class Request:
    """A problem and the solves to do.

    Attributes:
        problem: VROOM's input without matrices.
        matrices: Matrices of each profile.
        routes: Steps of each vehicle for a warm start, by the vehicle's id.
        efforts: The solves, one after the other.
        threads: How many threads each may use.
        seconds: How long all of it may take.
    """

    problem: dict[str, Any]
    matrices: dict[str, Matrices]
    routes: dict[int, list[dict[str, Any]]]
    efforts: Sequence[Effort]
    threads: int
    seconds: float
