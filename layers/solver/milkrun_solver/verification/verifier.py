"""Checks an answer: it must keep every rule of the problem, and its numbers must add up.

The verifier reads the plain problem and the plain solution. It shares no code with what computes schedules,
so that a mistake there cannot hide. So this package states each rule a second time, on purpose. The work is
linear in the number of stops.
"""

from collections.abc import Iterator

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Route, Solution
from milkrun_solver.model.travel import TravelSource
from milkrun_solver.verification.facts import TASK_TYPES, Facts, RouteFacts
from milkrun_solver.verification.registry import CHECKS, PLAN_CHECKS
from milkrun_solver.verification.reloads import reload_faults


class Verifier:
    """Checks answers of one problem."""

    def __init__(self, problem: Problem, travel: TravelSource) -> None:
        self._facts = Facts(problem, travel)

    def faults(self, solution: Solution) -> list[str]:
        """Broken rules, as sentences; empty for a good answer. Stops after the first faulty route."""
        found = list(self._coverage(solution))
        if found:
            return found
        for route in solution.routes:
            found = [f"vehicle {route.vehicle}: {fault}" for fault in self._route(route)]
            if found:
                return found
        return [fault for check in PLAN_CHECKS for fault in check(self._facts, solution)]

    def _coverage(self, solution: Solution) -> Iterator[str]:
        """Checks that tasks appear exactly once, vehicles have one route at most, and shipments are whole."""
        steps = (step for route in solution.routes for step in route.steps)
        seen = [(step.type, step.id) for step in steps if step.type in TASK_TYPES]
        left = [(task.type, task.id) for task in solution.unassigned]
        places = [*seen, *left]
        if len(set(places)) != len(places):
            yield "a task occurs more than once"
        if set(places) != set(self._facts.work):
            yield f"tasks are missing or unknown: {sorted(map(str, set(places) ^ set(self._facts.work)))[:5]}"
        vehicles = [route.vehicle for route in solution.routes]
        if len(set(vehicles)) != len(vehicles) or not set(vehicles) <= set(self._facts.vehicles):
            yield "a vehicle is unknown or has two routes"
        dropped = set(left)
        for delivery, pickup in self._facts.pickup_of.items():
            if (("delivery", delivery) in dropped) != (("pickup", pickup) in dropped):
                yield f"half of the shipment with the delivery {delivery} is unassigned"

    def _route(self, route: Route) -> Iterator[str]:
        steps = route.steps
        shape = len(steps) >= 3 and steps[0].type == "start" and steps[-1].type == "end"
        if not shape or any(step.type in ("start", "end") for step in steps[1:-1]):
            yield "the steps are not one start, stops and one end"
            return
        facts = RouteFacts(self._facts, self._facts.vehicles[route.vehicle], route)
        if not facts.tasks:
            yield "the route has no task"
            return
        found = list(reload_faults(facts))
        if found:
            yield from found
            return
        for check in CHECKS:
            yield from check(facts)
