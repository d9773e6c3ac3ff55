"""What the verifier counts along a route, on its own account: travel, and the cost it comes to."""

from milkrun.schema.problem import Vehicle
from milkrun.schema.solution import Route
from milkrun_solver.travel import Travel


class Tally:
    """What a route has travelled: hundredths of a second at the vehicle's speed, metres, custom cost."""

    def __init__(self, travel: Travel, hundredths_per_second: int) -> None:
        self._travel = travel
        self._factor = hundredths_per_second
        self.metres = self.custom = self.hundredths = 0

    def add(self, origin: int | None, target: int | None, seconds: int, parts: int) -> bool:
        """Goes one leg, shown as `seconds` in so many parts between breaks; says whether it may be shown so.

        At plain speed all times are whole seconds. Else each part lies between two times rounded down.
        """
        leg = 0
        if origin is not None and target is not None:
            leg = self._factor * int(self._travel.durations[origin, target])
            if self._travel.distances is not None:
                self.metres += int(self._travel.distances[origin, target])
            if self._travel.costs is not None:
                self.custom += int(self._travel.costs[origin, target])
        self.hundredths += leg
        if self._factor == 100:
            return leg == 100 * seconds
        return abs(leg - 100 * seconds) < 100 * parts

    def cost_between(self, vehicle: Vehicle, route: Route) -> tuple[int, int]:
        """The least and the most that the route may cost: VROOM rounds travel costs down where no time window
        binds and to the nearest else, there from rounded times, a second of travel for each stop at most."""
        costs, unit = vehicle.costs, 360_000
        work = sum(step.setup + step.service for step in route.steps if step.type != "reload")
        other = costs.fixed + costs.per_task_hour * work // 3_600
        other += (2 * costs.per_overtime_hour * (route.overtime or 0) + 3_600) // 7_200
        if self._travel.costs is not None:
            return other + self.custom, other + self.custom
        travel = self.hundredths * costs.per_hour + 360 * self.metres * costs.per_km
        if self._factor == 100:
            return other + travel // unit, other + (2 * travel + unit) // (2 * unit)
        # A speed factor is rounded to hundredths twice, once with `per_hour` and once without.
        slack = (100 * len(route.steps) + self.hundredths // self._factor) * costs.per_hour
        return other + (travel - slack) // unit, other + (travel + slack) // unit + 1
