"""One order on one vehicle, for tests of single rules."""

from typing import Any

import numpy as np

from milkrun_solver.feasibility.unservable import _insertions
from milkrun_solver.model.problem import Model
from milkrun_solver.rules.rule import Insertion, Rule
from milkrun_solver.rules.vehicle_group import DIRECT, TaskLegs, VehicleGroup
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

CELLS = [[0, 100], [100, 0]]


def one_job(vehicle: dict[str, Any], job: dict[str, Any], cells: list[list[int]] = CELLS) -> Model:
    """A vehicle at home, and a job 100 seconds and 100 metres away."""
    return model_of(
        problem_of(
            {
                "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [5], **vehicle}],
                "jobs": [{"id": 1, "location_index": 1, **job}],
                "matrices": {"car": {"durations": cells, "distances": cells}},
            }
        )
    )


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
