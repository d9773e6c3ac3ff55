"""A task is served only by the vehicles in its list, if it has one."""

from collections.abc import Sequence

from milkrun.schema.vehicles import Vehicle
from tests.solver.exhaustive.facts import Stop
from tests.solver.exhaustive.rules.rule import Rule


class Allowed(Rule):
    """Looks at the last stop: those before it have been looked at."""

    def may_begin(self, vehicle: Vehicle, stops: Sequence[Stop]) -> bool:
        last = stops[-1]
        if last.type == "reload":
            return True
        allowed = self.facts.work[last].owner.allowed_vehicles
        return allowed is None or vehicle.id in allowed
