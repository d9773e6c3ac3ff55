"""The verifier's own statement of capacity: the load fits the vehicle, and is what the answer states."""

from collections.abc import Iterator

from milkrun_solver.verification.facts import TASK_TYPES, RouteFacts


def load_faults(facts: RouteFacts) -> Iterator[str]:
    """Finds steps after which the load exceeds the capacity, or is not what the answer states."""
    count = facts.problem.amounts
    if not count:
        return
    capacity = facts.vehicle.capacity or [0] * count
    trips = iter(_loaded(facts))
    load = next(trips)
    for step in facts.route.steps:
        if step.type == "reload":
            load = next(trips)
        elif step.type in TASK_TYPES:
            work = facts.work(step)
            load = [load[i] - work.unloaded[i] + work.loaded[i] for i in range(count)]
        if any(load[i] > capacity[i] for i in range(count)):
            yield f"the load exceeds the capacity after {step.type} {step.id}"
        if step.load != load:
            yield f"the load after {step.type} {step.id} is {load}, not {step.load}"


def _loaded(facts: RouteFacts) -> list[list[int]]:
    """The amounts loaded for the jobs of each trip."""
    trips = [[0] * facts.problem.amounts]
    for step in facts.route.steps:
        if step.type == "reload":
            trips.append([0] * facts.problem.amounts)
        elif step.type == "job":
            for i, amount in enumerate(facts.work(step).unloaded):
                trips[-1][i] += amount
    return trips
