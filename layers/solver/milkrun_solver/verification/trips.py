"""The verifier's checks of what Milkrun adds to VROOM: reloads, release times of goods, and overtime."""

from collections.abc import Iterator, Mapping

from milkrun.schema.problem import Vehicle
from milkrun.schema.solution import Route


def reload_faults(vehicle: Vehicle, route: Route) -> Iterator[str]:
    """A vehicle reloads at its own places only, as often as it may, and for as long as it takes there."""
    places = {place.id: place for place in vehicle.reloads}
    reloads = [step for step in route.steps if step.type == "reload"]
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


def release_faults(route: Route, releases: Mapping[int, int]) -> Iterator[str]:
    """No trip begins before the goods of all its jobs are ready. `releases` says when, by the job's id."""
    began = route.steps[0].arrival
    for step in route.steps:
        if step.type == "reload":
            began = step.arrival + step.waiting_time
        elif step.type == "job" and step.id is not None and began < releases[step.id]:
            yield f"job {step.id} is on a trip that begins before its goods are ready"


def shift_faults(vehicle: Vehicle, route: Route) -> Iterator[str]:
    """A route lasts no longer than a shift and its overtime, and says how much of that it took."""
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
