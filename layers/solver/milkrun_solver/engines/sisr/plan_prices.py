"""The prices of a whole plan, balance and compactness, as arrays of the compiled search."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from milkrun_solver.model.problem import Model
from milkrun_solver.model.tasks import Task
from milkrun_solver.model.units import COST_UNIT


class PlanPrices:
    """What the search knows of `options.balance` and `options.compact`.

    Args:
        unit: What the search counts time in, in hundredths of a second.

    Attributes:
        costs: Both prices, each for one unit of what it is the price of, in VROOM's internal unit.
    """

    def __init__(self, model: Model, unit: int) -> None:
        self._tasks = model.tasks
        balance, compact = model.problem.options.balance, model.problem.options.compact
        self._by = "tasks" if balance is None else balance.by
        of_use = 0 if balance is None else balance.cost * (unit if self._by == "duration" else COST_UNIT)
        self.costs = of_use, 0 if compact is None else compact.cost * COST_UNIT

    def arrays(self, cost: Callable[[int], int]) -> dict[str, npt.ArrayLike]:
        """The arrays.

        Args:
            cost: Changes a cost from VROOM's internal unit into the search's.
        """
        of_use, of_neighbour = map(cost, self.costs)
        return {
            "balance_cost": [of_use],
            "balance_use": [] if self._by == "duration" else [self._use(task) for task in self._tasks],
            "compact_cost": [of_neighbour],
            "near_begin": np.cumsum([0, *(len(task.near) for task in self._tasks)]),
            "near": [it for task in self._tasks for it in task.near],
        }

    def _use(self, task: Task) -> int:
        return 1 if self._by == "tasks" else task.delivery[0] + task.pickup[0]
