"""Rules of a problem that span several fields. Each yields where it is broken and why."""

from collections.abc import Iterator
from itertools import pairwise

from milkrun.schema.assignments import assignment_breaches
from milkrun.schema.capabilities import refusals
from milkrun.schema.driver_breaches import driver_breaches
from milkrun.schema.fields import Amounts, Cells
from milkrun.schema.matrices import Matrix
from milkrun.schema.paths import Breach, Path, json_path, stops
from milkrun.schema.priced import price_breaches
from milkrun.schema.problem import Problem
from milkrun.schema.vehicles import DEFAULT_PER_HOUR, Vehicle, VehicleStep


def breaches(problem: Problem) -> Iterator[Breach]:
    """All broken rules of a problem whose fields are valid by themselves."""
    yield from _work(problem)
    yield from _ids(problem)
    yield from _amounts(problem)
    yield from _travel_times(problem)
    yield from _vehicle_steps(problem)
    yield from assignment_breaches(problem)
    for v, vehicle in enumerate(problem.vehicles):
        yield from _needed(("vehicles", v), vehicle)
        if vehicle.driver_rules is not None:
            yield from driver_breaches(("vehicles", v, "driver_rules"), vehicle.driver_rules)
    yield from price_breaches(problem)
    yield from refusals(problem)


def _work(problem: Problem) -> Iterator[Breach]:
    if not problem.jobs and not problem.shipments:
        yield Breach(("jobs",), "the problem needs at least one job or shipment")


def _ids(problem: Problem) -> Iterator[Breach]:
    yield from _unique(("vehicles",), ("id",), [vehicle.id for vehicle in problem.vehicles])
    yield from _unique(("jobs",), ("id",), [job.id for job in problem.jobs])
    for end in ("pickup", "delivery"):
        yield from _unique(("shipments",), (end, "id"), [getattr(s, end).id for s in problem.shipments])
    for v, vehicle in enumerate(problem.vehicles):
        yield from _unique(("vehicles", v, "breaks"), ("id",), [pause.id for pause in vehicle.breaks])
        yield from _unique(("vehicles", v, "reloads"), ("id",), [place.id for place in vehicle.reloads])


def _unique(items: Path, key: Path, ids: list[int]) -> Iterator[Breach]:
    if len(set(ids)) == len(ids):
        return
    seen: set[int] = set()
    for i, value in enumerate(ids):
        if value in seen:
            yield Breach((*items, i, *key), f"the id {value} is used twice")
        seen.add(value)


def _all_amounts(problem: Problem) -> Iterator[tuple[Path, Amounts]]:
    for v, vehicle in enumerate(problem.vehicles):
        yield ("vehicles", v, "capacity"), vehicle.capacity
        for b, pause in enumerate(vehicle.breaks):
            yield ("vehicles", v, "breaks", b, "max_load"), pause.max_load or []
    for i, job in enumerate(problem.jobs):
        yield ("jobs", i, "delivery"), job.delivery
        yield ("jobs", i, "pickup"), job.pickup
    for i, shipment in enumerate(problem.shipments):
        yield ("shipments", i, "amount"), shipment.amount


def _amounts(problem: Problem) -> Iterator[Breach]:
    sizes = {len(job.delivery) for job in problem.jobs} | {len(job.pickup) for job in problem.jobs}
    sizes |= {len(shipment.amount) for shipment in problem.shipments}
    sizes |= {len(vehicle.capacity) for vehicle in problem.vehicles}
    sizes |= {len(pause.max_load or ()) for vehicle in problem.vehicles for pause in vehicle.breaks}
    if len(sizes - {0}) <= 1:
        return
    first: tuple[Path, int] | None = None
    for path, amounts in _all_amounts(problem):
        if not amounts:
            continue
        if first is None:
            first = path, len(amounts)
        elif len(amounts) != first[1]:
            yield Breach(path, _unequal(len(amounts), json_path(first[0]), first[1]))


def _travel_times(problem: Problem) -> Iterator[Breach]:
    if problem.matrices is None:
        yield from _coordinates(problem)
        return
    if problem.network is not None:
        yield Breach(("network",), "cannot be combined with `matrices`")
    ragged = False
    for profile, matrix in problem.matrices.items():
        for breach in _shape(profile, matrix):
            ragged = True
            yield breach
        yield from _ascending(profile, matrix)
    if not ragged:
        yield from _indices(problem, problem.matrices)
        for v, vehicle in enumerate(problem.vehicles):
            yield from _vehicle_matrix(v, vehicle, problem.matrices)


def _coordinates(problem: Problem) -> Iterator[Breach]:
    for path, stop in stops(problem):
        if stop.location is None:
            yield Breach((*path, "location"), "is required, because the problem has no matrices")
    for v, vehicle in enumerate(problem.vehicles):
        if vehicle.start is None and vehicle.end is None:
            yield Breach(("vehicles", v, "start"), "a vehicle needs a `start` or an `end`")


