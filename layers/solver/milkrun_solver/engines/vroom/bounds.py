"""Keeps matrices within VROOM's bound: it refuses a problem if the sum of its longest legs reaches 2**32."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from milkrun_solver.engines.vroom.child_request import Matrices
from milkrun_solver.model.problem import Model
from milkrun_solver.model.travel import Cells
from milkrun_solver.model.units import HUNDREDTHS

Flags = npt.NDArray[np.bool_]

_MOST = 2**32 - 1
_NO_WAY = 2**31
"""More seconds than any leg of a problem takes."""
_MOST_HUGE = 0.9
"""Largest share of legs that are forbidden for their size. If more are too long, they are meant as ordinary
legs, and VROOM should refuse the problem."""


def bounded(
    model: Model, problem: dict[str, Any], matrices: dict[str, Matrices], closed: Mapping[str, Flags | None]
) -> None:
    """Changes a problem so that VROOM accepts it: closed legs are forbidden, and costs or legs that are too
    large for VROOM's sums are divided or forbidden.

    VROOM's answer then holds for the original problem, but its custom costs may be divided.

    Args:
        problem, matrices: VROOM's input; changed in place.
        closed: The closed legs of each profile; None if all its legs are open.
    """
    if any(_bound(cells, problem) > _MOST for cells in _counted(matrices, closed).values()):
        _divide_costs(problem, matrices, closed)
    for profile, cells in _counted(matrices, closed).items():
        forbidden = _forbidden(cells, problem, closed[profile])
        if forbidden is not None:
            _forbid(model, problem, matrices, profile, forbidden)


def _counted(matrices: Mapping[str, Matrices], closed: Mapping[str, Flags | None]) -> dict[str, Cells]:
    """The cost of each profile's legs, with 0 for closed ones."""
    counted = {
        name: durations if costs is None else costs for name, (durations, _, costs) in matrices.items()
    }
    return {name: _opened(cells, closed[name]) for name, cells in counted.items()}


def _opened(cells: Cells, closed: Flags | None) -> Cells:
    return cells if closed is None else np.where(closed, np.uint32(0), cells)


def _divide_costs(
    problem: dict[str, Any], matrices: dict[str, Matrices], closed: Mapping[str, Flags | None]
) -> None:
    """Divides all costs by their greatest common divisor, if every profile has custom costs."""
    priced = [(_opened(costs, closed[name])) for name, (_, _, costs) in matrices.items() if costs is not None]
    if len(priced) < len(matrices):
        return
    own = [vehicle["costs"][key] for vehicle in problem["vehicles"] for key in ("fixed", "per_task_hour")]
    common = math.gcd(*(int(np.gcd.reduce(cells, axis=None)) for cells in priced), *own)
    if common < 2:
        return
    for name, (durations, distances, costs) in matrices.items():
        if costs is not None:
            matrices[name] = durations, distances, costs // np.uint32(common)
    for vehicle in problem["vehicles"]:
        for key in ("fixed", "per_task_hour"):
            vehicle["costs"][key] //= common


def _forbidden(cells: Cells, problem: dict[str, Any], closed: Flags | None) -> Flags | None:
    """The legs that no vehicle may drive: closed ones, and those so long or expensive that VROOM would refuse
    the problem. None if all are allowed."""
    if _bound(cells, problem) <= _MOST:
        return closed
    huge: Flags = cells > _largest(problem)
    open_legs = len(cells) * (len(cells) - 1) - (0 if closed is None else int(closed.sum()))
    if huge.sum() > _MOST_HUGE * open_legs:
        return closed
    return huge if closed is None else huge | closed


def _forbid(
    model: Model,
    problem: dict[str, Any],
    matrices: dict[str, Matrices],
    profile: str,
    forbidden: Flags,
) -> None:
    """Makes each of these legs longer than the `max_travel_time` of its vehicles."""
    durations, distances, costs = matrices[profile]
    largest = _largest(problem)
    longest = largest if costs is None else _NO_WAY
    matrices[profile] = (
        np.where(forbidden, np.uint32(longest), durations),
        distances,
        None if costs is None else np.where(forbidden, np.minimum(costs, np.uint32(largest)), costs),
    )
    for vehicle, described in zip(model.vehicles, problem["vehicles"], strict=True):
        if described["profile"] == profile:
            most = (vehicle.duration_factor * longest - 1) // HUNDREDTHS
            described["max_travel_time"] = min(described.get("max_travel_time", _MOST), most)


def _rows(problem: dict[str, Any]) -> tuple[list[int], list[int], list[int]]:
    """The rows of all tasks, of all starts and of all ends."""
    stops = [job["location_index"] for job in problem["jobs"]]
    stops += [it[end]["location_index"] for it in problem["shipments"] for end in ("pickup", "delivery")]
    vehicles = problem["vehicles"]
    starts, ends = ([it[key] for it in vehicles if key in it] for key in ("start_index", "end_index"))
    return stops, starts, ends


def _largest(problem: dict[str, Any]) -> int:
    """The largest leg whose sum over all legs of a plan stays within VROOM's bound."""
    return _MOST // sum(map(len, _rows(problem)))


def _bound(cells: Cells, problem: dict[str, Any]) -> int:
    """VROOM's own bound on the cost of all routes (`check_cost_bound` in its `input.cpp`)."""
    stops, starts, ends = _rows(problem)
    out: npt.NDArray[np.int64] = cells.max(axis=1).astype(np.int64)
    into: npt.NDArray[np.int64] = cells.max(axis=0).astype(np.int64)
    return int(max(out[stops].sum(), into[stops].sum()) + out[starts].sum() + into[ends].sum())
