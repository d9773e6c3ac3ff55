"""The verifier's own statement of `driver_rules`: driving, duty, and the breaks in between."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from milkrun.schema.driver_rules import DriverRules
from milkrun.schema.solution import Step
from milkrun_solver.verification.facts import RouteFacts


@dataclass(frozen=True)
class _Limits:
    """In seconds; None where there is no limit."""

    stretch: int | None
    pause: int
    parts: list[int]
    driving: int | None
    duty: int | None


def driver_faults(facts: RouteFacts) -> Iterator[str]:
    """Checks that the driver drives and works no longer than allowed, and takes the breaks in time."""
    rules, steps = facts.vehicle.driver_rules, facts.route.steps
    added = [step for step in steps if step.type == "break" and step.id is None]
    if rules is None:
        if added:
            yield "the route takes a break without an id, but its vehicle has no driver_rules"
        return
    limits = _limits(rules)
    for step in added:
        if step.service not in (limits.pause, *limits.parts) or step.setup or step.waiting_time:
            yield f"the break at {step.arrival} s is none that driver_rules ask for"
    yield from _totals(facts, rules, limits)
    if limits.stretch is not None:
        yield from _stretches(facts, rules, limits, limits.stretch)


def _limits(rules: DriverRules) -> _Limits:
    if rules.preset == "eu-561":
        return _Limits(16_200, 2_700, [900, 1_800], 36_000 if rules.extended else 32_400, None)
    if rules.preset == "us-hos":
        return _Limits(28_800, 1_800, [], 39_600, 50_400)
    pause = rules.break_duration or 0
    return _Limits(
        rules.max_driving_before_break, pause, rules.break_parts, rules.max_driving, rules.max_duty
    )


def _totals(facts: RouteFacts, rules: DriverRules, limits: _Limits) -> Iterator[str]:
    steps = facts.route.steps
    if limits.driving is not None:
        drives = sum(step.duration > previous.duration for previous, step in pairwise(steps))
        driven = steps[-1].duration - _blur(facts, drives)
        if driven > max(0, limits.driving - rules.driven):
            yield f"the driver drives longer than {limits.driving} s in all"
    if limits.duty is not None:
        before = rules.driven if rules.on_duty is None else rules.on_duty
        if steps[-1].arrival - steps[0].arrival > max(0, limits.duty - before):
            yield f"the driver is on duty longer than {limits.duty} s"


def _stretches(facts: RouteFacts, rules: DriverRules, limits: _Limits, most: int) -> Iterator[str]:
    """Follows the driving since the last break."""
    given = rules.driven_since_break
    driven = min(rules.driven, most) if given is None else given
    drives, had_first = 0, False
    for previous, step in pairwise(facts.route.steps):
        moved = step.duration - previous.duration
        driven, drives = driven + moved, drives + (moved > 0)
        if moved and driven - _blur(facts, drives) > most:
            yield f"the driver drives longer than {most} s without a break before {step.type} {step.id}"
            return
        for rest in _rests(rules, step):
            if rest >= limits.pause or (had_first and rest >= limits.parts[1]):
                driven, drives, had_first = 0, 0, False
            elif limits.parts and rest >= limits.parts[0]:
                had_first = True


def _rests(rules: DriverRules, step: Step) -> Iterator[int]:
    """What may count as a break at a step: waiting, and the break itself. They are not added up."""
    if rules.waiting_is_break:
        yield step.waiting_time
    if step.type == "break":
        yield step.service


def _blur(facts: RouteFacts, drives: int) -> int:
    """How many seconds longer than they are some drives may seem together: at another speed, the times at
    both ends of each are rounded down."""
    at_plain_speed = math.floor(1 / facts.vehicle.speed_factor * 100 + 0.5) == 100
    return 0 if at_plain_speed else max(0, drives - 1)
