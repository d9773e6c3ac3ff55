"""When the service of a task may begin, and when it should."""

from typing import NamedTuple

from milkrun.schema import tasks as schema
from milkrun.schema.priced import has_soft_window

Window = tuple[int, int]
"""A span of time, both ends included."""


class SoftWindow(NamedTuple):
    """When service should begin, in seconds, and the price of each hour before and after. Without a price, an
    end does not matter."""

    start: int
    end: int
    early: int
    late: int


def in_reach(windows: tuple[Window, ...], release: int) -> tuple[Window, ...]:
    """Drops time windows that end before the goods are ready, because PyVRP rejects them.

    If none would be left, all stay, and the task counts as impossible.
    """
    return tuple(window for window in windows if window[1] >= release) or windows


def soft_window_of(task: schema.Task) -> SoftWindow | None:
    """When service should begin; None if no time has a price."""
    window = task.soft_time_window
    if window is None or not has_soft_window(task):
        return None
    early, late = window.cost_per_hour_early, window.cost_per_hour_late
    return SoftWindow(window.start or 0, window.end or 0, early, late)
