"""The verifier's own statement of travel: time and distance between the steps of a route, and its cost."""

from collections.abc import Iterator

from milkrun_solver.verification.accumulator import RouteAccumulator
from milkrun_solver.verification.facts import RouteFacts
from milkrun_solver.verification.soft_windows import soft_window_costs


def travel_faults(facts: RouteFacts) -> Iterator[str]:
    """Follows the route leg by leg and checks times, travel from the start, and the cost of all of it."""
    route, travel = facts.route, facts.problem.travel.profiles[facts.vehicle.profile]
    travelled = RouteAccumulator(travel, facts.vehicle, facts.problem.timed)
    previous = route.steps[0]
    place = facts.start
    if previous.duration or previous.distance:
        yield "the route travels before its start"
    driven = 0
    drives: list[tuple[int, int]] = []
    for step in route.steps[1:]:
        left = previous.arrival + previous.waiting_time + previous.setup + previous.service
        moved = step.arrival - left
        if moved < 0:
            yield f"{step.type} {step.id} is reached before the previous stop is left"
        driven += moved
        drives.append((left, moved))
        if step.duration != driven:
            yield f"{step.type} {step.id} is {driven} s of travel from the start, not {step.duration} s"
        if step.type != "break":
            target = facts.target(step)
            if travelled.is_closed(place, target):
                yield f"there is no path to {step.type} {step.id}"
            if not travelled.add(place, target, drives):
                took = sum(seconds for _, seconds in drives)
                yield f"travel to {step.type} {step.id} cannot take {took} s"
            if travel.distances is not None and step.distance != travelled.metres:
                yield f"{step.type} {step.id} is {travelled.metres} m from the start, not {step.distance}"
            place, drives = target, []
        previous = step
    if travel.distances is not None and route.distance != travelled.metres:
        yield f"the route is {travelled.metres} m long, not {route.distance}"
    low, high = (bound + sum(soft_window_costs(facts)) for bound in travelled.cost_between(route))
    if not low <= route.cost <= high:
        yield f"the route costs {low} to {high}, not {route.cost}"
