"""A route with its times, loads and cost."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

TASK_KINDS = frozenset(("job", "pickup", "delivery"))
"""Kinds of stops that are tasks."""


@dataclass(slots=True)
class Stop:
    """One step of a route. `number` is that of the task, or of the break or reload within its vehicle; None
    at start and end, and at a break that `driver_rules` ask for.

    Times are in seconds, `distance` in metres. `duration` and `distance` count from the start of the route,
    up to the arrival. `load` is what is on board after the stop.
    """

    kind: Literal["start", "job", "pickup", "delivery", "break", "reload", "end"]
    number: int | None
    arrival: int
    duration: int
    distance: int
    load: tuple[int, ...]
    setup: int = 0
    service: int = 0
    waiting: int = 0


@dataclass(slots=True)
class TimedRoute:
    """A route with its stops from start to end, its cost, and its overtime in seconds."""

    vehicle: int
    stops: list[Stop]
    cost: int
    overtime: int = 0


def tasks_of(route: TimedRoute) -> tuple[int, ...]:
    """The tasks of a route in order."""
    return tuple(stop.number for stop in route.stops if stop.kind in TASK_KINDS and stop.number is not None)


def services_of(stops: Iterable[Stop]) -> Iterator[tuple[int, int]]:
    """The number of each task among the stops, and when its service begins."""
    for stop in stops:
        if stop.kind in TASK_KINDS and stop.number is not None:
            yield stop.number, stop.arrival + stop.waiting
