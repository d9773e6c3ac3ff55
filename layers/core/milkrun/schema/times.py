"""Time windows of a problem, and whether anything in it is bound to a time."""

from collections.abc import Iterable, Sequence

from milkrun.schema.fields import Slot
from milkrun.schema.priced import has_soft_window
from milkrun.schema.tasks import Job, Task
from milkrun.schema.vehicles import Vehicle


def is_timed(tasks: Iterable[Task], vehicles: Iterable[Vehicle]) -> bool:
    """Whether a problem has a time window, hard or soft, a break, a release time, a shift duration or
    `driver_rules`.

    If it has none, VROOM rounds costs in another way and every route starts at 0.
    """
    return any(
        task.time_windows or has_soft_window(task) or (isinstance(task, Job) and task.release_time)
        for task in tasks
    ) or any(
        it.time_window or it.breaks or it.shift_duration is not None or it.driver_rules is not None
        for it in vehicles
    )


def merged_windows(windows: Sequence[Slot]) -> tuple[tuple[int, int], ...]:
    """The same times as ascending windows that do not meet."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
