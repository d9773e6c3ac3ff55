"""A route serves no more tasks than its vehicle's `max_tasks`; a shipment is two."""

from collections.abc import Hashable

from milkrun_solver.model.problem import Vehicle
from milkrun_solver.rules.rule import Insertion, Rule


def binds(vehicle: Vehicle, tasks: int) -> bool:
    """Whether `max_tasks` is less than so many tasks."""
    return vehicle.source.max_tasks is not None and vehicle.source.max_tasks < tasks


class MaxTasks(Rule):
    """Counts the tasks of all trips."""

    code = "max_tasks"
    reason = "the vehicle may not serve so many tasks"

    def allows(self, insertion: Insertion) -> bool:
        return not binds(insertion.vehicle, len(insertion.tasks))

    def traits(self, vehicle: Vehicle) -> Hashable:
        return vehicle.source.max_tasks
