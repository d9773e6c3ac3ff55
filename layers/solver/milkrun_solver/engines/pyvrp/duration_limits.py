"""Limits on the duration of routes, which PyVRP is given as a price in some problems.

PyVRP 0.14.1 is inconsistent if vehicles reload, goods have release times and there are time windows. It
computes by how much a route exceeds its limit in two ways. In one of the route's trips, it does not subtract
the wait for goods past a time window (`DurationSegment::timeWarp`), and which trip that is depends on how the
route was put together. Moves then seem to pay but do not, and the local search repeats the same moves
forever. The duration itself, and so the cost of overtime, is always computed in the same way. So the limit
becomes unlimited overtime at a price that outweighs everything else.
"""

import math
from typing import TYPE_CHECKING

from milkrun_solver.engines.pyvrp.fleet import Fleet
from milkrun_solver.engines.pyvrp.penalties import UNLIMITED, max_penalty
from milkrun_solver.engines.pyvrp.vehicle_types import VehicleType
from milkrun_solver.model.problem import Model

if TYPE_CHECKING:
    import pyvrp

Limits = dict[int, int]
"""How long a route may last, in PyVRP's units, by the number of its vehicle type."""


def priced_limits(model: Model, fleet: Fleet) -> Limits:
    """The limits that PyVRP is given as prices."""
    windows = any(task.windows for task in model.tasks) or any(it.window for it in model.vehicles)
    if not windows or not any(task.release for task in model.tasks):
        return {}
    limits = {number: _limit(kind) for number, kind in enumerate(fleet.types)}
    return {number: limit for number, limit in limits.items() if limit is not None}


def with_prices(data: "pyvrp.ProblemData", limits: Limits, complete: bool) -> "pyvrp.ProblemData":
    """The same data with prices instead of limits.

    If every task must be served, overtime with a cost of its own keeps that cost, and only `lasts_too_long`
    limits it. In all other cases overtime is free up to its limit, because serving a task is worth more.
    """
    if not limits:
        return data
    price = math.ceil(max_penalty(data))
    kinds = data.vehicle_types()
    for number, limit in limits.items():
        kind = kinds[number]
        if complete and kind.max_overtime and kind.unit_overtime_cost:
            kinds[number] = kind.replace(max_overtime=UNLIMITED - kind.shift_duration)
        else:
            kinds[number] = kind.replace(
                shift_duration=limit, max_overtime=UNLIMITED - limit, unit_overtime_cost=price
            )
    return data.replace(vehicle_types=kinds)


def lasts_too_long(route: "pyvrp.Route", limits: Limits) -> bool:
    """Whether a route lasts longer than its limit, which PyVRP no longer checks."""
    limit = limits.get(route.vehicle_type())
    return limit is not None and route.duration() > limit


def _limit(kind: VehicleType) -> int | None:
    """How long a route may last if it can have several trips; None if it cannot, or if there is no limit."""
    arguments = kind.arguments
    has_several = arguments.reload_depots and arguments.max_reloads != 0
    if not has_several or arguments.shift_duration is None:
        return None
    return arguments.shift_duration + arguments.max_overtime
