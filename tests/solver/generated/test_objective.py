"""One objective: PyVRP, our schedule and VROOM's plan mode compute the same cost, and they and the verifier
agree on which plans keep the rules.

The plans are quick answers of VROOM with some orders moved, so that there are good, bad and broken ones.
`MILKRUN_GENERATED=300` examines that many problems.
"""

import os
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, combinations

import pytest

from milkrun_solver.answer.solution import plan_of, solution_of
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.model.units import COST_UNIT
from milkrun_solver.routes.objective import Objective, solution_objective
from tests.nonempty import nonempty
from tests.solver.generated.generator import Case
from tests.solver.generated.opinions import ORDERS, Opinions, PyvrpOpinion, opinions
from tests.solver.helpers import META, faults, model_of
from tests.solver.objective import internal_cost, most_rounding
from tests.solver.vroom import accepts_as_start, plan_mode_of_answer, vroom_output

SEEDS = range(int(os.environ.get("MILKRUN_GENERATED", "80")))


@lru_cache(maxsize=len(SEEDS))
def asked(seed: int) -> tuple[Opinions, ...]:
    """All opinions of the plans for one problem."""
    return tuple(opinions(seed))


def everything() -> Iterator[Opinions]:
    for seed in SEEDS:
        yield from asked(seed)


def of_pyvrp() -> list[tuple[Opinions, PyvrpOpinion]]:
    """The opinions of plans that PyVRP can express, each with PyVRP's own."""
    return [(opinion, opinion.pyvrp) for opinion in everything() if opinion.pyvrp is not None]


def good_plans(seed: int) -> list[tuple[Opinions, int]]:
    """The plans of a problem that the verifier accepts, with PyVRP's objective."""
    return [
        (opinion, opinion.pyvrp.objective)
        for opinion in asked(seed)
        if not opinion.refused and opinion.pyvrp is not None and opinion.pyvrp.objective is not None
    ]


def rank_of(opinion: Opinions) -> Objective:
    assert opinion.solution is not None
    return solution_objective(opinion.model.problem, opinion.solution)


def test_pyvrp_minimises_the_exact_cost() -> None:
    for opinion, theirs in nonempty(of_pyvrp()):
        assert theirs.cost == theirs.exact, opinion.seed


def test_the_schedule_and_plan_mode_state_the_exact_cost_rounded() -> None:
    for opinion in nonempty(everything()):
        exact = internal_cost(opinion.model, opinion.plan) / COST_UNIT
        slack = most_rounding(opinion.model, opinion.plan)
        assert opinion.plan_mode["cost"] == pytest.approx(exact, abs=slack), opinion.seed
        if opinion.solution is not None:
            assert opinion.solution.summary.cost == pytest.approx(exact, abs=slack), opinion.seed


def test_pyvrp_and_the_verifier_accept_the_same_plans() -> None:
    for opinion, theirs in nonempty(of_pyvrp()):
        assert theirs.feasible != opinion.refused, opinion.seed


def test_pyvrp_prefers_the_plan_with_the_better_objective() -> None:
    """This holds only for differences larger than rounding, because an objective's cost is rounded for each
    route."""
    pairs = chain.from_iterable(combinations(good_plans(seed), 2) for seed in SEEDS)
    for (one, its_objective), (other, other_objective) in nonempty(pairs):
        slack = most_rounding(one.model, one.plan) + most_rounding(other.model, other.plan)
        its_rank, other_rank = rank_of(one), rank_of(other)
        if its_rank[:2] == other_rank[:2] and abs(its_rank[2] - other_rank[2]) <= slack:
            continue
        assert (its_objective < other_objective) == (its_rank < other_rank), one.seed


def test_plan_mode_reports_a_violation_in_every_plan_that_the_verifier_refuses() -> None:
    found = list(everything())
    refused = [opinion for opinion in found if opinion.refused]
    assert 0.2 < len(refused) / len(found) < 0.6
    assert all(opinion.causes for opinion in refused)


def test_vroom_starts_from_the_plans_that_only_plan_mode_disputes() -> None:
    disputed = [opinion for opinion in everything() if opinion.causes and not opinion.refused]
    assert len(disputed) <= max(2, 0.02 * len(list(everything())))
    for opinion in disputed:
        assert accepts_as_start(opinion.model, opinion.plan), opinion.causes


@pytest.mark.parametrize("seed", [seed for seed in SEEDS if "breaks" in Case(seed, ORDERS).features])
@pytest.mark.parametrize("level", [None, 1])
def test_with_breaks_vroom_the_verifier_and_plan_mode_agree(seed: int, level: int | None) -> None:
    """The plans are VROOM's own, because only VROOM chooses when breaks are taken."""
    model = model_of(Case(seed, ORDERS).problem)
    output = vroom_output(model, level)
    solution = solution_of(model, routes_of(model, output), META)
    assert faults(model, solution) == []
    checked = plan_mode_of_answer(model, output)["summary"]
    assert {violation["cause"] for violation in checked["violations"]} <= {"delay"}
    plan = plan_of(model, solution)
    exact, slack = internal_cost(model, plan) / COST_UNIT, most_rounding(model, plan)
    assert checked["cost"] == pytest.approx(exact, abs=slack)
    assert solution.summary.cost == pytest.approx(exact, abs=slack)
