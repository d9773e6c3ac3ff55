"""The places of a problem that is given in coordinates."""

from collections.abc import Iterator

from milkrun.schema.problem import Coordinates, Problem, Vehicle


def task_places(problem: Problem) -> Iterator[tuple[str, Coordinates | None]]:
    """Where each task is, with its name in a message."""
    for job in problem.jobs:
        yield f"job {job.id}", job.location
    for shipment in problem.shipments:
        yield f"pickup {shipment.pickup.id}", shipment.pickup.location
        yield f"delivery {shipment.delivery.id}", shipment.delivery.location


def vehicle_places(vehicle: Vehicle) -> Iterator[tuple[str, Coordinates | None]]:
    """Where a vehicle starts, ends and reloads, with a name in a message."""
    yield f"the start of vehicle {vehicle.id}", vehicle.start
    yield f"the end of vehicle {vehicle.id}", vehicle.end
    for place in vehicle.reloads:
        yield f"the reload {place.id} of vehicle {vehicle.id}", place.location


def distinct_coordinates(problem: Problem) -> dict[Coordinates, int]:
    """A number for each place: equal coordinates are the same one."""
    named = [place for vehicle in problem.vehicles for place in vehicle_places(vehicle)]
    rows: dict[Coordinates, int] = {}
    for _, place in (*named, *task_places(problem)):
        if place is not None:
            rows.setdefault(place, len(rows))
    return rows
