"""On random small days, the compiled search leaves out no more than the best of all plans."""

import random

import pytest

from milkrun.schema.problem import Problem
from milkrun_solver.routes.objective import Objective, solution_objective
from tests.solver.exhaustive.enumerator import Enumerator
from tests.solver.exhaustive.searches import PROBLEMS, searched
from tests.solver.helpers import faults, model_of, scheduled
from tests.solver.problems import random_problem

QUICK, AT_A_TIME = 40, 40
ITERATIONS = 4_000
SOME = (
    "capacity",
    "pickups",
    "windows",
    "several windows",
    "working hours",
    "skills",
    "priorities",
    "open routes",
    "setups",
    "types",
    "max tasks",
)
"""What a day may have beside breaks and shipments."""


def small_day(seed: int) -> Problem:
    """A day of five or six tasks for one or two vehicles; most days have breaks, and most have shipments."""
    rng = random.Random(f"small day {seed}")
    features = {feature for feature in SOME if rng.random() < 0.35}
    features |= {"breaks"} if rng.random() < 0.7 else set()
    features |= {"shipments"} if rng.random() < 0.7 else set()
    return random_problem(seed, features, jobs=rng.choice((5, 6)), vehicles=rng.choice((1, 2)))


def check(seed: int) -> None:
    """Raises AssertionError if the search breaks a rule, or leaves out more than it must."""
    problem = small_day(seed)
    best = Enumerator(problem).best()
    assert best is not None, seed
    model = model_of(problem)
    solution = scheduled(model, searched(model, ITERATIONS).plan)
    assert solution is not None, seed
    assert faults(model, solution) == [], seed
    found = solution_objective(problem, solution)
    assert found[:2] == best.values[:2], seed
    assert found >= Objective(*best.values), seed


def test_no_more_is_left_out_than_by_the_best_of_all_plans() -> None:
    for seed in range(QUICK):
        check(seed)


@pytest.mark.long
@pytest.mark.parametrize("first", range(QUICK, 10 * PROBLEMS, AT_A_TIME))
def test_no_more_is_left_out_on_thousands_of_days(first: int) -> None:
    for seed in range(first, first + AT_A_TIME):
        check(seed)
