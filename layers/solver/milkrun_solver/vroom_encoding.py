"""A problem as VROOM's JSON, with numbers as ids and its matrices apart."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from milkrun_solver.model import Model, Plan, Task, Vehicle, merged_windows
from milkrun_solver.vroom_request import Effort, Matrices, Request


def request_of(
    model: Model, efforts: Sequence[Effort], plan: Plan | None, threads: int, seconds: float
) -> Request:
    """The request for a problem. `plan` is where warm solves start."""
    problem: dict[str, Any] = {
        "vehicles": [_vehicle(model, number) for number in range(len(model.vehicles))],
        "jobs": [],
        "shipments": [],
    }
    for number, task in enumerate(model.tasks):
        if task.kind == "job":
            problem["jobs"].append(_job(model, number))
        elif task.kind == "pickup":
            problem["shipments"].append(_shipment(model, number))
    routes = {
        route.vehicle: [{"type": model.tasks[n].kind, "id": n} for n in route.tasks] for route in plan or []
    }
    return Request(problem, _matrices(model), routes, efforts, threads, seconds)


def _matrices(model: Model) -> dict[str, Matrices]:
    """VROOM takes distances of all profiles or of none, so zeros stand in for those that nobody asks for."""
    profiles = model.travel.profiles
    measured = any(travel.distances is not None for travel in profiles.values())
    matrices = {}
    for name, travel in profiles.items():
        distances = travel.distances
        if distances is None and measured:
            distances = np.zeros_like(travel.durations)
        matrices[name] = (travel.durations, distances, travel.costs)
    return matrices


def _vehicle(model: Model, number: int) -> dict[str, Any]:
    vehicle = model.vehicles[number]
    source = vehicle.source
    described: dict[str, Any] = {
        "id": number,
        "profile": source.profile,
        "start_index": vehicle.start,
        "end_index": vehicle.end,
        "capacity": vehicle.capacity,
        "costs": source.costs.model_dump(),
        "skills": source.skills,
        "type": source.type,
        "time_window": vehicle.window,
        "breaks": _breaks(vehicle, model.amounts),
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
                "id": rank,
                "time_windows": merged_windows(pause.time_windows) or None,
                "service": pause.service,
                "max_load": pause.max_load if amounts else None,
            }
        )
        for rank, pause in enumerate(vehicle.source.breaks)
    ]


def _job(model: Model, number: int) -> dict[str, Any]:
    task = model.tasks[number]
    return {
        **_step(number, task),
        "delivery": task.delivery,
        "pickup": task.pickup,
        "skills": list(task.skills),
        "priority": task.priority,
    }


def _shipment(model: Model, number: int) -> dict[str, Any]:
    pickup, delivery = model.tasks[number], model.tasks[number + 1]
    return {
        "pickup": _step(number, pickup),
        "delivery": _step(number + 1, delivery),
        "amount": pickup.pickup,
        "skills": list(pickup.skills),
        "priority": pickup.priority,
    }


def _step(number: int, task: Task) -> dict[str, Any]:
    source = task.source
    return _given(
        {
            "id": number,
            "location_index": task.place,
            "setup": source.setup,
            "service": source.service,
            "setup_per_type": source.setup_per_type or None,
            "service_per_type": source.service_per_type or None,
            "time_windows": task.windows or None,
        }
    )


def _given(described: dict[str, Any]) -> dict[str, Any]:
    """Without keys that have no value: VROOM reads a null as a wrong value."""
    return {key: value for key, value in described.items() if value is not None}
