"""A checker of driver rules that shares no code with the verifier: it writes down a day as a list of
activities and measures each stretch of driving between two breaks."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from milkrun.schema.solution import Route
from milkrun.schema.vehicles import Vehicle


class Activity(NamedTuple):
    """What a driver does without a pause, and for how many seconds."""

    kind: Literal["drive", "work", "wait", "rest"]
    seconds: int


def activities(route: Route) -> Iterator[Activity]:
    """The day of a route's driver, in order."""
    left = route.steps[0].arrival
    for step in route.steps[1:]:
        yield Activity("drive", step.arrival - left)
        yield Activity("wait", step.waiting_time)
        yield Activity("rest" if step.type == "break" else "work", step.setup + step.service)
        left = step.arrival + step.waiting_time + step.setup + step.service


def keeps_driver_rules(vehicle: Vehicle, route: Route) -> bool:
    """Whether the day keeps the preset of a vehicle at plain speed."""
    rules = vehicle.driver_rules
    assert rules is not None
    is_european = rules.preset == "eu-561"
    day = [it for it in activities(route) if it.seconds]
    driven = rules.driven + sum(it.seconds for it in day if it.kind == "drive")
    hours = (10 if rules.extended else 9) if is_european else 11
    if driven > 3_600 * hours:
        return False
    before = rules.driven if rules.on_duty is None else rules.on_duty
    if not is_european and before + sum(it.seconds for it in day) > 14 * 3_600:
        return False
    most = 16_200 if is_european else 28_800
    first = min(rules.driven, most) if rules.driven_since_break is None else rules.driven_since_break
    counted: Sequence[str] = ("rest", "wait") if rules.waiting_is_break else ("rest",)
    stretches = list(_stretches(day, counted, (45, 15, 30) if is_european else (30, 30, 30)))
    stretches[0] += first
    return all(stretch <= most for stretch in stretches)


def _stretches(
    day: Sequence[Activity], counted: Sequence[str], minutes: tuple[int, int, int]
) -> Iterator[int]:
    """The seconds of driving between breaks. Two rests make a break if the first lasts `minutes[1]` and a
    later one `minutes[2]`; one alone must last `minutes[0]`."""
    begun = 0
    while True:
        rests = [i for i, it in enumerate(day) if i >= begun and it.kind in counted]
        whole = [i for i in rests if day[i].seconds >= 60 * minutes[0]]
        firsts = [i for i in rests if day[i].seconds >= 60 * minutes[1]]
        seconds = [i for i in rests if firsts and i > firsts[0] and day[i].seconds >= 60 * minutes[2]]
        ended = min([*whole[:1], *seconds[:1]], default=len(day))
        yield sum(it.seconds for it in day[begun:ended] if it.kind == "drive")
        if ended == len(day):
            return
        begun = ended + 1
