"""CVRPLIB and Homberger instances: the cost that is told is what an independent evaluation finds."""

from pathlib import Path

import pytest

from tests.solver.helpers import Watched
from tests.solver.instances import best_known, independent_cost, instance_problem


@pytest.mark.parametrize(
    ("name", "seconds"), [("X-n106-k14", 2), ("X-n200-k36", 2), ("X-n524-k153", 3), ("C2_10_4", 4)]
)
def test_the_cost_is_what_an_independent_evaluation_finds(vrp_data: Path, name: str, seconds: float) -> None:
    path = vrp_data / f"{name}.vrp"
    problem, distances = instance_problem(path)
    solution = Watched(problem, seconds).solution
    assert solution.summary.unassigned == 0
    assert solution.summary.cost == independent_cost(solution, distances)
    assert solution.summary.cost >= best_known(path)
