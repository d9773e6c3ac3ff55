"""Rules on who serves what: allowed vehicles, relations, the number of vehicles.

Each yields where a problem breaks it and why.
"""

from collections.abc import Iterator

from milkrun.schema.paths import Breach, Path
from milkrun.schema.problem import Job, Problem, Relation, Shipment

_APART = ("different_vehicles", "not_together")
_IN_ORDER = ("sequence", "direct_sequence")
_Task = tuple[str, int]


def assignment_breaches(problem: Problem) -> Iterator[Breach]:
    """All broken rules of who serves what."""
    yield from _allowed_vehicles(problem)
    if problem.relations:
        yield from _relations(problem)
    yield from _vehicle_counts(problem)


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


def _relations(problem: Problem) -> Iterator[Breach]:
    partners: dict[_Task, _Task] = {}
    for it in problem.shipments:
        pickup, delivery = ("pickup", it.pickup.id), ("delivery", it.delivery.id)
        partners |= {pickup: delivery, delivery: pickup}
    known = {("job", job.id) for job in problem.jobs} | partners.keys()
    for r, relation in enumerate(problem.relations):
        path: Path = ("relations", r, "steps")
        if len(relation.steps) < 2:
            yield Breach(path, "must have at least two steps")
        yield from _relation(path, relation, known, partners)


def _relation(
    path: Path, relation: Relation, known: set[_Task], partners: dict[_Task, _Task]
) -> Iterator[Breach]:
    """The steps of a relation that do not exist, or that contradict an earlier one."""
    seen: set[_Task] = set()
    for k, step in enumerate(relation.steps):
        task = step.type, step.id
        if task not in known:
            yield Breach((*path, k, "id"), f"there is no {step.type} with the id {step.id}")
        elif task in seen:
            yield Breach((*path, k), f"{step.type} {step.id} occurs twice in the relation")
        elif partners.get(task) in seen and relation.type in _APART:
            yield Breach((*path, k), "the other end of its shipment is in the relation too")
        elif partners.get(task) in seen and relation.type in _IN_ORDER and step.type == "pickup":
            yield Breach((*path, k), "its own delivery comes before it")
        seen.add(task)


def _vehicle_counts(problem: Problem) -> Iterator[Breach]:
    least, most = problem.options.min_vehicles, problem.options.max_vehicles
    path: Path = ("options", "min_vehicles")
    if least > len(problem.vehicles):
        yield Breach(path, f"is more than the number of vehicles ({len(problem.vehicles)})")
    elif most is not None and least > most:
        yield Breach(path, f"is more than `max_vehicles` ({most})")
