"""The compiled search finds the best plan where the whole plan has prices."""

import pytest

from milkrun.schema.problem import Problem
from milkrun_solver.routes.objective import Objective, solution_objective
from tests.solver.exhaustive.enumerator import Enumerator
from tests.solver.exhaustive.priced_plans import BASES, PRICES, priced_problem
from tests.solver.exhaustive.searches import ITERATIONS, searched
from tests.solver.helpers import faults, model_of, scheduled

PAIRS = [(price, "compact") for price in PRICES if price != "compact"]
ALONE_AND_IN_PAIRS: list[tuple[str, ...]] = [*((price,) for price in PRICES), *PAIRS]


def found(problem: Problem, iterations: int = ITERATIONS) -> tuple[Objective, float]:
    """What the plan that the search finds is worth, verified, and what the search says it costs."""
    model = model_of(problem)
    plan, stated, _ = searched(model, iterations)
    solution = scheduled(model, plan)
    assert solution is not None
    assert faults(model, solution) == []
    return solution_objective(problem, solution), stated


def assert_best(problem: Problem) -> None:
    best = Enumerator(problem).best()
    assert best is not None
    assert found(problem)[0] == best.values


@pytest.mark.parametrize("price", PRICES)
def test_it_finds_the_best_plan_with_reloads(price: str) -> None:
    for seed in range(len(BASES)):
        assert_best(priced_problem(seed, [price], tasks=4, reloads=True))


@pytest.mark.parametrize("reloads", [False, True])
@pytest.mark.parametrize("prices", ALONE_AND_IN_PAIRS, ids=" and ".join)
def test_what_it_says_a_plan_costs_is_what_it_costs(prices: tuple[str, ...], reloads: bool) -> None:
    for seed in range(len(BASES)):
        problem = priced_problem(seed, prices, tasks=9, reloads=reloads)
        for iterations in (0, 1_000):
            worth, stated = found(problem, iterations)
            assert stated == pytest.approx(worth.cost)
