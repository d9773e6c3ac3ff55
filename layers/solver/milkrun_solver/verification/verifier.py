"""The second opinion on an answer: does it keep every rule of the problem, and do its numbers add up?

It reads the plain problem and the plain solution and shares no code with what makes schedules, so that a
mistake there cannot hide itself. So each rule is stated once more in this package: the one repetition that is
meant. The work is linear in the number of stops.
"""

from collections.abc import Iterator

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Route, Solution
from milkrun_solver.model.travel import TravelSource
from milkrun_solver.verification.facts import TASK_TYPES, Facts, RouteFacts
from milkrun_solver.verification.registry import CHECKS
from milkrun_solver.verification.reloads import reload_faults
from milkrun_solver.verification.sums import summary_faults


class Verifier:
    """Checks answers of one problem."""

    def __init__(self, problem: Problem, travel: TravelSource) -> None:
        self._facts = Facts(problem, travel)

    def faults(self, solution: Solution) -> list[str]:
        """Broken rules, as sentences; empty for a good answer. Stops at the first route that is broken."""
        found = list(self._coverage(solution))
        if found:
            return found
        for route in solution.routes:
            found = [f"vehicle {route.vehicle}: {fault}" for fault in self._route(route)]
            if found:
                return found
        return list(summary_faults(self._facts, solution))

    def _coverage(self, solution: Solution) -> Iterator[str]:
        """Each task stands in exactly one place, each vehicle drives at most once, shipments stay whole."""
        steps = (step for route in solution.routes for step in route.steps)
        seen = [(step.type, step.id) for step in steps if step.type in TASK_TYPES]
        left = [(task.type, task.id) for task in solution.unassigned]
        places = [*seen, *left]
        if len(set(places)) != len(places):
            yield "a task occurs more than once"
        if set(places) != set(self._facts.work):
            yield f"tasks missing or unknown: {sorted(map(str, set(places) ^ set(self._facts.work)))[:5]}"
        vehicles = [route.vehicle for route in solution.routes]
        if len(set(vehicles)) != len(vehicles) or not set(vehicles) <= set(self._facts.vehicles):
            yield "a vehicle is unknown or drives two routes"
        dropped = set(left)
        for delivery, pickup in self._facts.pickup_of.items():
            if (("delivery", delivery) in dropped) != (("pickup", pickup) in dropped):
                yield f"half of the shipment with the delivery {delivery} is unassigned"

    def _route(self, route: Route) -> Iterator[str]:
        steps = route.steps
        shape = len(steps) >= 3 and steps[0].type == "start" and steps[-1].type == "end"
        if not shape or any(step.type in ("start", "end") for step in steps[1:-1]):
            yield "the steps are not a start, stops and an end"
            return
        facts = RouteFacts(self._facts, self._facts.vehicles[route.vehicle], route)
        if not facts.tasks:
            yield "a route without a task"
            return
        found = list(reload_faults(facts))
        if found:
            yield from found
            return
        for check in CHECKS:
            yield from check(facts)
