"""The verifier's own statement of relations between tasks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from milkrun.schema.solution import Solution
from milkrun_solver.verification.facts import TASK_TYPES, Facts


class _Visit(NamedTuple):
    """Where a task is served. Positions count tasks and reloads, and no breaks."""

    vehicle: int
    trip: int
    position: int


def relation_faults(problem: Facts, solution: Solution) -> Iterator[str]:
    """Finds relations that do not hold among those of their tasks that are served."""
    if not problem.relations:
        return
    visits = _visits(solution)
    for number, relation in enumerate(problem.relations):
        found = [visits.get((step.type, step.id)) for step in relation.steps]
        fault = _CHECKS[relation.type]([visit for visit in found if visit is not None])
        if fault:
            yield f"relation {number} ({relation.type}) is broken: {fault}"


def _visits(solution: Solution) -> dict[tuple[str, int | None], _Visit]:
    visits: dict[tuple[str, int | None], _Visit] = {}
    for route in solution.routes:
        trip = position = 0
        for step in route.steps:
            if step.type in TASK_TYPES:
                visits[step.type, step.id] = _Visit(route.vehicle, trip, position)
            trip += step.type == "reload"
            position += step.type != "break"
    return visits


def _same_vehicle(visits: Sequence[_Visit]) -> str | None:
    many = len({visit.vehicle for visit in visits}) > 1
    return "its tasks are on different vehicles" if many else None


def _different_vehicles(visits: Sequence[_Visit]) -> str | None:
    shared = len({visit.vehicle for visit in visits}) < len(visits)
    return "a vehicle has two of its tasks" if shared else None


def _not_together(visits: Sequence[_Visit]) -> str | None:
    shared = len({visit[:2] for visit in visits}) < len(visits)
    return "a trip has two of its tasks" if shared else None


def _sequence(visits: Sequence[_Visit]) -> str | None:
    positions = [visit.position for visit in visits]
    return _same_vehicle(visits) or (
        "its tasks are in another order" if positions != sorted(positions) else None
    )


def _direct_sequence(visits: Sequence[_Visit]) -> str | None:
    first = visits[0].position if visits else 0
    direct = [visit.position for visit in visits] == list(range(first, first + len(visits)))
    return _same_vehicle(visits) or (None if direct else "its tasks do not follow each other directly")


_CHECKS: Mapping[str, Callable[[Sequence[_Visit]], str | None]] = {
    "same_vehicle": _same_vehicle,
    "different_vehicles": _different_vehicles,
    "not_together": _not_together,
    "sequence": _sequence,
    "direct_sequence": _direct_sequence,
}
