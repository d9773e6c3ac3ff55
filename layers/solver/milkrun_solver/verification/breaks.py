"""The verifier's checks of breaks, and of what lies inside a time window."""

from collections.abc import Iterator, Sequence

from milkrun.schema.problem import Break, Slot, Vehicle
from milkrun.schema.solution import Route, Step


def inside(time: int, windows: Sequence[Slot]) -> bool:
    """Whether a time lies in one of the windows; without any it always does."""
    return not windows or any(window.start <= time <= window.end for window in windows)


def break_faults(vehicle: Vehicle, route: Route) -> Iterator[str]:
    """All breaks of the vehicle are taken, each in its time and with no more on board than it allows."""
    taken = [step.id for step in route.steps if step.type == "break"]
    if sorted(map(str, taken)) != sorted(str(pause.id) for pause in vehicle.breaks):
        yield "the breaks taken are not those of the vehicle"
        return
    breaks = {pause.id: pause for pause in vehicle.breaks}
    for step in route.steps:
        if step.type == "break" and step.id is not None:
            yield from _break(breaks[step.id], step)


def _break(pause: Break, step: Step) -> Iterator[str]:
    if not inside(step.arrival + step.waiting_time, pause.time_windows):
        yield f"break {step.id} starts outside its time windows"
    if step.service != pause.service or step.setup:
        yield f"break {step.id} does not last {pause.service} s"
    if pause.max_load is not None and any(
        have > most for have, most in zip(step.load or [], pause.max_load, strict=False)
    ):
        yield f"break {step.id} with too much on board"
