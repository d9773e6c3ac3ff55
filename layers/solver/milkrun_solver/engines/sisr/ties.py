"""What ties tasks to each other and to vehicles, as arrays of the compiled search: relations and fixed
steps."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from milkrun_solver.engines.sisr.arrays import RELATIONS
from milkrun_solver.model.problem import Model
from milkrun_solver.model.relations import Relation
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.model.visits import ReloadVisit, placed_among, tasks_among


def step_arrays(model: Model, kinds: Sequence[Vehicle]) -> dict[str, npt.ArrayLike]:
    """Which tasks every plan must have, and what the routes of each kind begin with."""
    required = np.zeros(len(model.tasks), dtype=np.bool_)
    for vehicle in model.vehicles:
        for number in (*tasks_among(vehicle.first), *vehicle.in_order):
            partner = model.tasks[number].partner
            required[[number, number if partner is None else partner]] = True
    firsts = [vehicle.first for vehicle in kinds]
    return {
        "required": required,
        "first_begin": np.cumsum([0, *map(len, firsts)]),
        "first_visit": [
            -1 - visit.reload if isinstance(visit, ReloadVisit) else visit
            for first in firsts
            for visit in placed_among(first)
        ],
    }


def relation_arrays(model: Model) -> dict[str, npt.ArrayLike]:
    """The relations, with those of the fixed steps in order: fixed tasks are on their vehicle anyway."""
    orders = (vehicle.in_order for vehicle in model.vehicles if len(vehicle.in_order) > 1)
    relations = [*model.relations, *(Relation("sequence", tasks) for tasks in orders)]
    return {
        "relation_type": [RELATIONS.index(it.kind) for it in relations],
        "relation_begin": np.cumsum([0, *(len(it.tasks) for it in relations)]),
        "relation_task": [task for it in relations for task in it.tasks],
    }
