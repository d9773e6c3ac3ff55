"""`options.balance`: the price of uneven routes."""

from collections.abc import Sequence

from tests.solver.exhaustive.facts import nearest
from tests.solver.exhaustive.rules.rule import Route, Rule


class Balance(Rule):
    """The difference between the most and the least used vehicle has a price."""

    def price(self, routes: Sequence[Route]) -> int:
        """What the difference costs."""
        wanted = self.facts.problem.options.balance
        if wanted is None or len(routes) < 2:
            return 0
        use = [self._use(wanted.by, route) for route in routes]
        price = wanted.cost * (max(use) - min(use))
        return nearest(price / 3_600) if wanted.by == "duration" else price

    def _use(self, by: str, route: Route) -> int:
        if by == "tasks":
            return len(route.tasks)
        if by == "load":
            work = [self.facts.work[stop] for stop in route.tasks]
            return sum(it.loaded[0] + it.unloaded[0] for it in work)
        return route.walk.driven + sum(self.facts.seconds_at(route.vehicle, route.stops))
