"""The verifier's own sums along a route: travel, and what it costs."""

import math
from collections.abc import Sequence

from milkrun.schema.solution import Route
from milkrun.schema.vehicles import Vehicle
from milkrun_solver.model.travel import NO_WAY, Travel
from milkrun_solver.verification.facts import is_charged
from milkrun_solver.verification.time_of_day import seconds_by_slot, takes_exactly


class RouteAccumulator:
    """What a route has travelled: hundredths of a second at its vehicle's speed, metres, custom cost."""

    def __init__(self, travel: Travel, vehicle: Vehicle, timed: bool) -> None:
        self._travel = travel
        self._vehicle = vehicle
        self._timed = timed
        self._factor = math.floor(1 / vehicle.speed_factor * 100 + 0.5)
        self._seconds = 0
        self.metres = self.custom = self.hundredths = 0

    def is_closed(self, origin: int | None, target: int | None) -> bool:
        """Whether any matrix marks the leg from one row to another as closed."""
        if origin is None or target is None:
            return False
        given = [self._travel.durations, self._travel.distances, self._travel.costs]
        given += [slot.durations for slot in self._travel.slots]
        return any(cells is not None and cells[origin, target] >= NO_WAY for cells in given)

    def add(self, origin: int | None, target: int | None, drives: Sequence[tuple[int, int]]) -> bool:
        """Adds one leg; returns whether the answer may state it so.

        At plain speed, and by the time of day, all times are whole seconds. At other speeds, the times at
        both ends of each part are rounded down.

        Args:
            drives: When each part of the leg begins, and how many seconds it lasts; breaks split it.
        """
        leg, seconds = 0, sum(lasts for _, lasts in drives)
        if origin is not None and target is not None:
            matrix_seconds = int(self._travel.durations[origin, target])
            self._seconds += matrix_seconds
            leg = self._factor * matrix_seconds
            if self._travel.distances is not None:
                self.metres += int(self._travel.distances[origin, target])
            if self._travel.costs is not None:
                self.custom += int(self._travel.costs[origin, target])
        if self._travel.slots and origin is not None and target is not None:
            self.hundredths += 100 * seconds
            return takes_exactly(seconds_by_slot(self._travel, self._vehicle, origin, target), drives)
        self.hundredths += leg
        if self._factor == 100:
            return leg == 100 * seconds
        return abs(leg - 100 * seconds) < 100 * len(drives)

    def cost_between(self, route: Route) -> tuple[int, int]:
        """The lowest and highest cost that the route may have, without that of soft time windows.

        If anything binds in time, VROOM computes travel costs from rounded durations and rounds to the
        nearest. Otherwise it first rounds the cost of a second, and then rounds down.
        """
        costs, unit = self._vehicle.costs, 360_000
        work = sum(step.setup + step.service for step in route.steps if is_charged(step))
        other = costs.fixed + costs.per_task_hour * work // 3_600
        other += (2 * costs.per_overtime_hour * (route.overtime or 0) + 3_600) // 7_200
        if self._travel.costs is not None:
            return other + self.custom, other + self.custom
        driven = 360 * self.metres * costs.per_km
        if not self._timed:
            per_second = math.floor(1 / self._vehicle.speed_factor * 100 * costs.per_hour + 0.5)
            least = other + (per_second * self._seconds + driven) // unit
            return least, least
        doubled = 2 * (100 * route.duration * costs.per_hour + driven)
        return other - (unit - doubled) // (2 * unit), other + (doubled + unit) // (2 * unit)
