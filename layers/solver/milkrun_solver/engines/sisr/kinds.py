"""Vehicles of one kind: those that the compiled search need not tell apart."""

from milkrun_solver.model.problem import Model
from milkrun_solver.model.vehicles import Vehicle


def kinds_of(model: Model) -> tuple[list[Vehicle], list[int]]:
    """One vehicle of each kind, and the kind of each vehicle."""
    ranks: dict[tuple[object, ...], int] = {}
    kinds: list[Vehicle] = []
    of_vehicle: list[int] = []
    for vehicle in model.vehicles:
        traits = _traits(vehicle)
        if traits not in ranks:
            ranks[traits] = len(kinds)
            kinds.append(vehicle)
        of_vehicle.append(ranks[traits])
    return kinds, of_vehicle


def way_of(kind: Vehicle) -> tuple[int, int, int, int]:
    """What decides a vehicle's times and costs of travel."""
    return id(kind.travel), kind.duration_factor, kind.cost_factor, kind.source.costs.per_km


def _traits(vehicle: Vehicle) -> tuple[object, ...]:
    """All that the search knows of a vehicle."""
    it = vehicle.source
    breaks = tuple(
        (pause.service, tuple((w.start, w.end) for w in pause.time_windows), tuple(pause.max_load or ()))
        for pause in it.breaks
    )
    reloads = tuple((reload.place, reload.service) for reload in vehicle.reloads)
    costs = it.costs.fixed, it.costs.per_task_hour, it.costs.per_overtime_hour
    limits = (
        it.max_tasks,
        it.max_travel_time,
        it.max_distance,
        it.shift_duration,
        it.max_overtime,
        it.max_reloads,
    )
    way = vehicle.start, vehicle.end, vehicle.window, vehicle.type_rank, vehicle.capacity, vehicle.skills
    begins = it.id if vehicle.first else None  # a kind whose routes begin with given visits has one vehicle
    return *way_of(vehicle), *way, *costs, *limits, vehicle.driver_rules, breaks, reloads, begins
