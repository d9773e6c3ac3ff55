"""Closed legs in PyVRP, which cannot forbid a leg: each gets a distance longer than any route may have.

That distance is longer than any route without closed legs, and a limit on distance forbids routes of that
length.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from milkrun_solver.engines.grids import Grid
from milkrun_solver.engines.pyvrp.vehicle_types import TypeArguments
from milkrun_solver.model.travel import Travel

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Closing:
    """The closed legs of one profile.

    Attributes:
        legs: Which legs between locations are closed, `[from, to]`.
        most_distance: At least the distance of any route without closed legs, and less than that of a closed
            leg.
    """

    legs: Flags
    most_distance: int


def close(
    travel: Travel, rows: Sequence[int | None], distance: Grid, duration: Grid, stops: Sequence[int]
) -> tuple[Grid, Grid, Closing | None]:
    """The distances and durations of a profile with its closed legs marked, and which legs these are.

    Args:
        rows: The row of each location in the matrices of the problem, None for nowhere.
        stops: The locations that a route may visit, each as often as the route may visit it.
    """
    legs = _closed_legs(travel, rows)
    if legs is None:
        return distance, duration, None
    into = np.where(legs, 0, distance).max(axis=0)
    most = max(1, int(into[list(stops)].sum()))
    longest = np.where(legs, 0, duration).max()
    # Both may be the same grid. Only the distance marks a closed leg, so its duration is that of an open leg.
    closed = np.where(legs, 2 * most + 1, distance), np.where(legs, longest, duration)
    return *closed, Closing(legs, most)


def without_closed_legs(arguments: TypeArguments, closings: Sequence[Closing | None]) -> TypeArguments:
    """The arguments of a vehicle type, with a limit on distance that forbids closed legs.

    Args:
        closings: The closed legs of each profile.
    """
    closing = closings[arguments.profile]
    if closing is None:
        return arguments
    own = arguments.max_distance
    most = closing.most_distance if own is None else min(closing.most_distance, own)
    return replace(arguments, max_distance=most)


def _closed_legs(travel: Travel, rows: Sequence[int | None]) -> Flags | None:
    if travel.closed is None:
        return None
    somewhere = np.array([row is not None for row in rows])
    places = np.array([0 if row is None else row for row in rows], dtype=np.intp)
    legs: Flags = travel.closed[np.ix_(places, places)] & somewhere & somewhere[:, None]
    np.fill_diagonal(legs, False)
    return legs if legs.any() else None
