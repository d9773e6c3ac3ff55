"""Trips: the parts of a planned route between its reloads."""

from collections.abc import Iterator, Sequence

from milkrun_solver.model.problem import Model
from milkrun_solver.model.tasks import Task
from milkrun_solver.model.visits import ReloadVisit, Visit


def trips(model: Model, visits: Sequence[Visit]) -> Iterator[list[Task]]:
    """The tasks of each trip of a planned route. A trip may be empty."""
    trip: list[Task] = []
    for visit in visits:
        if isinstance(visit, int):
            trip.append(model.tasks[visit])
        elif isinstance(visit, ReloadVisit):
            yield trip
            trip = []
    yield trip


def releases(model: Model, visits: Sequence[Visit]) -> list[int]:
    """When the goods of each trip are ready, in seconds."""
    return [max([task.release for task in trip], default=0) for trip in trips(model, visits)]


def first_loads(model: Model, visits: Sequence[Visit]) -> list[tuple[int, ...]]:
    """The load when each trip begins: the deliveries of its jobs. Shipments come on board at their pickup."""
    return [
        tuple([sum([task.delivery[i] for task in trip if task.kind == "job"]) for i in range(model.amounts)])
        for trip in trips(model, visits)
    ]
