"""Every leg of a route is open: no matrix marks it as closed."""

from milkrun_solver.rules.rule import Insertion, Rule


class OpenLegs(Rule):
    """The vehicle's matrices mark closed legs: see `model.travel.NO_WAY`."""

    code = "no_way"
    reason = "the vehicle cannot get there, or cannot get from there to its end"
    depends_on_journey = True

    def allows(self, insertion: Insertion) -> bool:
        return insertion.journey.is_open
