"""PyVRP's prizes for tasks, for problems in which not every task can be served."""

from collections.abc import Sequence

import numpy as np

from milkrun_solver.engines.grids import Grid
from milkrun_solver.engines.pyvrp.closed_legs import Closing
from milkrun_solver.engines.pyvrp.fleet import Fleet
from milkrun_solver.model.problem import Model
from milkrun_solver.model.units import HUNDREDTHS

_MOST = 2**59
"""Bound on the sum of the prizes without priorities, and on what priorities add, as 64 bits allow."""


def prizes(model: Model, fleet: Fleet, possible: Sequence[int]) -> dict[int, int]:
    """The prize of each possible task, in PyVRP's cost unit.

    One task outweighs all travel, and one point of priority outweighs all tasks, as far as 64 bits allow. The
    cost of time on the spot is subtracted if it is the same for all vehicles.
    """
    tasks = {number: model.tasks[number] for number in possible}
    points = sum(task.priority for task in tasks.values())
    base = min(_more_than_any_plan(model, fleet, possible), _MOST // max(1, len(tasks) + points))
    step = max(1, min(len(tasks) + 1, _MOST // (base * (points + 1))))
    first = model.vehicles[0]
    rate = 0 if fleet.work_on_edges else HUNDREDTHS * first.source.costs.per_task_hour
    return {
        number: base * (1 + step * task.priority) - rate * task.action(first.type_rank) // fleet.divisor
        for number, task in tasks.items()
    }


def _more_than_any_plan(model: Model, fleet: Fleet, possible: Sequence[int]) -> int:
    """A cost above that of any plan. A plan visits each task once, reloads at most once for each task, and
    returns each vehicle once."""
    into = _dearest_legs(fleet)
    legs = sum(into[fleet.locations.of_task[number]] for number in possible)
    legs += len(possible) * max((into[location] for location in fleet.locations.reloads.values()), default=0)
    legs += min(len(possible), len(model.vehicles)) * max(
        into[location] for location in fleet.locations.depots.values()
    )
    fixed = overtime = 0
    for kind in fleet.types:
        arguments, count = kind.arguments, len(kind.vehicles)
        overtime += arguments.max_overtime * arguments.unit_overtime_cost * count
        fixed += arguments.fixed_cost * count
    first = model.vehicles[0]
    work = sum(model.tasks[number].action(first.type_rank) for number in possible)
    work *= HUNDREDTHS * first.source.costs.per_task_hour // fleet.divisor
    return legs + fixed + work + overtime + 1


def _dearest_legs(fleet: Fleet) -> list[int]:
    """The cost of the most expensive leg into each location, over all vehicle types."""
    closings = fleet.closings
    distances, durations = (list(map(_longest_legs, grids, closings)) for grids in fleet.matrices)
    dearest = [0] * len(fleet.locations.rows)
    for profile, unit_distance, unit_duration in {
        (it.arguments.profile, it.arguments.unit_distance_cost, it.arguments.unit_duration_cost)
        for it in fleet.types
    }:
        legs = zip(distances[profile], durations[profile], strict=True)
        costs = [unit_distance * distance + unit_duration * duration for distance, duration in legs]
        dearest = list(map(max, dearest, costs))
    return dearest


def _longest_legs(grid: Grid, closing: Closing | None) -> list[int]:
    """The longest open leg into each location."""
    longest: list[int] = np.max(grid if closing is None else np.where(closing.legs, 0, grid), axis=0).tolist()
    return longest
