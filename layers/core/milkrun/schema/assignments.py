"""Rules on who serves what: allowed vehicles. Each yields where a problem breaks it and why."""

from collections.abc import Iterator

from milkrun.schema.paths import Breach, Path
from milkrun.schema.problem import Job, Problem, Shipment


def assignment_breaches(problem: Problem) -> Iterator[Breach]:
    """All broken rules of who serves what."""
    yield from _allowed_vehicles(problem)


def _orders(problem: Problem) -> Iterator[tuple[Path, Job | Shipment]]:
    for i, job in enumerate(problem.jobs):
        yield ("jobs", i), job
    for i, shipment in enumerate(problem.shipments):
        yield ("shipments", i), shipment


def _allowed_vehicles(problem: Problem) -> Iterator[Breach]:
    known = {vehicle.id for vehicle in problem.vehicles}
    for path, order in _orders(problem):
        for k, number in enumerate(order.allowed_vehicles or ()):
            if number not in known:
                yield Breach((*path, "allowed_vehicles", k), f"there is no vehicle with the id {number}")
