"""A plan has at least `min_vehicles` routes, as far as it has orders, and at most `max_vehicles`."""

from collections.abc import Sequence

from tests.solver.exhaustive.rules.rule import Route, Rule


class VehicleCounts(Rule):
    """A shipment is one order."""

    def allows_plan(self, routes: Sequence[Route]) -> bool:
        options = self.facts.problem.options
        orders = sum(stop.type != "delivery" for route in routes for stop in route.tasks)
        most = len(routes) if options.max_vehicles is None else options.max_vehicles
        return min(options.min_vehicles, orders) <= len(routes) <= most
