"""Which tasks no vehicle can serve, neither alone nor on the way."""

from collections.abc import Iterator
from itertools import chain, pairwise

from milkrun_solver.feasibility.detours import Detours
from milkrun_solver.feasibility.screening import Reach
from milkrun_solver.model.problem import HUNDREDTHS, Model, Task, Vehicle
from milkrun_solver.model.visits import ReloadVisit, Visit, tasks_among
from milkrun_solver.routes.schedule import schedule

_FEW = 8
"""So many vehicles are tried without more ado: most tasks fit one of them."""


def impossible_tasks(model: Model) -> set[int]:
    """Numbers of the tasks that fit no vehicle, on a route of their own or on the way between others; both
    ends of such a shipment."""
    return {number for order, may_be in _not_alone(model) for number in order if not may_be}


def served_on_the_way_alone(model: Model) -> list[tuple[int, ...]]:
    """The jobs and shipments that no vehicle can serve on a route of their own, but maybe between others: the
    numbers of their tasks."""
    return [order for order, may_be in _not_alone(model) if may_be]


def _not_alone(model: Model) -> Iterator[tuple[tuple[int, ...], bool]]:
    """The jobs and shipments that fit no vehicle alone, and whether one may serve them on the way."""
    kinds = list({_signature(vehicle): number for number, vehicle in enumerate(model.vehicles)}.values())
    reach = Reach(model, kinds[_FEW:])
    detours = Detours(model, kinds)
    for number, task in enumerate(model.tasks):
        if task.kind == "delivery":
            continue
        together = (number,) if task.partner is None else (number, task.partner)
        candidates = chain(kinds[:_FEW], reach.vehicles(number))
        if not any(_serves_somehow(model, vehicle, together) for vehicle in candidates):
            yield together, detours.may_serve(together)


def _signature(vehicle: Vehicle) -> tuple[object, ...]:
    source = vehicle.source
    return (
        vehicle.start, vehicle.end, vehicle.capacity, vehicle.skills, vehicle.type_rank, vehicle.window,
        vehicle.duration_factor, id(vehicle.travel),
        source.max_tasks, source.max_travel_time, source.max_distance,
        source.shift_duration, source.max_overtime,
        tuple((reload.place, reload.service) for reload in vehicle.reloads), source.max_reloads == 0,
    )  # fmt: skip


def _serves_somehow(model: Model, number: int, tasks: tuple[int, ...]) -> bool:
    """From the start, or from a place to reload, which may be nearer when the goods are ready."""
    vehicle = model.vehicles[number]
    reloads = [] if vehicle.source.max_reloads == 0 else list(map(ReloadVisit, range(len(vehicle.reloads))))
    return _serves_alone(model, number, tasks) or any(
        _serves_alone(model, number, (reload, *tasks)) for reload in reloads
    )


def _takes(vehicle: Vehicle, task: Task) -> bool:
    """Whether a vehicle has the skills and the room."""
    carried = map(max, task.delivery, task.pickup)
    fits = all(amount <= room for amount, room in zip(carried, vehicle.capacity, strict=True))
    return task.skills <= vehicle.skills and fits


def _serves_alone(model: Model, number: int, visits: tuple[Visit, ...]) -> bool:
    vehicle = model.vehicles[number]
    served = [model.tasks[task] for task in tasks_among(visits)]
    if not _takes(vehicle, served[0]):
        return False
    timed = schedule(model, number, visits)
    if timed is None:
        return False
    limits = vehicle.source
    stops = [model.tasks[it] if isinstance(it, int) else vehicle.reloads[it.reload] for it in visits]
    places = [vehicle.start, *(stop.place for stop in stops), vehicle.end]
    known = [place for place in places if place is not None]
    travelled = sum(vehicle.duration(a, b) for a, b in pairwise(known))
    return (
        (limits.max_tasks is None or len(served) <= limits.max_tasks)
        and (limits.max_travel_time is None or travelled <= HUNDREDTHS * limits.max_travel_time)
        and (limits.max_distance is None or timed.stops[-1].distance <= limits.max_distance)
        and timed.overtime <= limits.max_overtime
    )
