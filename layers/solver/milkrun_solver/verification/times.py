"""The verifier's own statement of time windows, working hours, and time on the spot."""

from collections.abc import Iterator

from milkrun_solver.verification.facts import TASK_TYPES, RouteFacts, for_type, inside


def time_faults(facts: RouteFacts) -> Iterator[str]:
    """Finds steps that start outside their time windows or have a wrong setup, service or waiting time."""
    vehicle, steps = facts.vehicle, facts.route.steps
    place = facts.start
    for step in steps:
        if step.waiting_time < 0:
            yield f"{step.type} {step.id} has a negative waiting time"
        if step.type not in TASK_TYPES:
            if step.type in ("start", "end") and (step.setup or step.service or step.waiting_time):
                yield f"the route spends time at its {step.type}"
            if step.type == "reload":
                place = facts.reload(step)
            continue
        work = facts.work(step)
        if not inside(step.arrival + step.waiting_time, work.step.time_windows):
            yield f"{step.type} {step.id} starts outside its time windows"
        setup = for_type(vehicle, work.step.setup, work.step.setup_per_type)
        if step.setup != (0 if work.place == place else setup):
            yield f"{step.type} {step.id} has a wrong setup time"
        if step.service != for_type(vehicle, work.step.service, work.step.service_per_type):
            yield f"{step.type} {step.id} has a wrong service time"
        place = work.place
    window = vehicle.time_window
    if window and not (window.start <= steps[0].arrival and steps[-1].arrival <= window.end):
        yield "the route is outside the vehicle's time window"
