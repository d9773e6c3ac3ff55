"""Breaks of one route: how long, when and where they may be taken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from milkrun.schema.times import merged_windows
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.model.visits import BreakVisit, Visit
from milkrun_solver.model.windows import Window

NEVER = 2**60
"""A time later than any other."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A break, in hundredths of a second.

    Attributes:
        length: How long it lasts.
        windows: When it may start, ascending and disjoint; empty if it may start at any time.
        is_allowed: Whether the load on each leg allows it.
    """

    length: int
    windows: Sequence[Window]
    is_allowed: Sequence[bool]

    @property
    def first_chance(self) -> int:
        """When it may start at the earliest."""
        return self.windows[0][0] if self.windows else 0

    @property
    def last_chance(self) -> int:
        """When it may start at the latest."""
        return self.windows[-1][1] if self.windows else NEVER


def pauses_of(vehicle: Vehicle, loads: Sequence[Sequence[int]]) -> list[Pause]:
    """The breaks of a vehicle on a route with this load on each leg."""
    return [
        Pause(
            length=HUNDREDTHS * it.service,
            windows=[
                (HUNDREDTHS * start, HUNDREDTHS * end) for start, end in merged_windows(it.time_windows)
            ],
            is_allowed=[_is_within(load, it.max_load or ()) for load in loads],
        )
        for it in vehicle.source.breaks
    ]


def breaks_by_leg(visits: Iterable[Visit]) -> list[list[int]]:
    """The breaks among some visits, by the leg on which they are taken."""
    legs: list[list[int]] = [[]]
    for visit in visits:
        if isinstance(visit, BreakVisit):
            legs[-1].append(visit.pause)
        else:
            legs.append([])
    return legs


def _is_within(load: Sequence[int], most: Sequence[int]) -> bool:
    """Whether a load is at most this. Amounts that are left out have no limit."""
    return all(have <= limit for have, limit in zip(load, most, strict=False))
