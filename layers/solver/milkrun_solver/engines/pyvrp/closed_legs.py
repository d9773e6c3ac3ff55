"""How PyVRP is told that no way leads from one location to another: by a distance that no route may have.

PyVRP knows no forbidden legs. So a leg that nobody may drive is longer than any route along open ways, and no
route may be as long as that: it breaks a limit, as a route does that is too long.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from milkrun_solver.engines.pyvrp.matrices import Grid
from milkrun_solver.engines.pyvrp.vehicle_types import TypeArguments
from milkrun_solver.model.travel import Travel

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Closing:
    """What is closed to the vehicles of one profile.

    Attributes:
        legs: Between which locations no way leads.
        most_distance: At least the distance of any route along open ways, and less than that of a closed leg.
    """

    legs: Flags
    most_distance: int


def close(
    travel: Travel, rows: Sequence[int | None], distance: Grid, duration: Grid, stops: Sequence[int]
) -> tuple[Grid, Grid, Closing | None]:
    """The distances and durations of a profile with its closed legs told, and which these are.

    Args:
        rows: The row of each location in the matrices of the problem, None for nowhere.
        stops: Locations that a route may come to, each as often as it may.
    """
    legs = _closed_legs(travel, rows)
    if legs is None:
        return distance, duration, None
    into = np.where(legs, 0, distance).max(axis=0)
    most = max(1, int(into[list(stops)].sum()))
    longest = np.where(legs, 0, duration).max()
    # The two may be one grid. A closed leg takes no longer than others: its distance alone shall say it.
    closed = np.where(legs, 2 * most + 1, distance), np.where(legs, longest, duration)
    return *closed, Closing(legs, most)


def without_closed_legs(arguments: TypeArguments, closings: Sequence[Closing | None]) -> TypeArguments:
    """The arguments of a vehicle type whose routes may be no longer than one along open ways.

    Args:
        closings: Of each profile.
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
