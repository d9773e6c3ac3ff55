"""The checks of each route, and then of the whole plan, in this order."""

from collections.abc import Callable, Iterator

from milkrun.schema.solution import Solution
from milkrun_solver.verification.allowed import allowed_faults
from milkrun_solver.verification.balance import balance_faults
from milkrun_solver.verification.breaks import break_faults
from milkrun_solver.verification.compact import compact_faults
from milkrun_solver.verification.costs import cost_faults, plan_cost_faults
from milkrun_solver.verification.driver_rules import driver_faults
from milkrun_solver.verification.facts import Facts, RouteFacts
from milkrun_solver.verification.fixed import fixed_faults
from milkrun_solver.verification.limits import limit_faults
from milkrun_solver.verification.loads import load_faults
from milkrun_solver.verification.relations import relation_faults
from milkrun_solver.verification.releases import release_faults
from milkrun_solver.verification.shifts import shift_faults
from milkrun_solver.verification.shipments import shipment_faults
from milkrun_solver.verification.skills import skill_faults
from milkrun_solver.verification.soft_windows import soft_window_faults
from milkrun_solver.verification.sums import sum_faults, summary_faults
from milkrun_solver.verification.times import time_faults
from milkrun_solver.verification.travel import travel_faults
from milkrun_solver.verification.vehicle_counts import vehicle_count_faults

Check = Callable[[RouteFacts], Iterator[str]]
"""Yields each broken rule as a sentence. The shape of the route and its reloads have been checked before."""

CHECKS: tuple[Check, ...] = (
    skill_faults,
    allowed_faults,
    limit_faults,
    shipment_faults,
    release_faults,
    shift_faults,
    load_faults,
    break_faults,
    driver_faults,
    time_faults,
    sum_faults,
    cost_faults,
    soft_window_faults,
    travel_faults,
)

PlanCheck = Callable[[Facts, Solution], Iterator[str]]
"""Yields what is wrong with the routes as a whole. Each of them has been checked by itself before."""

PLAN_CHECKS: tuple[PlanCheck, ...] = (
    relation_faults,
    fixed_faults,
    vehicle_count_faults,
    summary_faults,
    plan_cost_faults,
    balance_faults,
    compact_faults,
)
