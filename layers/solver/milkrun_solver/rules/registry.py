"""All rules that decide whether a vehicle can serve a job or shipment at all.

Breaks are not among them. Whether there is time for them depends on the whole route, so `routes.breaks`
decides that when it computes the route's times.
"""

from milkrun_solver.rules.capacity import Capacity
from milkrun_solver.rules.driver_rules import DriverHours
from milkrun_solver.rules.max_distance import MaxDistance
from milkrun_solver.rules.max_reloads import MaxReloads
from milkrun_solver.rules.max_tasks import MaxTasks
from milkrun_solver.rules.max_travel_time import MaxTravelTime
from milkrun_solver.rules.open_legs import OpenLegs
from milkrun_solver.rules.release import Release
from milkrun_solver.rules.rule import Insertion, Rule
from milkrun_solver.rules.shift import Shift
from milkrun_solver.rules.shift_duration import ShiftDuration
from milkrun_solver.rules.skills import Skills
from milkrun_solver.rules.time_windows import TimeWindows

RULES: tuple[Rule, ...] = (
    MaxReloads(),
    Skills(),
    Capacity(),
    MaxTasks(),
    OpenLegs(),
    MaxTravelTime(),
    MaxDistance(),
    TimeWindows(),
    Release(),
    Shift(),
    ShiftDuration(),
    DriverHours(),
)
"""In the order of the checks: rules on vehicle and task alone come before those that need a journey. A
vehicle that breaks a later rule is nearer to serving the job or shipment."""


def first_broken(insertion: Insertion) -> int | None:
    """The rank of the first rule that forbids an insertion; None if all allow it."""
    return next((rank for rank, rule in enumerate(RULES) if not rule.allows(insertion)), None)
