"""Rules on who serves what: allowed vehicles, relations, fixed steps, the number of vehicles.

Each yields where a problem breaks it and why.
"""

from collections.abc import Iterator

from milkrun.schema.fixed_steps import FixedSteps
from milkrun.schema.paths import Breach, Path
from milkrun.schema.problem import Problem
from milkrun.schema.relations import Relation
from milkrun.schema.tasks import Job, Shipment

_APART = ("different_vehicles", "not_together")
_IN_ORDER = ("sequence", "direct_sequence")
_ON_ONE_VEHICLE = ("same_vehicle", *_IN_ORDER)
_Task = tuple[str, int]


def assignment_breaches(problem: Problem) -> Iterator[Breach]:
    """All broken rules of who serves what."""
    fixed = FixedSteps(problem)
    yield from _allowed_vehicles(problem)
    yield from fixed.breaches()
    if problem.relations:
        yield from _relations(problem, fixed.vehicle_of)
    yield from _vehicle_counts(problem, len(set(fixed.vehicle_of.values())))


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


def _relations(problem: Problem, fixed: dict[_Task, int]) -> Iterator[Breach]:
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
        yield from _fixed_in_relation(path, relation, fixed)


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


def _fixed_in_relation(path: Path, relation: Relation, fixed: dict[_Task, int]) -> Iterator[Breach]:
    """The steps that are fixed where the relation forbids it. `fixed` has the vehicle of each fixed task."""
    vehicles: set[int] = set()
    for k, step in enumerate(relation.steps):
        vehicle = fixed.get((step.type, step.id))
        if vehicle is None:
            continue
        if relation.type in _ON_ONE_VEHICLE and vehicles - {vehicle}:
            yield Breach((*path, k), "is fixed on another vehicle than an earlier step")
        elif relation.type == "different_vehicles" and vehicle in vehicles:
            yield Breach((*path, k), "is fixed on the same vehicle as an earlier step")
        vehicles.add(vehicle)


def _vehicle_counts(problem: Problem, fixed: int) -> Iterator[Breach]:
    """Limits that cannot be kept. `fixed` is the number of vehicles with fixed steps."""
    least, most = problem.options.min_vehicles, problem.options.max_vehicles
    path: Path = ("options", "min_vehicles")
    if least > len(problem.vehicles):
        yield Breach(path, f"is more than the number of vehicles ({len(problem.vehicles)})")
    elif most is not None and least > most:
        yield Breach(path, f"is more than `max_vehicles` ({most})")
    if most is not None and most < fixed:
        message = f"is less than the number of vehicles with fixed steps ({fixed})"
        yield Breach(("options", "max_vehicles"), message)
