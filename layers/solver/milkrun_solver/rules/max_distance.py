"""A route is no longer than its vehicle's `max_distance`."""

from collections.abc import Hashable

from milkrun_solver.model.tasks import Task
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.rules.rule import Insertion, Rule
from milkrun_solver.rules.vehicle_group import Flags, Screen, TaskLegs, VehicleGroup


class MaxDistance(Rule):
    """Counts metres of the distance matrix."""

    code = "max_distance"
    reason = "the route is longer than the vehicle's max_distance"
    depends_on_journey = True

    def allows(self, insertion: Insertion) -> bool:
        most = insertion.vehicle.source.max_distance
        return most is None or insertion.journey.metres <= most

    def traits(self, vehicle: Vehicle) -> Hashable:
        return vehicle.source.max_distance

    def screen(self, group: VehicleGroup) -> Screen | None:
        most = group.limits(lambda vehicle: vehicle.source.max_distance)
        distances = group.travel.distances
        if most is None or distances is None:
            return None

        def may_serve(_task: Task, legs: TaskLegs) -> Flags:
            short: Flags = legs.metres(distances) <= most
            return short

        return may_serve
