"""The best plans under rules on who serves what are verified, and those without the rules are often not."""

from itertools import combinations

import pytest

from milkrun_solver.routes.objective import solution_objective
from tests.solver.exhaustive.assignments import RULES, small_problem
from tests.solver.exhaustive.enumerator import Enumerator
from tests.solver.exhaustive.plans import plan_of
from tests.solver.exhaustive.rules.limits import Limits
from tests.solver.exhaustive.rules.skills import Skills
from tests.solver.helpers import faults, model_of, scheduled

PAIRS = [pair for pair in combinations(RULES, 2) if {"fixed positions", "fixed order"} != {*pair}]


@pytest.mark.parametrize("rule", RULES)
def test_the_best_plan_is_verified_and_a_rule_changes_some(rule: str) -> None:
    changed = 0
    for seed in range(12):
        problem = small_problem(seed, [rule])
        model = model_of(problem)
        best = Enumerator(problem).best()
        if best is not None:
            solution = scheduled(model, plan_of(model, best.routes))
            assert solution is not None
            assert faults(model, solution) == []
            assert solution_objective(problem, solution) == best.values
        without = Enumerator(problem, [Skills, Limits]).best()
        assert without is not None
        assert best is None or without.values <= best.values
        free = scheduled(model, plan_of(model, without.routes))
        assert free is not None
        changed += bool(faults(model, free))
    assert changed > 0


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_the_best_plan_under_two_rules_is_verified(pair: tuple[str, str]) -> None:
    for seed in range(1, 3):
        try:
            problem = small_problem(seed, pair)
        except ValueError:  # the rules contradict each other, which a submit refuses
            continue
        best = Enumerator(problem).best()
        if best is None:
            continue
        model = model_of(problem)
        solution = scheduled(model, plan_of(model, best.routes))
        assert solution is not None
        assert faults(model, solution) == []
        assert solution_objective(problem, solution) == best.values