def _shape(profile: str, matrix: Matrix) -> Iterator[Breach]:
    size = len(matrix.durations)
    kinds: list[tuple[Path, Cells | None]] = [
        (("durations",), matrix.durations),
        (("distances",), matrix.distances),
        (("costs",), matrix.costs),
        *((("slots", k, "durations"), slot.durations) for k, slot in enumerate(matrix.slots)),
    ]
    for kind, cells in kinds:
        if cells is None:
            continue
        path: Path = ("matrices", profile, *kind)
        if not cells:
            yield Breach(path, "is empty")
        elif len(cells) != size:
            yield Breach(path, _unequal(len(cells), "`durations`", size))
        for r, row in enumerate(cells):
            if len(row) != len(cells):
                yield Breach(
                    (*path, r),
                    f"has length {len(row)}, but the matrix has {_rows(len(cells))}. A matrix must be square",
                )
                break


def _ascending(profile: str, matrix: Matrix) -> Iterator[Breach]:
    for k, (slot, later) in enumerate(pairwise(matrix.slots), 1):
        if later.start <= slot.start:
            message = f"must be after the start of the slot before it ({slot.start})"
            yield Breach(("matrices", profile, "slots", k, "start"), message)


def _indices(problem: Problem, matrices: dict[str, Matrix]) -> Iterator[Breach]:
    size = min(len(matrix.durations) for matrix in matrices.values())
    for path, stop in stops(problem):
        if stop.location_index is None:
            yield Breach((*path, "location_index"), "is required, because the problem has matrices")
        elif stop.location_index >= size:
            yield Breach((*path, "location_index"), _outside(stop.location_index, size))
    for v, vehicle in enumerate(problem.vehicles):
        if vehicle.start_index is None and vehicle.end_index is None:
            yield Breach(("vehicles", v, "start_index"), "a vehicle needs a `start_index` or an `end_index`")
        for key, index in (("start_index", vehicle.start_index), ("end_index", vehicle.end_index)):
            if index is not None and index >= size:
                yield Breach(("vehicles", v, key), _outside(index, size))


def _unequal(length: int, other: str, others_length: int) -> str:
    return f"has length {length}, but {other} has length {others_length}; they must be equal"


def _outside(index: int, size: int) -> str:
    return f"the index {index} is out of range: the smallest matrix has {_rows(size)}"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _vehicle_matrix(v: int, vehicle: Vehicle, matrices: dict[str, Matrix]) -> Iterator[Breach]:
    matrix = matrices.get(vehicle.profile)
    if matrix is None:
        yield Breach(("vehicles", v, "profile"), f"there is no matrix for the profile {vehicle.profile!r}")
        return
    if matrix.distances is None:
        for path, needed in (
            (("costs", "per_km"), vehicle.costs.per_km > 0),
            (("max_distance",), vehicle.max_distance is not None),
        ):
            if needed:
                yield Breach(("vehicles", v, *path), f"needs `matrices.{vehicle.profile}.distances`")
    for key, used in (("breaks", vehicle.breaks), ("driver_rules", vehicle.driver_rules)):
        if matrix.slots and used:
            yield Breach(("vehicles", v, key), f"cannot be combined with `matrices.{vehicle.profile}.slots`")
    if matrix.costs is not None and vehicle.costs.per_hour != DEFAULT_PER_HOUR:
        yield Breach(("vehicles", v, "costs", "per_hour"), "cannot be combined with a custom `costs` matrix")


def _vehicle_steps(problem: Problem) -> Iterator[Breach]:
    if not any(vehicle.steps for vehicle in problem.vehicles):
        return
    known = {
        "job": {job.id for job in problem.jobs},
        "pickup": {shipment.pickup.id for shipment in problem.shipments},
        "delivery": {shipment.delivery.id for shipment in problem.shipments},
    }
    seen: set[tuple[str, int]] = set()
    for v, vehicle in enumerate(problem.vehicles):
        ids = {
            **known,
            "break": {pause.id for pause in vehicle.breaks},
            "reload": {place.id for place in vehicle.reloads},
        }
        for i, step in enumerate(vehicle.steps):
            if _needs_no_id(vehicle, step):
                continue
            path = ("vehicles", v, "steps", i, "id")
            if step.id is None:
                yield Breach(path, f"a step of type {step.type!r} needs an id")
            elif step.id not in ids[step.type]:
                has = "there is" if step.type in known else "this vehicle has"
                yield Breach(path, f"{has} no {step.type} with the id {step.id}")
            elif step.type in known and (step.type, step.id) in seen:
                yield Breach(path, f"{step.type} {step.id} occurs in more than one step")
            else:
                seen.add((step.type, step.id))


def _needs_no_id(vehicle: Vehicle, step: VehicleStep) -> bool:
    """Also a break that `driver_rules` asked for in an answer."""
    is_asked_for = step.type == "break" and step.id is None and vehicle.driver_rules is not None
    return is_asked_for or step.type in ("start", "end")


def _needed(path: Path, vehicle: Vehicle) -> Iterator[Breach]:
    if vehicle.max_reloads is not None and not vehicle.reloads:
        yield Breach((*path, "max_reloads"), "is allowed only with `reloads`")
    if vehicle.max_overtime and vehicle.shift_duration is None:
        yield Breach((*path, "max_overtime"), "is allowed only with `shift_duration`")
    if vehicle.costs.per_overtime_hour and not vehicle.max_overtime:
        message = "is allowed only if `max_overtime` is more than 0"
        yield Breach((*path, "costs", "per_overtime_hour"), message)
