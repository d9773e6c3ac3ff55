"""A route lasts at most its vehicle's `shift_duration` plus `max_overtime`."""

from collections.abc import Hashable

from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.rules.rule import Insertion, Rule


class ShiftDuration(Rule):
    """Counts from start to end, with waiting and service."""

    code = "shift_duration"
    reason = "the route lasts longer than the vehicle's shift and overtime"
    depends_on_journey = True

    def allows(self, insertion: Insertion) -> bool:
        return insertion.journey.overtime <= insertion.vehicle.source.max_overtime

    def traits(self, vehicle: Vehicle) -> Hashable:
        return vehicle.source.shift_duration, vehicle.source.max_overtime
