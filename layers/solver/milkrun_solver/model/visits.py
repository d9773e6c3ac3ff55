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


Visit = int | ReloadVisit
"""The number of a task, or a reload."""


def tasks_among(visits: Iterable[object]) -> tuple[int, ...]:
    """The numbers of the tasks among some visits, in order."""
    return tuple(visit for visit in visits if isinstance(visit, int))


class PlannedRoute(NamedTuple):
    """A vehicle, and its tasks and reloads in order."""

    vehicle: int
    visits: tuple[Visit, ...]

    @property
    def tasks(self) -> tuple[int, ...]:
        """The numbers of the tasks, without reloads."""
        return tasks_among(self.visits)


Plan = list[PlannedRoute]
