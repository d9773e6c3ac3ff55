"""Relations hold among those of their tasks that are served."""

from collections.abc import Sequence

from milkrun.schema.relations import Relation
from milkrun.schema.vehicles import Vehicle
from tests.solver.exhaustive.facts import Stop
from tests.solver.exhaustive.rules.rule import Route, Rule


class Relations(Rule):
    """What two tasks of a route say of each other does not change when the route goes on."""

    def may_begin(self, vehicle: Vehicle, stops: Sequence[Stop]) -> bool:
        return all(_holds_on(relation, stops) for relation in self.facts.problem.relations)

    def allows_plan(self, routes: Sequence[Route]) -> bool:
        for relation in self.facts.problem.relations:
            members = set(_members(relation))
            serving = sum(not members.isdisjoint(route.stops) for route in routes)
            if serving > 1 and relation.type in ("same_vehicle", "sequence", "direct_sequence"):
                return False
        return True


def _members(relation: Relation) -> list[Stop]:
    return [Stop(step.type, step.id) for step in relation.steps]


def _holds_on(relation: Relation, stops: Sequence[Stop]) -> bool:
    members = _members(relation)
    served = [stop for stop in stops if stop in members]
    if relation.type == "different_vehicles":
        return len(served) < 2
    if relation.type == "not_together":
        on_trip = 0
        for stop in stops:
            on_trip = 0 if stop.type == "reload" else on_trip + (stop in members)
            if on_trip > 1:
                return False
    if relation.type in ("sequence", "direct_sequence") and served != [it for it in members if it in served]:
        return False
    if relation.type == "direct_sequence" and served:
        begin = stops.index(served[0])
        return list(stops[begin : begin + len(served)]) == served
    return True
