"""Trips: the stretches of a planned route between its reloads."""

from collections.abc import Iterator, Sequence

from milkrun_solver.model.problem import Model, Task


def trips(model: Model, tasks: Sequence[int]) -> Iterator[list[Task]]:
    """The tasks of each trip of a route, as planned; a trip may have none."""
    trip: list[Task] = []
    for number in tasks:
        if number >= 0:
            trip.append(model.tasks[number])
        else:
            yield trip
            trip = []
    yield trip


def releases(model: Model, tasks: Sequence[int]) -> list[int]:
    """When the goods of each trip are ready, in seconds."""
    return [max((task.release for task in trip), default=0) for trip in trips(model, tasks)]


def first_loads(model: Model, tasks: Sequence[int]) -> list[tuple[int, ...]]:
    """What is on board when each trip begins: what its jobs get. Shipments get there by their pickup."""
    return [
        tuple(sum(task.delivery[i] for task in trip if task.kind == "job") for i in range(model.amounts))
        for trip in trips(model, tasks)
    ]
