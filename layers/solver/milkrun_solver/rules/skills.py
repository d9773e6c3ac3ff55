"""A vehicle has all skills that a task needs. One of them may stand for its `allowed_vehicles`."""

from collections.abc import Hashable

import numpy as np

from milkrun_solver.model.tasks import Task
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.rules.rule import Insertion, Rule
from milkrun_solver.rules.vehicle_group import Flags, Screen, TaskLegs, VehicleGroup


def has_skills(vehicle: Vehicle, task: Task) -> bool:
    """Whether a vehicle has the skills for a task."""
    return task.skills <= vehicle.skills


class Skills(Rule):
    """Both ends of a shipment need the same skills."""

    code = "skills"
    reason = "the vehicle lacks a skill that the task needs, or is not among its allowed_vehicles"

    def allows(self, insertion: Insertion) -> bool:
        return has_skills(insertion.vehicle, insertion.tasks[0])

    def traits(self, vehicle: Vehicle) -> Hashable:
        return vehicle.skills

    def screen(self, group: VehicleGroup) -> Screen:
        skilled: dict[frozenset[int], Flags] = {}

        def may_serve(task: Task, _legs: TaskLegs) -> Flags:
            if task.skills not in skilled:
                skilled[task.skills] = np.array([has_skills(vehicle, task) for vehicle in group.vehicles])
            return skilled[task.skills]

        return may_serve
