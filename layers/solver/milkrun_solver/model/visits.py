"""Plans: what each route visits, in order, without times.

A visit to a task is the task's number, a plain `int`. A search makes, compares and hashes plans of thousands
of tasks thousands of times, and objects would be too slow for that. Reloads and breaks have classes of their
own, so that they cannot be mistaken for tasks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class ReloadVisit:
    """A reload, by its rank in the vehicle's list `reloads`."""

    reload: int


@dataclass(frozen=True, slots=True)
class BreakVisit:
    """A break, by its rank in the vehicle's list `breaks`."""

    pause: int


PlacedVisit = int | ReloadVisit
"""The number of a task, or a reload: a visit to a place."""
Visit = PlacedVisit | BreakVisit
"""The number of a task, a reload or a break."""


def tasks_among(visits: Iterable[object]) -> tuple[int, ...]:
    """The numbers of the tasks among some visits, in order."""
    return tuple(visit for visit in visits if isinstance(visit, int))


def placed_among(visits: Iterable[Visit]) -> tuple[PlacedVisit, ...]:
    """The tasks and reloads among some visits, in order."""
    return tuple([visit for visit in visits if not isinstance(visit, BreakVisit)])


class PlannedRoute(NamedTuple):
    """A vehicle, and its tasks, reloads and breaks in order.

    A break is taken on the way to the next visit that has a place. Breaks of the vehicle that are not among
    the visits are taken where the route ends earliest.
    """

    vehicle: int
    visits: tuple[Visit, ...]

    @property
    def tasks(self) -> tuple[int, ...]:
        """The numbers of the tasks, without reloads and breaks."""
        return tasks_among(self.visits)

    @property
    def placed(self) -> tuple[PlacedVisit, ...]:
        """The tasks and reloads, without breaks."""
        return placed_among(self.visits)


Plan = list[PlannedRoute]
