"""The verifier's own statement of breaks."""

from collections.abc import Iterator

from milkrun.schema.solution import Step
from milkrun.schema.vehicles import Break
from milkrun_solver.verification.facts import RouteFacts, inside


def break_faults(facts: RouteFacts) -> Iterator[str]:
    """Checks that each break is taken once, in its time windows and with no more than its `max_load`. Breaks
    without an id are those of `driver_rules`."""
    vehicle, steps = facts.vehicle, facts.route.steps
    taken = [step.id for step in steps if step.type == "break" and step.id is not None]
    if sorted(map(str, taken)) != sorted(str(pause.id) for pause in vehicle.breaks):
        yield "the route does not take each of the vehicle's breaks exactly once"
        return
    breaks = {pause.id: pause for pause in vehicle.breaks}
    for step in steps:
        if step.type == "break" and step.id is not None:
            yield from _break(breaks[step.id], step)


def _break(pause: Break, step: Step) -> Iterator[str]:
    if not inside(step.arrival + step.waiting_time, pause.time_windows):
        yield f"break {step.id} starts outside its time windows"
    if step.service != pause.service or step.setup:
        yield f"break {step.id} must last {pause.service} s"
    if pause.max_load is not None and any(
        have > most for have, most in zip(step.load or [], pause.max_load, strict=False)
    ):
        yield f"more than its max_load is on board at break {step.id}"
