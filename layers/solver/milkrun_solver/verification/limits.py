"""The verifier's own statement of `max_tasks`, `max_travel_time` and `max_distance`."""

import math
from collections.abc import Iterator

from milkrun_solver.verification.facts import RouteFacts


def limit_faults(facts: RouteFacts) -> Iterator[str]:
    """Finds limits of the vehicle that the route exceeds."""
    vehicle, travel = facts.vehicle, facts.problem.travel.profiles[facts.vehicle.profile]
    if vehicle.max_tasks is not None and len(facts.tasks) > vehicle.max_tasks:
        yield f"the route has more tasks than max_tasks ({vehicle.max_tasks})"
    if vehicle.max_travel_time is not None:
        slowness = math.floor(1 / vehicle.speed_factor * 100 + 0.5)
        hundredths = slowness * sum(int(travel.durations[leg]) for leg in facts.legs)
        if travel.slots:  # what it travels is what it states, which the check of travel follows
            hundredths = 100 * facts.route.duration
        if hundredths > 100 * vehicle.max_travel_time:
            yield f"the route travels longer than max_travel_time ({vehicle.max_travel_time} s)"
    if vehicle.max_distance is not None and travel.distances is not None:
        metres = sum(int(travel.distances[leg]) for leg in facts.legs)
        if metres > vehicle.max_distance:
            yield f"the route is longer than max_distance ({vehicle.max_distance} m)"
