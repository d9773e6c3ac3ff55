"""The compiled search finds the best plan where times have a price, and under rules for drivers."""

import random
from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun_solver.routes.objective import Objective, solution_objective
from tests.solver.exhaustive.clock import ClockWalker
from tests.solver.exhaustive.days import short_day
from tests.solver.exhaustive.driver import DriverWalker
from tests.solver.exhaustive.enumerator import Enumerator
from tests.solver.exhaustive.searches import PROBLEMS, searched
from tests.solver.exhaustive.walk import Walker
from tests.solver.helpers import faults, model_of, scheduled
from tests.solver.problems import problem_of

PRICED: list[set[str]] = [
    {"soft windows"},
    {"soft windows", "windows"},
    {"soft windows", "shipments"},
    {"soft windows", "balance"},
    {"soft windows", "compact", "windows"},
    {"slots"},
    {"slots", "soft windows"},
    {"slots", "compact", "windows", "shipments"},
]


def driver_day(seed: int, jobs: int = 5) -> Problem:
    """Two drivers who tire fast, and jobs a few seconds apart."""
    rng = random.Random(f"driver {seed}")
    rules: dict[str, Any] = {"max_driving_before_break": rng.randint(8, 15), "break_duration": 7}
    if rng.random() < 0.6:
        rules["break_parts"] = [rng.randint(2, 4), rng.randint(3, 5)]
    if rng.random() < 0.3:
        rules["driven"] = rng.randint(1, 20)
    if rng.random() < 0.3:
        rules["max_duty"] = rng.randint(25, 60)
    cells = [[0 if a == b else rng.randint(2, 12) for b in range(jobs + 1)] for a in range(jobs + 1)]
    ends = {"start_index": 0, "end_index": 0, "time_window": [rng.randint(0, 5), 75]}
    return problem_of(
        {
            "vehicles": [{"id": n, **ends, "driver_rules": rules} for n in (1, 2)],
            "jobs": [_job(rng, n) for n in range(1, jobs + 1)],
            "matrices": {"car": {"durations": cells}},
        }
    )


def _job(rng: random.Random, number: int) -> dict[str, Any]:
    job: dict[str, Any] = {"id": number, "location_index": number, "service": rng.randint(0, 5)}
    if rng.random() < 0.5:
        start = rng.randint(0, 50)
        job["time_windows"] = [[start, start + rng.randint(3, 20)]]
    return job


def values(problem: Problem, walker: type[Walker]) -> tuple[Objective, Objective]:
    """The value of the best plan, and that of the plan found, verified."""
    best, model = Enumerator(problem, walker=walker).best(), model_of(problem)
    assert best is not None
    solution = scheduled(model, searched(model, iterations=1_000).plan)
    assert solution is not None
    assert faults(model, solution) == []
    return Objective(*best.values), solution_objective(problem, solution)


def assert_best(problem: Problem, walker: type[Walker]) -> None:
    best, found = values(problem, walker)
    assert found == best


@pytest.mark.parametrize("kinds", PRICED, ids=lambda kinds: "+".join(sorted(kinds)))
def test_it_weighs_times_as_it_should(kinds: set[str]) -> None:
    for seed in range(15):
        assert_best(short_day(seed, kinds), ClockWalker)


def test_drivers_serve_as_much_as_their_rules_allow() -> None:
    for seed in range(8):
        assert_best(driver_day(seed, jobs=4), DriverWalker)


@pytest.mark.long  # tests above do the same with fewer problems
@pytest.mark.parametrize("kinds", PRICED, ids=lambda kinds: "+".join(sorted(kinds)))
def test_it_weighs_times_in_many_problems(kinds: set[str]) -> None:
    for seed in range(PROBLEMS):
        assert_best(short_day(seed, kinds), ClockWalker)


@pytest.mark.long  # a test above does the same with fewer days
def test_drivers_serve_as_much_as_they_may_on_many_days() -> None:
    for seed in range(PROBLEMS):
        assert_best(driver_day(seed), DriverWalker)
