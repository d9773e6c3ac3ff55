"""Limits on the time from start to end of a route, where PyVRP is told a price instead.

Where a vehicle has several trips, goods come in during the day and somebody can be too late, PyVRP 0.14.1
counts a route that lasts too long in two ways: in one of its trips waiting for goods past a time window is
not taken off what is too long (`DurationSegment::timeWarp`), and which trip that is depends on how the route
was put together. Moves that seem to pay then do not, and its local search makes the same ones again and again
without end. What a route lasts it counts in one way, and so what overtime costs: the limit becomes overtime
without end, at a price above all.
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
    """The limits that PyVRP is told as prices."""
    windows = any(task.windows for task in model.tasks) or any(it.window for it in model.vehicles)
    if not windows or not any(task.release for task in model.tasks):
        return {}
    limits = {number: _limit(kind) for number, kind in enumerate(fleet.types)}
    return {number: limit for number, limit in limits.items() if limit is not None}


def with_prices(data: "pyvrp.ProblemData", limits: Limits, complete: bool) -> "pyvrp.ProblemData":
    """The same data with prices instead of limits.

    Overtime that has a cost of its own keeps that where every task must be served, and only
    `lasts_too_long` limits it. Elsewhere it is free up to its limit: what more is served is worth more.
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
    """Whether a route lasts longer than its limit, which PyVRP knows no more of."""
    limit = limits.get(route.vehicle_type())
    return limit is not None and route.duration() > limit


def _limit(kind: VehicleType) -> int | None:
    """How long a route with several trips may last; None where there is one trip, or no limit."""
    arguments = kind.arguments
    has_several = arguments.reload_depots and arguments.max_reloads != 0
    if not has_several or arguments.shift_duration is None:
        return None
    return arguments.shift_duration + arguments.max_overtime
