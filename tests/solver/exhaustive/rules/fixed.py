"""Fixed steps are served by their vehicle, at their position or in their order."""

from collections.abc import Sequence

from milkrun.schema.vehicles import Vehicle
from tests.solver.exhaustive.facts import Stop
from tests.solver.exhaustive.rules.rule import Route, Rule


class Fixed(Rule):
    """A beginning keeps the fixed steps as far as it goes; a route keeps all of them."""

    def may_begin(self, vehicle: Vehicle, stops: Sequence[Stop]) -> bool:
        first, in_order = _fixed(vehicle, "position"), _fixed(vehicle, "order")
        ours = [stop for stop in stops if stop in in_order]
        others = [it for it in self.facts.problem.vehicles if it.id != vehicle.id]
        foreign = {stop for it in others for how in ("position", "order") for stop in _fixed(it, how)}
        return (
            all(stop == wanted for stop, wanted in zip(stops, first, strict=False))
            and ours == in_order[: len(ours)]
            and not any(stop in foreign for stop in stops if stop.type != "reload")
        )

    def allows(self, route: Route) -> bool:
        first, in_order = _fixed(route.vehicle, "position"), _fixed(route.vehicle, "order")
        return len(route.stops) >= len(first) and all(stop in route.stops for stop in in_order)

    def allows_plan(self, routes: Sequence[Route]) -> bool:
        driving = {route.vehicle.id for route in routes}
        vehicles = self.facts.problem.vehicles
        return all(
            vehicle.id in driving
            for vehicle in vehicles
            if any(step.fixed and step.type != "reload" for step in vehicle.steps)
        )


def _fixed(vehicle: Vehicle, how: str) -> list[Stop]:
    found = []
    for step in vehicle.steps:
        if step.fixed == how and step.id is not None:
            assert step.type != "start"
            assert step.type != "break"
            assert step.type != "end"
            found.append(Stop(step.type, step.id))
    return found
