"""A vehicle has the skills that its tasks need."""

from collections.abc import Sequence

from milkrun.schema.vehicles import Vehicle
from tests.solver.exhaustive.facts import Stop
from tests.solver.exhaustive.rules.rule import Rule


class Skills(Rule):
    """Looks at the last stop: those before it have been looked at."""

    def may_begin(self, vehicle: Vehicle, stops: Sequence[Stop]) -> bool:
        last = stops[-1]
        return last.type == "reload" or self.facts.work[last].skills <= set(vehicle.skills)
