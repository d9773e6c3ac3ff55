"""The verifier's own statement of `allowed_vehicles`."""

from collections.abc import Iterator

from milkrun_solver.verification.facts import RouteFacts


def allowed_faults(facts: RouteFacts) -> Iterator[str]:
    """Finds tasks that the vehicle may not serve."""
    for step, work in facts.tasks:
        if work.allowed is not None and facts.vehicle.id not in work.allowed:
            yield f"{step.type} {step.id} may not be served by this vehicle"
