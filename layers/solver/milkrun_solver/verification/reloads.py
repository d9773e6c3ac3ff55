"""The verifier's own statement of reloads."""

from collections.abc import Iterator

from milkrun_solver.verification.facts import RouteFacts


def reload_faults(facts: RouteFacts) -> Iterator[str]:
    """Checks the place, the duration and the number of reloads."""
    vehicle = facts.vehicle
    places = {place.id: place for place in vehicle.reloads}
    reloads = [step for step in facts.route.steps if step.type == "reload"]
    if vehicle.max_reloads is not None and len(reloads) > vehicle.max_reloads:
        yield f"the route has {len(reloads)} reloads, more than max_reloads ({vehicle.max_reloads})"
    for step in reloads:
        place = places.get(-1 if step.id is None else step.id)
        if place is None:
            yield f"the vehicle has no place to reload with the id {step.id}"
        elif step.service != place.service or step.setup:
            yield f"reload {step.id} must take {place.service} s"
        elif (step.location, step.location_index) != (place.location, place.location_index):
            yield f"reload {step.id} is shown at another place"
