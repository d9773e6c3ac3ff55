"""A route keeps `max_tasks`, `max_reloads`, `max_travel_time` and `max_distance` of its vehicle."""

from collections.abc import Sequence

from milkrun.schema.vehicles import Vehicle
from tests.solver.exhaustive.facts import Stop
from tests.solver.exhaustive.rules.rule import Route, Rule


class Limits(Rule):
    """Counts stops as they come, and travel once the route is whole."""

    def may_begin(self, vehicle: Vehicle, stops: Sequence[Stop]) -> bool:
        reloads = sum(stop.type == "reload" for stop in stops)
        tasks = len(stops) - reloads
        return (vehicle.max_tasks is None or tasks <= vehicle.max_tasks) and (
            vehicle.max_reloads is None or reloads <= vehicle.max_reloads
        )

    def allows(self, route: Route) -> bool:
        vehicle, walk = route.vehicle, route.walk
        return (vehicle.max_travel_time is None or walk.driven <= vehicle.max_travel_time) and (
            vehicle.max_distance is None or walk.metres <= vehicle.max_distance
        )
