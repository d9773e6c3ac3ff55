"""The verifier's own statement of reloads."""

from collections.abc import Iterator

from milkrun_solver.verification.facts import RouteFacts


def reload_faults(facts: RouteFacts) -> Iterator[str]:
    """A vehicle reloads at its own places only, as often as it may, and for as long as it takes there."""
    vehicle = facts.vehicle
    places = {place.id: place for place in vehicle.reloads}
    reloads = [step for step in facts.route.steps if step.type == "reload"]
    if vehicle.max_reloads is not None and len(reloads) > vehicle.max_reloads:
        yield f"{len(reloads)} reloads where {vehicle.max_reloads} are allowed"
    for step in reloads:
        place = places.get(-1 if step.id is None else step.id)
        if place is None:
            yield f"there is no place to reload with the id {step.id}"
        elif step.service != place.service or step.setup:
            yield f"reload {step.id} does not take {place.service} s"
        elif (step.location, step.location_index) != (place.location, place.location_index):
            yield f"reload {step.id} is shown at another place"
