"""What a route visits, in order, before it has times.

A task is visited by its number, a plain `int`: plans of thousands of tasks are made, compared and hashed
thousands of times in a search, and an object for each visit would cost more than all else about them. What is
not a task has a class of its own, so nothing that is no task passes for a number.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class ReloadVisit:
    """A reload, at this place of the vehicle's list `reloads`."""

    reload: int


@dataclass(frozen=True, slots=True)
class BreakVisit:
    """A break, by its rank in the vehicle's list `breaks`."""

    pause: int


Visit = int | ReloadVisit
"""A task by its number, or a reload."""


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
