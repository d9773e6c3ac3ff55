"""The kinds of vehicles of a problem as arrays of the compiled search."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from milkrun_solver.engines.sisr.arrays import NEVER
from milkrun_solver.engines.sisr.clock import LATEST, Clock
from milkrun_solver.engines.sisr.places import Places
from milkrun_solver.model.driver_rules import DriverRules
from milkrun_solver.model.units import COST_UNIT
from milkrun_solver.model.vehicles import Vehicle


def vehicle_arrays(
    kinds: Sequence[Vehicle], places: Places, clock: Clock, cost: Callable[[int], int]
) -> dict[str, npt.ArrayLike]:
    """Where vehicles start and end, their limits and their costs.

    Args:
        cost: Changes a cost from VROOM's internal unit into the search's.
    """
    sources = [vehicle.source for vehicle in kinds]
    nowhere = places.nowhere
    return {
        "kind_type": [vehicle.type_rank for vehicle in kinds],
        "kind_start": [nowhere if it.start is None else places.rank[it.start] for it in kinds],
        "kind_end": [nowhere if it.end is None else places.rank[it.end] for it in kinds],
        "kind_earliest": [0 if it.window is None else clock.moment(it.window[0]) for it in kinds],
        "kind_latest": [LATEST if it.window is None else clock.moment(it.window[1]) for it in kinds],
        "kind_capacity": [[min(NEVER, amount) for amount in vehicle.capacity] for vehicle in kinds],
        "kind_max_tasks": [NEVER if it.max_tasks is None else min(NEVER, it.max_tasks) for it in sources],
        "kind_max_travel": [clock.limit(_most_travel(it)) for it in kinds],
        "kind_max_distance": [
            NEVER if it.max_distance is None else min(NEVER, it.max_distance) for it in sources
        ],
        "kind_shift": [clock.limit(it.shift_duration) for it in sources],
        "kind_max_overtime": [clock.limit(it.max_overtime) for it in sources],
        "kind_fixed_cost": [cost(it.costs.fixed * COST_UNIT) for it in sources],
        "kind_work_cost": [cost(it.costs.per_task_hour * clock.unit) for it in sources],
        "kind_overtime_cost": [cost(it.costs.per_overtime_hour * clock.unit) for it in sources],
        "kind_travel_cost": [
            0 if it.travel.costs is not None else cost(it.source.costs.per_hour * clock.unit) for it in kinds
        ],
        "kind_max_reloads": [
            NEVER if it.max_reloads is None else min(NEVER, it.max_reloads) for it in sources
        ],
    }


def break_arrays(kinds: Sequence[Vehicle], amounts: int, clock: Clock) -> dict[str, npt.ArrayLike]:
    """The breaks of vehicles. Each amount of `max_load` is unlimited where it is not given."""
    breaks = [pause for vehicle in kinds for pause in vehicle.source.breaks]
    unlimited = [NEVER] * amounts
    windows = [sorted((it.start, it.end) for it in pause.time_windows) for pause in breaks]
    own: dict[str, npt.ArrayLike] = {
        "break_begin": np.cumsum([0, *(len(vehicle.source.breaks) for vehicle in kinds)]),
        "break_length": [clock.duration(pause.service) for pause in breaks],
        "break_max_load": [
            [min(NEVER, amount) for amount in pause.max_load] if pause.max_load else unlimited
            for pause in breaks
        ],
    }
    return own | clock.windows("break_window", windows)


def reload_arrays(kinds: Sequence[Vehicle], places: Places, clock: Clock) -> dict[str, npt.ArrayLike]:
    """Where vehicles may begin another trip."""
    reloads = [reload for vehicle in kinds for reload in vehicle.reloads]
    return {
        "reload_begin": np.cumsum([0, *(len(vehicle.reloads) for vehicle in kinds)]),
        "reload_place": [places.rank[reload.place] for reload in reloads],
        "reload_length": [clock.duration(reload.service) for reload in reloads],
    }


def driver_arrays(kinds: Sequence[Vehicle], clock: Clock) -> dict[str, npt.ArrayLike]:
    """What drivers may do."""
    rules = [vehicle.driver_rules for vehicle in kinds]
    parts = [() if it is None else it.parts for it in rules]
    return {
        "kind_max_duration": [NEVER if it is None else clock.limit(it.duty_left) for it in rules],
        "kind_max_driving": [NEVER if it is None else clock.limit(it.driving_before_break) for it in rules],
        "kind_rest": [0 if it is None else clock.duration(it.break_length) for it in rules],
        "kind_rest_first": [clock.duration(it[0]) if it else 0 for it in parts],
        "kind_rest_second": [clock.duration(it[1]) if it else 0 for it in parts],
        "kind_driven": [0 if it is None else clock.duration(_driven(it)) for it in rules],
    }


def _driven(rules: DriverRules) -> int:
    """Driving since the last break before the route starts. With more than the rules allow, as with just
    so much, a break comes before anything else."""
    most = rules.driving_before_break
    driven = rules.driven_since_break
    return driven if most is None else min(driven, most)


def _most_travel(vehicle: Vehicle) -> int | None:
    """The longest travel of a route in seconds; None if there is no limit."""
    rules = vehicle.driver_rules
    limits = vehicle.source.max_travel_time, None if rules is None else rules.driving_left
    return min((limit for limit in limits if limit is not None), default=None)
