"""Under each rule that planners ask for, and each two of them, the compiled search finds the best plan."""

from collections.abc import Iterable, Sequence

import pytest

from milkrun_solver.routes.objective import solution_objective
from tests.solver.exhaustive.enumerator import Enumerator
from tests.solver.exhaustive.plans import plan_of
from tests.solver.exhaustive.rules.limits import Limits
from tests.solver.exhaustive.rules.skills import Skills
from tests.solver.exhaustive.searches import PROBLEMS, searched
from tests.solver.exhaustive.small_problems import ALONE, PAIRS, RULES, small_problem
from tests.solver.helpers import faults, model_of, scheduled

FEW = 3_000
"""Iterations that are enough for problems as small as these."""


def difference(seed: int, rules: Sequence[str]) -> str | None:
    """How the plan of the search differs in value from the best one, or breaks a rule; None if it does
    neither."""
    problem = small_problem(seed, rules)
    best, model = Enumerator(problem).best(), model_of(problem)
    found = searched(model, FEW)
    if best is None or found.is_lacking:
        return None if best is None and found.is_lacking else f"best: {best}, found: {found}"
    solution = scheduled(model, found.plan)
    if solution is None:
        return f"misses a time: {found}"
    value, broken = solution_objective(problem, solution), faults(model, solution)
    return None if value == best.values and not broken else f"best: {best.values}, {value}, {broken}, {found}"


def differences(seeds: Iterable[int], rules: Sequence[str]) -> dict[int, str]:
    """The differences by seed."""
    found = {seed: difference(seed, rules) for seed in seeds}
    return {seed: it for seed, it in found.items() if it is not None}


@pytest.mark.parametrize("rules", ALONE, ids=" and ".join)
def test_it_finds_the_best_plan(rules: tuple[str, ...]) -> None:
    assert differences(range(12), rules) == {}


@pytest.mark.parametrize("rules", PAIRS, ids=" and ".join)
def test_it_finds_the_best_plan_under_two_rules(rules: tuple[str, ...]) -> None:
    assert differences(range(3), rules) == {}


@pytest.mark.long  # tests above do the same with fewer problems
@pytest.mark.parametrize("rules", [*ALONE, *PAIRS], ids=" and ".join)
def test_it_finds_the_best_plan_of_many_problems(rules: tuple[str, ...]) -> None:
    assert differences(range(PROBLEMS), rules) == {}


ASSIGNING = ("relations", "allowed vehicles", "vehicle counts", "fixed steps")


@pytest.mark.parametrize(
    ("rule", "kind"), [(rule, kind) for rule in ASSIGNING for kind in range(len(RULES[rule]))]
)
def test_each_kind_of_rule_on_who_serves_what_changes_some_plans(rule: str, kind: int) -> None:
    changed = 0
    for seed in range(kind, 6 * len(RULES[rule]), len(RULES[rule])):
        problem = small_problem(seed, [rule])
        model, best = model_of(problem), Enumerator(problem).best()
        without = Enumerator(problem, [Skills, Limits]).best()
        assert without is not None
        assert best is None or without.values <= best.values
        free = scheduled(model, plan_of(model, without.routes))
        assert free is not None
        changed += bool(faults(model, free))
    assert changed > 0
