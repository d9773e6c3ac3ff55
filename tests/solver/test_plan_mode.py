"""VROOM's plan mode, which others wrote, agrees with our schedule and our verifier.

Plan mode sometimes reports a delay in a plan that can be driven without one, as VROOM's own answers show.
With several windows a task this is frequent, so these tests leave several windows out. Otherwise it happens
about once in a thousand plans.
"""

import random
from collections.abc import Iterator

import pytest

from milkrun.schema.solution import Solution
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from tests.nonempty import nonempty
from tests.solver.helpers import faults, model_of, scheduled
from tests.solver.objective import random_plan
from tests.solver.problems import FEATURES, random_features, random_problem
from tests.solver.vroom import plan_mode

PLANNED = tuple(feature for feature in FEATURES if feature not in ("breaks", "several windows"))


def plans(seed: int) -> tuple[Model, list[Plan]]:
    model = model_of(random_problem(seed, random_features(seed, PLANNED), jobs=6))
    rng = random.Random(seed)
    return model, [plan for plan in (random_plan(model, rng) for _ in range(3)) if plan]


def opinions() -> Iterator[tuple[bool, set[str]]]:
    """For many plans, whether the verifier refuses it and the causes of the violations in plan mode."""
    for seed in range(60):
        model, some = plans(seed)
        for plan in some:
            solution = scheduled(model, plan)
            refused = solution is None or faults(model, solution) != []
            yield refused, {seen["cause"] for seen in plan_mode(model, plan)["summary"]["violations"]}


def test_plan_mode_reports_a_violation_in_every_plan_that_the_verifier_refuses() -> None:
    found = list(opinions())
    assert 50 < sum(refused for refused, _ in found) < 120
    assert all(causes for refused, causes in found if refused)
    disputed = [causes for refused, causes in found if causes and not refused]
    assert disputed in ([], [{"delay"}])


def good_plans() -> Iterator[tuple[Model, Plan, Solution]]:
    """The plans that the verifier accepts, with the times of our schedule."""
    for seed in range(60):
        model, some = plans(seed)
        for plan in some:
            solution = scheduled(model, plan)
            if solution is not None and not faults(model, solution):
                yield model, plan, solution


def test_plan_mode_and_our_schedule_agree_on_the_times_of_a_good_plan() -> None:
    for model, plan, solution in nonempty(good_plans()):
        plain = all(vehicle.source.speed_factor == 1 for vehicle in model.vehicles)
        theirs = plan_mode(model, plan)["summary"]
        assert solution.summary.setup == theirs["setup"]
        assert solution.summary.service == theirs["service"]
        assert solution.summary.distance == theirs["distance"]
        # A speed factor makes fractions of seconds, which plan mode rounds at other points.
        slack = 0 if plain else len(model.tasks)
        assert solution.summary.duration == pytest.approx(theirs["duration"], abs=slack)
        assert solution.summary.waiting_time == pytest.approx(theirs["waiting_time"], abs=slack)
        if plain:
            # Without time windows, VROOM rounds a route's cost down, and plan mode to the nearest.
            assert solution.summary.cost == pytest.approx(theirs["cost"], abs=len(plan))
