"""What the compiled search counts costs in."""

import math
from collections.abc import Sequence

import numpy as np

from milkrun_solver.engines.grids import Grid
from milkrun_solver.engines.sisr.arrays import NEVER
from milkrun_solver.model.problem import Model
from milkrun_solver.model.units import COST_UNIT, HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle

_MOST_LEG = 2**29
"""A leg costs no more: with the work at its end, that fits into 32 bits."""
_MOST_WORK = 2**30
"""Nor does the work at a task."""
_MOST_PRICE = NEVER
"""Nor does a unit of time, nor one of what balance and compactness are the prices of."""
_MOST_COST = 2**48
"""A vehicle and its breaks cost no more, so that sums stay within 64 bits."""


class Scale:
    """Costs in the largest unit in which all of them are whole; in a larger one, and rounded, if they would
    be too high to count.

    Args:
        unit: What the search counts time in, in hundredths of a second.
        legs: The costs of legs, negative where they are closed.
        leg_unit: What one unit of these is, in VROOM's internal unit.
        plan_prices: The prices of a whole plan, in VROOM's internal unit.

    Attributes:
        unit: What one unit of cost is, in VROOM's internal unit.
    """

    def __init__(
        self,
        model: Model,
        kinds: Sequence[Vehicle],
        unit: int,
        legs: Sequence[Grid],
        leg_unit: int,
        plan_prices: Sequence[int],
    ) -> None:
        prices = [*plan_prices, *(unit * rate for rate in _hourly(model, kinds))]
        fixed = [COST_UNIT * it.source.costs.fixed for it in kinds]
        opened = [np.maximum(cells, 0) for cells in legs]
        common = math.gcd(*prices, *fixed, *(leg_unit * int(np.gcd.reduce(it, axis=None)) for it in opened))
        common = common or 1
        hours = [unit * it.source.costs.per_hour for it in kinds]
        least = max(
            max(leg_unit * int(it.max(initial=0)) for it in opened) / _MOST_LEG,
            max(*prices, *hours) / _MOST_PRICE,
            max(_work(model, kind) for kind in kinds) / _MOST_WORK,
            max(*fixed, *map(_breaks, kinds)) / _MOST_COST,
        )
        self.unit = common if common >= least else least
        self._leg_unit = leg_unit

    def cost(self, cost: int) -> int:
        """A cost in VROOM's internal unit, in units of cost."""
        return round(cost / self.unit)

    def legs(self, costs: Grid) -> Grid:
        """Costs of legs, in units of cost. Closed legs stay negative."""
        if isinstance(self.unit, int) and self._leg_unit == 1:
            return np.where(costs < 0, -1, costs // self.unit)
        return np.where(costs < 0, -1, np.rint(costs / (self.unit / self._leg_unit)).astype(np.int64))


def _hourly(model: Model, kinds: Sequence[Vehicle]) -> list[int]:
    """What an hour costs: of work, overtime, travel by the time of day, earliness and lateness."""
    costs = [it.source.costs for it in kinds]
    soft = [it for task in model.tasks if (it := task.soft) is not None]
    return [
        *(rate for it in costs for rate in (it.per_task_hour, it.per_overtime_hour)),
        *(it.source.costs.per_hour for it in kinds if it.travel.slots),
        *(rate for it in soft for rate in (it.early, it.late)),
    ]


def _work(model: Model, kind: Vehicle) -> int:
    """The most that the work at a task costs."""
    seconds = max(task.action(kind.type_rank) for task in model.tasks)
    return HUNDREDTHS * kind.source.costs.per_task_hour * seconds


def _breaks(kind: Vehicle) -> int:
    """What a vehicle's breaks cost."""
    return HUNDREDTHS * kind.source.costs.per_task_hour * sum(it.service for it in kind.source.breaks)
