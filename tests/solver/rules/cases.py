"""One order on one vehicle, for tests of single rules."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from milkrun_solver.feasibility.unservable import _insertions
from milkrun_solver.model.problem import Model
from milkrun_solver.rules.rule import Insertion, Rule
from milkrun_solver.rules.vehicle_group import DIRECT, TaskLegs, VehicleGroup
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

CELLS = [[0, 100], [100, 0]]
LEFT_OUT, LET_PASS = (False, False), (True, True)
"""Verdicts on a vehicle where a rule and its screening agree."""


def one_job(vehicle: dict[str, Any], job: dict[str, Any], cells: list[list[int]] = CELLS) -> Model:
    """A vehicle at home, and a job 100 seconds and 100 metres away."""
    return several_vehicles(vehicle, cells=cells, **job)


def several_vehicles(*vehicles: dict[str, Any], cells: list[list[int]] = CELLS, **job: Any) -> Model:
    """Vehicles at the same home, and a job 100 seconds and 100 metres away."""
    return _model(vehicles, {"jobs": [{"id": 1, "location_index": 1, **job}]}, cells)


def one_shipment(vehicle: dict[str, Any], shipment: dict[str, Any]) -> Model:
    """A vehicle at home, and a shipment that it fetches 100 seconds and 100 metres away, to bring it home."""
    ends = {"pickup": {"id": 1, "location_index": 1}, "delivery": {"id": 2, "location_index": 0}}
    return _model([vehicle], {"shipments": [{**ends, **shipment}]}, CELLS)


def _model(vehicles: Sequence[dict[str, Any]], tasks: dict[str, Any], cells: list[list[int]]) -> Model:
    homes = {"start_index": 0, "end_index": 0, "capacity": [5]}
    fleet = [{"id": number, **homes, **vehicle} for number, vehicle in enumerate(vehicles)]
    matrices = {"car": {"durations": cells, "distances": cells}}
    return model_of(problem_of({"vehicles": fleet, "matrices": matrices, **tasks}))


def direct(model: Model, vehicle: int = 0, order: tuple[int, ...] = (0,)) -> Insertion:
    """An order alone on a vehicle's route, without a reload before it."""
    return next(_insertions(model, vehicle, order))


def screened(rule: Rule, model: Model, number: int = 0) -> list[bool] | None:
    """The vehicles that pass the screening of a rule; None if the rule has none. All vehicles use the same
    matrices."""
    group = VehicleGroup(model, range(len(model.vehicles)))
    screen = rule.screen(group)
    if screen is None:
        return None
    task = model.tasks[number]
    found = screen(task, TaskLegs(group, task, DIRECT))
    return [bool(it) for it in np.broadcast_to(found, len(model.vehicles))]


def verdicts(rule: Rule, model: Model) -> tuple[bool, bool | None]:
    """What a rule says of the first order on the first vehicle: by `allows`, then by `screen`."""
    order = (0,) if model.tasks[0].partner is None else (0, 1)
    passes = screened(rule, model)
    return rule.allows(direct(model, order=order)), None if passes is None else passes[0]
