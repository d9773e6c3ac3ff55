"""A route keeps the limits on driving and duty of its vehicle's `driver_rules`."""

from collections.abc import Hashable

from milkrun_solver.model.driver_rules import DriverRules
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.rules.rule import Insertion, Journey, Rule
from milkrun_solver.rules.vehicle_group import Screen, VehicleGroup, travel_screen


class DriverHours(Rule):
    """Counts driving, and the least duty: driving, work and the shortest breaks that the driving needs.

    When the breaks are taken depends on the whole route, so the engine decides that.
    """

    code = "driver_rules"
    reason = "the driver would drive or be on duty longer than the vehicle's driver_rules allow"
    depends_on_journey = True

    def allows(self, insertion: Insertion) -> bool:
        rules = insertion.vehicle.driver_rules
        if rules is None:
            return True
        most, journey = _driving(insertion.vehicle), insertion.journey
        if most is not None and journey.travel_time > most:
            return False
        return rules.duty_left is None or _least_duty(rules, journey) <= HUNDREDTHS * rules.duty_left

    def traits(self, vehicle: Vehicle) -> Hashable:
        return vehicle.driver_rules

    def screen(self, group: VehicleGroup) -> Screen | None:
        return travel_screen(group.limits(_driving))


def _driving(vehicle: Vehicle) -> int | None:
    rules = vehicle.driver_rules
    return None if rules is None or rules.driving_left is None else HUNDREDTHS * rules.driving_left


def _least_duty(rules: DriverRules, journey: Journey) -> int:
    """In hundredths of a second. Waiting may count as a break, so the breaks are all that is certain."""
    busy = journey.travel_time + sum(journey.timing.action)
    if rules.driving_before_break is None:
        return busy
    most = HUNDREDTHS * rules.driving_before_break
    since = min(most, HUNDREDTHS * rules.driven_since_break) + journey.travel_time
    breaks = max(0, -(-since // most) - 1)
    shortest = min(rules.break_length, sum(rules.parts) or rules.break_length)
    return busy + HUNDREDTHS * breaks * shortest
