"""The service of a task starts within one of its time windows."""

from dataclasses import replace

from milkrun_solver.model.tasks import Task
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.rules.rule import Insertion, Rule
from milkrun_solver.rules.vehicle_group import NEVER, Flags, Screen, TaskLegs, VehicleGroup


class TimeWindows(Rule):
    """Ignores the release time of the task's goods and the end of the vehicle's hours, which are rules of
    their own."""

    code = "time_window"
    reason = "the vehicle cannot be there within the task's time windows"
    depends_on_journey = True

    def allows(self, insertion: Insertion) -> bool:
        journey = insertion.journey
        if journey.is_in_time:
            return True
        return replace(journey.timing, latest=None).end(_opening(insertion.vehicle)) is not None

    def screen(self, _group: VehicleGroup) -> Screen:
        def may_serve(task: Task, legs: TaskLegs) -> Flags:
            last = HUNDREDTHS * task.windows[-1][1] if task.windows else NEVER
            in_time: Flags = legs.arrival <= last
            return in_time

        return may_serve


def _opening(vehicle: Vehicle) -> int:
    return 0 if vehicle.window is None else HUNDREDTHS * vehicle.window[0]
