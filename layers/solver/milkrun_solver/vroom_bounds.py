"""Matrices that VROOM can add up: it refuses those whose longest legs come to 2**32 in all."""

from typing import Any

import numpy as np
import numpy.typing as npt

from milkrun_solver.model import HUNDREDTHS, Model
from milkrun_solver.travel import Cells
from milkrun_solver.vroom_request import Matrices

_MOST = 2**32 - 1
_NO_WAY = 2**31
"""Seconds that no leg of a problem takes."""
_MOST_HUGE = 0.9
"""Share of the legs that may be too long. Where more are, they mean what they say, and VROOM shall refuse."""


def without_huge_legs(model: Model, problem: dict[str, Any], matrices: dict[str, Matrices]) -> None:
    """Forbids legs so long or dear that VROOM would refuse the problem: mostly they say that no way leads on.

    Such a leg takes longer than its vehicle may travel in all then. What VROOM answers is true: it has none.
    """
    for profile, (durations, distances, costs) in matrices.items():
        counted = durations if costs is None else costs
        stops, starts, ends = _rows(problem)
        if _bound(counted, stops, starts, ends) <= _MOST:
            continue
        largest = _MOST // (len(stops) + len(starts) + len(ends))
        huge = counted > largest
        if huge.sum() > _MOST_HUGE * len(huge) * (len(huge) - 1):
            continue
        longest = largest if costs is None else _NO_WAY
        matrices[profile] = (
            np.where(huge, np.uint32(longest), durations),
            distances,
            None if costs is None else np.minimum(costs, np.uint32(largest)),
        )
        _limit_travel(model, problem, profile, longest)


def _rows(problem: dict[str, Any]) -> tuple[list[int], list[int], list[int]]:
    """The rows of all tasks, of all starts and of all ends."""
    stops = [job["location_index"] for job in problem["jobs"]]
    stops += [it[end]["location_index"] for it in problem["shipments"] for end in ("pickup", "delivery")]
    vehicles = problem["vehicles"]
    starts, ends = ([it[key] for it in vehicles if key in it] for key in ("start_index", "end_index"))
    return stops, starts, ends


def _bound(cells: Cells, stops: list[int], starts: list[int], ends: list[int]) -> int:
    """VROOM's own bound on the cost of all routes (`check_cost_bound` in its `input.cpp`)."""
    out: npt.NDArray[np.int64] = cells.max(axis=1).astype(np.int64)
    into: npt.NDArray[np.int64] = cells.max(axis=0).astype(np.int64)
    return int(max(out[stops].sum(), into[stops].sum()) + out[starts].sum() + into[ends].sum())


def _limit_travel(model: Model, problem: dict[str, Any], profile: str, seconds: int) -> None:
    """Lets vehicles travel less than so many seconds of the matrix in all."""
    for vehicle, described in zip(model.vehicles, problem["vehicles"], strict=True):
        if described["profile"] == profile:
            most = (vehicle.duration_factor * seconds - 1) // HUNDREDTHS
            described["max_travel_time"] = min(described.get("max_travel_time", _MOST), most)
