"""CVRPLIB and Homberger instances: the cost that is told is what an independent evaluation finds."""

from pathlib import Path

import pytest

from tests.instances import best_known, read_instance
from tests.solver.helpers import Watched
from tests.solver.problems import problem_of


@pytest.mark.parametrize(
    ("name", "seconds"), [("X-n106-k14", 2), ("X-n200-k36", 2), ("X-n524-k153", 3), ("C2_10_4", 4)]
)
def test_the_cost_is_what_an_independent_evaluation_finds(vrp_data: Path, name: str, seconds: float) -> None:
    path = vrp_data / f"{name}.vrp"
    instance = read_instance(path)
    solution = Watched(problem_of(instance.body), seconds).solution
    routes = [[step.id for step in route.steps if step.type == "job"] for route in solution.routes]
    assert solution.summary.cost == instance.cost(routes)  # type: ignore[arg-type]
    assert solution.summary.cost >= best_known(path)
