"""`options.compact`: the price of routes that interleave."""

from collections.abc import Sequence

from tests.solver.exhaustive.facts import Facts, Stop
from tests.solver.exhaustive.rules.rule import Route, Rule


class Compact(Rule):
    """Each of a task's five nearest that another vehicle serves has a price."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        matrix = facts.matrix(facts.problem.vehicles[0])
        matrices = [matrix.durations, *(slot.durations for slot in matrix.slots)]
        if matrix.slots and matrix.slots[0].start == 0:
            del matrices[0]

        def seconds(one: Stop, other: Stop) -> int:
            row, column = facts.work[one].place, facts.work[other].place
            return min(cells[row][column] for cells in matrices)

        self._near: dict[Stop, list[Stop]] = {}
        for stop in facts.work:
            ends = {stop, facts.delivery_of.get(stop), facts.pickup_of.get(stop)}
            others = [other for other in facts.work if other not in ends]
            self._near[stop] = sorted(others, key=lambda other: seconds(stop, other))[:5]

    def price(self, routes: Sequence[Route]) -> int:
        """What it costs that the routes interleave."""
        wanted = self.facts.problem.options.compact
        if wanted is None:
            return 0
        server = {stop: route.vehicle.id for route in routes for stop in route.tasks}
        pairs = [(stop, other) for stop in server for other in self._near[stop] if other in server]
        return wanted.cost * sum(server[stop] != server[other] for stop, other in pairs)
