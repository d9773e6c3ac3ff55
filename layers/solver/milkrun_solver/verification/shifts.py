"""The verifier's own statement of `shift_duration` and `max_overtime`."""

from collections.abc import Iterator

from milkrun_solver.verification.facts import RouteFacts


def shift_faults(facts: RouteFacts) -> Iterator[str]:
    """A route lasts no longer than a shift and its overtime, and says how much of that it took."""
    vehicle, route = facts.vehicle, facts.route
    if vehicle.shift_duration is None:
        if route.overtime is not None:
            yield "overtime without a shift"
        return
    lasted = route.steps[-1].arrival - route.steps[0].arrival
    overtime = max(0, lasted - vehicle.shift_duration)
    if overtime > vehicle.max_overtime:
        yield f"{overtime} s of overtime where {vehicle.max_overtime} are allowed"
    if route.overtime != overtime:
        yield f"the overtime is {overtime} s, not {route.overtime}"
