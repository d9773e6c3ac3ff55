"""The verifier's own statement of `shift_duration` and `max_overtime`."""

from collections.abc import Iterator

from milkrun_solver.verification.facts import RouteFacts


def shift_faults(facts: RouteFacts) -> Iterator[str]:
    """Checks that a route lasts at most a shift with its overtime, and states its overtime correctly."""
    vehicle, route = facts.vehicle, facts.route
    if vehicle.shift_duration is None:
        if route.overtime is not None:
            yield "the route states overtime, but its vehicle has no shift"
        return
    lasted = route.steps[-1].arrival - route.steps[0].arrival
    overtime = max(0, lasted - vehicle.shift_duration)
    if overtime > vehicle.max_overtime:
        yield f"the route has {overtime} s of overtime, more than max_overtime ({vehicle.max_overtime} s)"
    if route.overtime != overtime:
        yield f"the overtime is {overtime} s, not {route.overtime}"
