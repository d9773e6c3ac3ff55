"""Encodes a problem as VROOM's JSON, with the matrices apart."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from milkrun.schema.times import is_timed, merged_windows
from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.vroom.bounds import Flags, bounded
from milkrun_solver.engines.vroom.child_request import Matrices, Request
from milkrun_solver.model.problem import Model
from milkrun_solver.model.tasks import Task
from milkrun_solver.model.travel import Cells
from milkrun_solver.model.vehicles import Vehicle

_ALWAYS = (0, 2**31)
"""A time window that never binds. A part in which nothing binds in time gets it if something in the whole
problem does: VROOM rounds costs differently otherwise."""


def request_of(model: Model, efforts: Sequence[Effort], threads: int, seconds: float) -> Request:
    """The request for a problem, with only the matrix rows that it uses."""
    rows = _rows(model)
    row_of = {place: rank for rank, place in enumerate(rows)}
    problem: dict[str, Any] = {
        "vehicles": [_vehicle(vehicle, model.amounts, row_of) for vehicle in model.vehicles],
        "jobs": [],
        "shipments": [],
    }
    if model.timed and not is_timed((it.source for it in model.tasks), (it.source for it in model.vehicles)):
        problem["vehicles"][0]["time_window"] = _ALWAYS
    for number, task in enumerate(model.tasks):
        if task.kind == "job":
            problem["jobs"].append(_job(task, row_of))
        elif task.kind == "pickup":
            problem["shipments"].append(_shipment(task, model.tasks[number + 1], row_of))
    matrices = _matrices(model, rows)
    bounded(model, problem, matrices, _closed(model, rows))
    return Request(problem, matrices, efforts, threads, seconds)


def _rows(model: Model) -> list[int]:
    places = {task.place for task in model.tasks}
    places |= {
        place for vehicle in model.vehicles for place in (vehicle.start, vehicle.end) if place is not None
    }
    return sorted(places)


def _matrices(model: Model, rows: list[int]) -> dict[str, Matrices]:
    """Each profile's matrices. VROOM needs distances for all profiles or none, so missing ones become 0."""
    profiles = {vehicle.source.profile: vehicle.travel for vehicle in model.vehicles}
    measured = any(travel.distances is not None for travel in profiles.values())

    def used(cells: Cells) -> Cells:
        return cells if len(rows) == len(cells) else cells[np.ix_(rows, rows)]

    matrices = {}
    for name, travel in profiles.items():
        durations = used(travel.durations)
        distances = None if travel.distances is None else used(travel.distances)
        if distances is None and measured:
            distances = np.zeros_like(durations)
        matrices[name] = (durations, distances, None if travel.costs is None else used(travel.costs))
    return matrices


def _closed(model: Model, rows: list[int]) -> dict[str, Flags | None]:
    """The closed legs between these rows, by profile."""
    profiles = {vehicle.source.profile: vehicle.travel.closed for vehicle in model.vehicles}
    return {name: None if legs is None else legs[np.ix_(rows, rows)] for name, legs in profiles.items()}


def _vehicle(vehicle: Vehicle, amounts: int, row_of: Mapping[int, int]) -> dict[str, Any]:
    source = vehicle.source
    described: dict[str, Any] = {
        "id": source.id,
        "profile": source.profile,
        "start_index": None if vehicle.start is None else row_of[vehicle.start],
        "end_index": None if vehicle.end is None else row_of[vehicle.end],
        "capacity": vehicle.capacity,
        "costs": source.costs.model_dump(),
        "skills": sorted(vehicle.skills),
        "type": source.type,
        "time_window": vehicle.window,
        "breaks": _breaks(vehicle, amounts),
        "speed_factor": source.speed_factor,
        "max_tasks": source.max_tasks,
        "max_travel_time": source.max_travel_time,
        "max_distance": source.max_distance,
    }
    return _given(described)


def _breaks(vehicle: Vehicle, amounts: int) -> list[dict[str, Any]]:
    return [
        _given(
            {
                "id": pause.id,
                "time_windows": merged_windows(pause.time_windows) or None,
                "service": pause.service,
                "max_load": (pause.max_load or None) if amounts else None,
            }
        )
        for pause in vehicle.source.breaks
    ]


def _job(task: Task, row_of: Mapping[int, int]) -> dict[str, Any]:
    return {
        **_step(task, row_of),
        "delivery": task.delivery,
        "pickup": task.pickup,
        "skills": list(task.skills),
        "priority": task.priority,
    }


def _shipment(pickup: Task, delivery: Task, row_of: Mapping[int, int]) -> dict[str, Any]:
    return {
        "pickup": _step(pickup, row_of),
        "delivery": _step(delivery, row_of),
        "amount": pickup.pickup,
        "skills": list(pickup.skills),
        "priority": pickup.priority,
    }


def _step(task: Task, row_of: Mapping[int, int]) -> dict[str, Any]:
    source = task.source
    return _given(
        {
            "id": source.id,
            "location_index": row_of[task.place],
            "setup": source.setup,
            "service": source.service,
            "setup_per_type": source.setup_per_type or None,
            "service_per_type": source.service_per_type or None,
            "time_windows": task.windows or None,
        }
    )


def _given(described: dict[str, Any]) -> dict[str, Any]:
    """Drops keys without a value: VROOM rejects null."""
    return {key: value for key, value in described.items() if value is not None}
