"""The places of a problem that is given in coordinates."""

from collections.abc import Iterator
from typing import NamedTuple

from milkrun.schema.fields import Coordinates
from milkrun.schema.paths import Path, tasks
from milkrun.schema.problem import Problem


class Place(NamedTuple):
    """A place in a problem: its name in messages, its path in the body, its coordinates."""

    name: str
    path: Path
    coordinates: Coordinates | None


def task_places(problem: Problem) -> Iterator[Place]:
    """The place of each task."""
    for path, task in tasks(problem):
        kind = "job" if path[0] == "jobs" else path[-1]
        yield Place(f"{kind} {task.id}", (*path, "location"), task.location)


def vehicle_places(problem: Problem, number: int) -> Iterator[Place]:
    """The places where a vehicle starts, ends and reloads."""
    vehicle, path = problem.vehicles[number], ("vehicles", number)
    yield Place(f"the start of vehicle {vehicle.id}", (*path, "start"), vehicle.start)
    yield Place(f"the end of vehicle {vehicle.id}", (*path, "end"), vehicle.end)
    for i, reload in enumerate(vehicle.reloads):
        name = f"the reload {reload.id} of vehicle {vehicle.id}"
        yield Place(name, (*path, "reloads", i, "location"), reload.location)


def distinct_coordinates(problem: Problem) -> dict[Coordinates, int]:
    """A number for each place of a problem; equal coordinates have the same number."""
    depots = [place for v in range(len(problem.vehicles)) for place in vehicle_places(problem, v)]
    rows: dict[Coordinates, int] = {}
    for place in (*depots, *task_places(problem)):
        if place.coordinates is not None:
            rows.setdefault(place.coordinates, len(rows))
    return rows
