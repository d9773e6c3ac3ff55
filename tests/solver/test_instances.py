"""CVRPLIB and Homberger instances: an independent evaluation finds the cost that Milkrun states."""

from pathlib import Path

import pytest

from bench.solver.evaluator import evaluate
from bench.solver.instances import read_best_known, read_instance
from bench.solver.solvers.milkrun import body_of
from tests.solver.helpers import ALL_SERVED, Watched
from tests.solver.problems import problem_of


@pytest.mark.parametrize(
    "name",
    [
        "X-n106-k14",
        pytest.param("X-n200-k36", marks=pytest.mark.long),
        pytest.param("X-n524-k153", marks=pytest.mark.long),
        "C2_10_4",
    ],
)
def test_the_stated_cost_equals_that_of_an_independent_evaluation(vrp_data: Path, name: str) -> None:
    path = vrp_data / f"{name}.vrp"
    instance, best_known = read_instance(path), read_best_known(path)
    solution = Watched(problem_of(body_of(instance)), good_enough=ALL_SERVED).solution
    routes = [[step.id for step in route.steps if step.type == "job"] for route in solution.routes]
    assert solution.summary.cost == evaluate(instance, routes)  # type: ignore[arg-type]
    assert best_known is not None
    assert solution.summary.cost >= best_known.cost * instance.scale
