"""A route starts and ends within its vehicle's `time_window`."""

from collections.abc import Hashable

import numpy as np

from milkrun_solver.model.tasks import Task
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.rules.rule import Insertion, Rule
from milkrun_solver.rules.vehicle_group import Flags, Screen, TaskLegs, VehicleGroup


class Shift(Rule):
    """The other rules on time come first, so a journey that is still not in time ends too late."""

    code = "shift"
    reason = "the route cannot end within the vehicle's hours"
    depends_on_journey = True

    def allows(self, insertion: Insertion) -> bool:
        return insertion.journey.is_in_time

    def traits(self, vehicle: Vehicle) -> Hashable:
        return vehicle.window

    def screen(self, group: VehicleGroup) -> Screen | None:
        closing = group.limits(lambda vehicle: vehicle.window and HUNDREDTHS * vehicle.window[1])
        if closing is None:
            return None

        def may_serve(task: Task, legs: TaskLegs) -> Flags:
            first = HUNDREDTHS * task.windows[0][0] if task.windows else 0
            service = HUNDREDTHS * np.array(task.service)[group.type_ranks]
            in_time: Flags = np.maximum(legs.arrival, first) + service + legs.travel_times[1] <= closing
            return in_time

        return may_serve
