"""Days of one driver, made step by step: the driver drives, works, waits and rests, and the problem is what
such a day answers. A careless driver oversteps one limit."""

import random
from dataclasses import dataclass, replace
from typing import Any

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.answer.solution import solution_of
from milkrun_solver.routes.timed_route import Stop, TimedRoute
from tests.solver.helpers import META, model_of

MINUTE, HOUR = 60, 3_600


@dataclass(frozen=True)
class Habits:
    """What a driver thinks the limits are.

    Attributes:
        stretch, driving, duty: The longest driving without a break and in all, and the longest day.
        whole, parts: How long the breaks are that the driver adds.
        enough: How long one of the vehicle's breaks must be to count as a whole one.
        own: How long the vehicle's own breaks are.
    """

    stretch: int
    whole: int
    parts: tuple[int, ...]
    driving: int
    duty: int
    enough: int
    own: tuple[int, ...] = (10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 50 * MINUTE)


GOOD: dict[str, Habits] = {
    "eu-561": Habits(
        4 * HOUR + 30 * MINUTE, 45 * MINUTE, (15 * MINUTE, 30 * MINUTE), 9 * HOUR, 24 * HOUR, 45 * MINUTE
    ),
    "us-hos": Habits(8 * HOUR, 30 * MINUTE, (), 11 * HOUR, 14 * HOUR, 30 * MINUTE),
}


class Day:
    """One day of a driver, as random as its seed."""

    def __init__(self, seed: int, preset: str, habits: Habits, rules: dict[str, Any] | None = None) -> None:
        self._rng = random.Random(seed)
        self._habits = habits
        self._rules: dict[str, Any] = {"preset": preset, **(rules or {})}
        self._since = self._rules.get("driven_since_break", self._rules.get("driven", 0))
        self._left = habits.driving - self._rules.get("driven", 0)
        self._had_first = False
        self._start = self._time = self._rng.randrange(0, 10 * HOUR)
        self._driven = 0
        self._stops = [Stop("start", None, self._time, 0, 0, ())]
        self._legs: list[int] = []
        self._jobs: list[dict[str, Any]] = []
        self._own: list[dict[str, Any]] = []

    def solution(self) -> tuple[Problem, Solution] | None:
        """The problem and the answer; None if the day got longer than the duty."""
        legs = self._rng.randint(2, 8)
        longest = max(1, self._left * 2 // legs)
        for number in range(legs):
            last = number == legs - 1
            leg = self._left if last and self._left < longest else self._rng.randint(0, longest)
            leg = min(leg, self._left)
            self._drive(leg)
            self._legs.append(leg)
            if last:
                self._stops.append(Stop("end", None, self._time, self._driven, 0, ()))
            else:
                self._serve(number + 1)
        duty = self._habits.duty - self._rules.get("on_duty", self._rules.get("driven", 0))
        if self._time - self._start > duty:
            return None
        problem = Problem.model_validate(self._body())
        return problem, solution_of(model_of(problem), [TimedRoute(0, self._stops, self._driven)], META)

    def _drive(self, seconds: int) -> None:
        self._left -= seconds
        while seconds:
            if self._since >= self._habits.stretch or self._rng.random() < 0.1:
                self._rest()
            if self._rng.random() < 0.1 and len(self._own) < 2:
                self._take_own()
            most = min(seconds, self._habits.stretch - self._since)
            part = most if self._rng.random() < 0.8 else self._rng.randint(0, most)
            self._time, self._driven, self._since = (
                self._time + part,
                self._driven + part,
                self._since + part,
            )
            seconds -= part

    def _rest(self) -> None:
        """Adds a break that the rules ask for, whole or in parts."""
        parts = self._habits.parts
        if self._had_first:
            length = parts[1]
        elif parts and self._since < self._habits.stretch and self._rng.random() < 0.7:
            length = parts[0]
        else:
            length = self._habits.whole
        self._pause(None, length)

    def _take_own(self) -> None:
        length = self._rng.choice(self._habits.own)
        self._own.append({"id": len(self._own), "service": length, "time_windows": [[self._time] * 2]})
        self._pause(len(self._own) - 1, length)

    def _pause(self, number: int | None, length: int) -> None:
        self._stops.append(Stop("break", number, self._time, self._driven, 0, (), service=length))
        self._time += length
        self._count(length)

    def _count(self, rest: int) -> None:
        habits = self._habits
        if rest >= habits.enough or (self._had_first and rest >= habits.parts[1]):
            self._since, self._had_first = 0, False
        elif habits.parts and rest >= habits.parts[0]:
            self._had_first = True

    def _serve(self, number: int) -> None:
        waiting = self._rng.choice((0, 0, self._rng.randint(1, HOUR)))
        service = self._rng.choice((0, 5 * MINUTE, self._rng.randint(0, HOUR)))
        begin = self._time + waiting
        stop = Stop("job", number - 1, self._time, self._driven, 0, (), service=service, waiting=waiting)
        self._stops.append(stop)
        windows = [[begin, begin + HOUR]] if waiting else []
        job = {"id": number, "location_index": number, "service": service, "time_windows": windows}
        self._jobs.append(job)
        if self._rules.get("waiting_is_break"):
            self._count(waiting)
        self._time = begin + service

    def _body(self) -> dict[str, Any]:
        size = len(self._legs)
        cells = [[HOUR] * size for _ in range(size)]
        for origin, leg in enumerate(self._legs):
            cells[origin][(origin + 1) % size] = leg
        return {
            "vehicles": [
                {"id": 1, "start_index": 0, "end_index": 0, "breaks": self._own, "driver_rules": self._rules}
            ],
            "jobs": self._jobs,
            "matrices": {"car": {"durations": cells}},
        }


def good_day(seed: int, preset: str) -> tuple[Problem, Solution] | None:
    """A day that keeps the rules of a preset, with some hours used before, or the longer driving."""
    rng = random.Random(f"rules {seed}")
    habits, rules = GOOD[preset], dict[str, Any]()
    if rng.random() < 0.3:
        rules["waiting_is_break"] = True
    if rng.random() < 0.3:
        rules["driven"] = rng.randint(0, 4 * HOUR)
        if rng.random() < 0.5:
            rules["driven_since_break"] = rng.randint(0, rules["driven"])
        if rng.random() < 0.5:
            rules["on_duty"] = rules["driven"] + rng.randint(0, HOUR)
    if preset == "eu-561" and rng.random() < 0.3:
        rules["extended"] = True
        habits = replace(habits, driving=10 * HOUR)
    return Day(seed, preset, habits, rules).solution()
