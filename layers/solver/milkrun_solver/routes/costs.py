"""The cost of a route, rounded as VROOM does."""

import math
from collections.abc import Sequence

from milkrun_solver.model.problem import Model
from milkrun_solver.model.travel import Cells
from milkrun_solver.model.units import COST_UNIT, DISTANCE_COST
from milkrun_solver.model.vehicles import Vehicle

_SECONDS_PER_HOUR = 3_600
_METRES_PER_KM = 1_000

Leg = tuple[int | None, int | None]
"""Two rows of the matrices, None at an open start or end."""


class Tariff:
    """What one vehicle's route through some legs costs."""

    def __init__(self, model: Model, vehicle: Vehicle, legs: Sequence[Leg]) -> None:
        self._model = model
        self._vehicle = vehicle
        self._legs = legs

    def total(self, duration: int, distance: int, work: int, overtime: int) -> int:
        """The cost of travel in seconds and metres, of hundredths of a second of work, and of seconds of
        overtime."""
        costs = self._vehicle.source.costs
        task_cost = costs.per_task_hour * work // COST_UNIT
        overtime_cost = math.floor(overtime * costs.per_overtime_hour / _SECONDS_PER_HOUR + 0.5)
        return costs.fixed + self._travel(duration, distance) + task_cost + overtime_cost

    def _travel(self, duration: int, distance: int) -> int:
        """The cost of travel: if anything binds in time, from the rounded duration to the nearest whole
        number; otherwise down from the exact cost."""
        travel, costs = self._vehicle.travel, self._vehicle.source.costs
        if travel.costs is not None:
            return self._sum(travel.costs)
        if self._model.timed:
            time_cost = duration * costs.per_hour / _SECONDS_PER_HOUR
            return math.floor(time_cost + distance * costs.per_km / _METRES_PER_KM + 0.5)
        time_cost = self._vehicle.cost_factor * self._sum(travel.durations)
        return (time_cost + DISTANCE_COST * costs.per_km * distance) // COST_UNIT

    def _sum(self, cells: Cells) -> int:
        """The sum of the legs in a matrix. An open start or end counts as 0."""
        return sum(int(cells[leg]) for leg in self._legs if None not in leg)
