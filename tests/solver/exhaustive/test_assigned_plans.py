"""The compiled search finds the best plan under rules on who serves what."""

from collections.abc import Iterable
from itertools import combinations

import pytest

from milkrun_solver.routes.objective import solution_objective
from tests.solver.exhaustive.assignments import BASES, RULES, small_problem
from tests.solver.exhaustive.enumerator import Enumerator
from tests.solver.exhaustive.searches import ITERATIONS, PROBLEMS, searched
from tests.solver.helpers import faults, model_of, scheduled

PAIRS = [pair for pair in combinations(RULES, 2) if {"fixed positions", "fixed order"} != {*pair}]
FEW = 3_000
"""Iterations that are enough for the problems of the quick tests."""


def difference(seed: int, rules: Iterable[str], iterations: int) -> str | None:
    """How the plan of the search differs in value from the best one, or breaks a rule; None if it does
    neither."""
    try:
        problem = small_problem(seed, rules)
    except ValueError:  # the rules contradict each other, which a submit refuses
        return None
    best, model = Enumerator(problem).best(), model_of(problem)
    found = searched(model, iterations)
    if best is None or found.is_lacking:
        return None if best is None and found.is_lacking else f"best: {best}, found: {found}"
    solution = scheduled(model, found.plan)
    if solution is None:
        return f"misses a time: {found}"
    value, broken = solution_objective(problem, solution), faults(model, solution)
    return None if value == best.values and not broken else f"best: {best.values}, {value}, {broken}, {found}"


def differences(seeds: Iterable[int], rules: tuple[str, ...], iterations: int = ITERATIONS) -> dict[int, str]:
    """The differences by seed."""
    found = {seed: difference(seed, rules, iterations) for seed in seeds}
    return {seed: it for seed, it in found.items() if it is not None}


@pytest.mark.parametrize("rule", RULES)
def test_it_finds_the_best_plan(rule: str) -> None:
    assert differences(range(3 * len(BASES)), (rule,), FEW) == {}


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_it_finds_the_best_plan_under_two_rules(pair: tuple[str, str]) -> None:
    assert differences(range(3), pair, FEW) == {}


@pytest.mark.long  # tests above do the same with fewer problems
@pytest.mark.parametrize("rules", [*((rule,) for rule in RULES), *PAIRS], ids=" and ".join)
def test_it_finds_the_best_plan_of_many_problems(rules: tuple[str, ...]) -> None:
    assert differences(range(PROBLEMS), rules, FEW) == {}
