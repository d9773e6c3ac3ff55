"""The load of a vehicle never exceeds its capacity, in any amount."""

from collections.abc import Hashable, Sequence

import numpy as np

from milkrun_solver.model.tasks import Task
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.rules.rule import Insertion, Rule
from milkrun_solver.rules.vehicle_group import Flags, Screen, TaskLegs, VehicleGroup


class Capacity(Rule):
    """A job's delivery is on board before it, and its pickup after it; a shipment is on board in between."""

    code = "capacity"
    reason = "the goods are more than the vehicle holds"

    def allows(self, insertion: Insertion) -> bool:
        task, capacity = insertion.tasks[0], insertion.vehicle.capacity
        carried = map(max, task.delivery, task.pickup)
        return all(amount <= room for amount, room in zip(carried, capacity, strict=True))

    def traits(self, vehicle: Vehicle) -> Hashable:
        return vehicle.capacity

    def screen(self, group: VehicleGroup) -> Screen:
        capacity = np.array([vehicle.capacity for vehicle in group.vehicles], dtype=np.int64)

        def may_serve(task: Task, _legs: TaskLegs) -> Flags:
            fits: Flags = np.all(capacity >= np.maximum(task.delivery, task.pickup), axis=1)
            return fits

        return may_serve


def may_hold_all(vehicles: Sequence[Vehicle], tasks: Sequence[Task]) -> bool:
    """Whether the jobs among some tasks may fit these vehicles on one trip each. Always True if a vehicle
    reloads. Shipments are ignored, because they leave the vehicle again."""
    if not vehicles:
        return False
    if any(vehicle.reloads for vehicle in vehicles):
        return True
    jobs = [(task.delivery, task.pickup) for task in tasks if task.kind == "job"]
    room = np.array([vehicle.capacity for vehicle in vehicles]).sum(axis=0)
    return not jobs or bool((np.array(jobs).sum(axis=0) <= room).all())
