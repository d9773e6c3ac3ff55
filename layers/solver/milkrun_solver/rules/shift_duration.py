"""A route lasts no longer than its vehicle's `shift_duration` and `max_overtime`."""

from collections.abc import Hashable

from milkrun_solver.model.problem import Vehicle
from milkrun_solver.rules.rule import Insertion, Rule


class ShiftDuration(Rule):
    """From start to end, waiting and service counted."""

    code = "shift_duration"
    reason = "the route lasts longer than the vehicle's shift and overtime"
    depends_on_journey = True

    def allows(self, insertion: Insertion) -> bool:
        return insertion.journey.overtime <= insertion.vehicle.source.max_overtime

    def traits(self, vehicle: Vehicle) -> Hashable:
        return vehicle.source.shift_duration, vehicle.source.max_overtime
