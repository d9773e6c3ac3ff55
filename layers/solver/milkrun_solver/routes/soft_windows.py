"""What it costs to serve tasks before or after their soft time windows."""

from collections.abc import Iterable

from milkrun_solver.model.problem import Model

_SECONDS_PER_HOUR = 3_600


def soft_costs(model: Model, services: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The cost of the early and of the late tasks of one route, each rounded once to the nearest unit.

    Args:
        services: The number of each task, and when its service begins, in seconds.
    """
    early = late = 0
    for number, time in services:
        window = model.tasks[number].soft
        if window is not None:
            early += window.early * max(0, window.start - time)
            late += window.late * max(0, time - window.end)
    return per_hour(early), per_hour(late)


def per_hour(amount: int) -> int:
    """A price for each hour, times seconds, in cost units: rounded to the nearest, and half a unit up."""
    return (2 * amount + _SECONDS_PER_HOUR) // (2 * _SECONDS_PER_HOUR)
