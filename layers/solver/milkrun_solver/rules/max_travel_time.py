"""The travel time of a route, without waiting and service, is at most its vehicle's `max_travel_time`."""

from collections.abc import Hashable

from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.rules.rule import Insertion, Rule
from milkrun_solver.rules.vehicle_group import Screen, VehicleGroup, travel_screen


class MaxTravelTime(Rule):
    """Counts travel time at the vehicle's own speed."""

    code = "max_travel_time"
    reason = "the route travels longer than the vehicle's max_travel_time"
    depends_on_journey = True

    def allows(self, insertion: Insertion) -> bool:
        most = _most(insertion.vehicle)
        return most is None or insertion.journey.travel_time <= most

    def traits(self, vehicle: Vehicle) -> Hashable:
        return vehicle.source.max_travel_time

    def screen(self, group: VehicleGroup) -> Screen | None:
        return travel_screen(group.limits(_most))


def _most(vehicle: Vehicle) -> int | None:
    seconds = vehicle.source.max_travel_time
    return None if seconds is None else HUNDREDTHS * seconds
