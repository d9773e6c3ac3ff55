"""A way leads along every leg of a route: no matrix says that the leg is closed."""

from milkrun_solver.rules.rule import Insertion, Rule


class OpenLegs(Rule):
    """Which legs are closed is a matter of the vehicle's matrices: see `model.travel.NO_WAY`."""

    code = "no_way"
    reason = "no way leads there"
    depends_on_journey = True

    def allows(self, insertion: Insertion) -> bool:
        return insertion.journey.is_open
