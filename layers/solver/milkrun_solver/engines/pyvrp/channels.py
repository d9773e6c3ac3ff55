"""Which of PyVRP's matrices hold a vehicle's costs and limits.

PyVRP has two matrices for a vehicle. If anything binds in time, the duration matrix carries time. The
distance matrix carries what a leg costs. A limit on travel time or distance needs a matrix of its own. So
PyVRP can express such a limit only if costs are in proportion to it, or if nothing binds in time and the
duration matrix is free. `milkrun.schema.capabilities` excludes all other problems.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

from milkrun_solver.model.problem import Model
from milkrun_solver.model.units import COST_UNIT, DISTANCE_COST, HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle

Matrix = Literal["time", "distance", "mixed", "custom"]


@dataclass(frozen=True)
class Channels:
    """How PyVRP sees one vehicle's legs. Costs are in VROOM's internal unit (`model.COST_UNIT`).

    Attributes:
        distance: What the distance matrix carries; `unit_distance` is its cost per unit.
        duration: What the duration matrix carries; `unit_duration` is its cost per unit.
        mix: Cost of a second and of a metre within a "mixed" matrix.
        max_distance, max_duration: Limits on the sums of the two matrices, in their units.
    """

    distance: Matrix
    unit_distance: int
    duration: Matrix
    unit_duration: int = 0
    mix: tuple[int, int] = (0, 0)
    max_distance: int | None = None
    max_duration: int | None = None


def time_unit(model: Model) -> int:
    """Units of PyVRP's time per second: 1, or 100 if speed factors lead to fractions of a second."""
    return 1 if model.at_plain_speed else HUNDREDTHS


def channels(model: Model, vehicle: Vehicle) -> Channels | None:
    """The matrices, costs and limits of a vehicle; None if PyVRP cannot express one of its limits."""
    seconds, max_metres = vehicle.source.max_travel_time, vehicle.source.max_distance
    max_time = None if seconds is None else seconds * time_unit(model)
    plain = _unlimited(model, vehicle)
    if max_time is None and max_metres is None:
        return plain
    costs_are_pure = not model.work_cost_depends_on_vehicle
    one_matrix = _limit_on_costs(plain, max_time, max_metres) if costs_are_pure else None
    if one_matrix is not None or model.timed:
        return one_matrix
    if max_metres is None:
        return replace(plain, duration="time", max_duration=max_time)
    if max_time is None:
        return replace(plain, duration="distance", max_duration=max_metres)
    if not costs_are_pure or vehicle.travel.costs is not None:
        return None
    return Channels(
        "distance", _per_metre(vehicle), "time", _per_time(model, vehicle),
        max_distance=max_metres, max_duration=max_time,
    )  # fmt: skip


def _unlimited(model: Model, vehicle: Vehicle) -> Channels:
    """The channels of a vehicle without limits: the distance matrix carries time or distance if costs are in
    proportion to it, and else a mix of both or the custom costs."""
    if vehicle.travel.costs is not None:
        return Channels("custom", COST_UNIT, "time")
    per_hour, per_metre = vehicle.source.costs.per_hour, _per_metre(vehicle)
    # If nothing binds in time, VROOM charges a rounded cost per second.
    exact = vehicle.duration_factor * per_hour
    per_second = exact if model.timed else vehicle.cost_factor
    if not per_metre and per_second == exact:
        return Channels("time", _per_time(model, vehicle), "time")
    if not per_second:
        return Channels("distance", per_metre, "time")
    common = math.gcd(per_second, per_metre)
    return Channels("mixed", common, "time", mix=(per_second // common, per_metre // common))


def _limit_on_costs(plain: Channels, max_time: int | None, max_metres: int | None) -> Channels | None:
    """A limit on the distance matrix, if costs are in proportion to what is limited."""
    if max_metres is None and plain.distance == "time":
        return replace(plain, max_distance=max_time)
    if max_time is None and plain.distance == "distance":
        return replace(plain, max_distance=max_metres)
    return None


def _per_metre(vehicle: Vehicle) -> int:
    return DISTANCE_COST * vehicle.source.costs.per_km


def _per_time(model: Model, vehicle: Vehicle) -> int:
    """Internal cost of one unit of PyVRP's time."""
    return HUNDREDTHS // time_unit(model) * vehicle.source.costs.per_hour
