"""A route serves at most its vehicle's `max_tasks` tasks. A shipment counts as two."""

from collections.abc import Hashable

from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.rules.rule import Insertion, Rule


def binds(vehicle: Vehicle, tasks: int) -> bool:
    """Whether a vehicle's `max_tasks` is less than this number of tasks."""
    return vehicle.source.max_tasks is not None and vehicle.source.max_tasks < tasks


class MaxTasks(Rule):
    """Counts the tasks of all trips."""

    code = "max_tasks"
    reason = "the tasks are more than the vehicle's max_tasks"

    def allows(self, insertion: Insertion) -> bool:
        return not binds(insertion.vehicle, len(insertion.tasks))

    def traits(self, vehicle: Vehicle) -> Hashable:
        return vehicle.source.max_tasks
