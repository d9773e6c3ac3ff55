"""The page's problems on who serves what are valid, and are solved as the page says."""

import re

import pytest

from local import ROOT
from milkrun.schema.parse import parse_problem
from milkrun.schema.problem import Problem
from milkrun.settings import Limits
from milkrun_solver.routes.objective import solution_objective
from tests.solver.exhaustive.enumerator import Enumerator
from tests.solver.exhaustive.searches import searched
from tests.solver.helpers import faults, model_of, scheduled

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## Who serves what")[1].split("\n## ")[0]


def example(heading: str) -> Problem:
    """The first problem after a heading of the section."""
    found = re.search(r"```json\n(.*?)```", SECTION.split(f"**{heading}.**")[1], re.DOTALL)
    assert found is not None
    return parse_problem(found[1].encode(), Limits())


def served(problem: Problem) -> dict[int, list[tuple[str, int]]]:
    """What each vehicle does in the best plan."""
    best = Enumerator(problem).best()
    assert best is not None
    return {route.vehicle.id: [(stop.type, stop.id) for stop in route.stops] for route in best.routes}


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Allowed vehicles", {2: [("job", 1), ("job", 2)]}),
        ("Relations", {1: [("job", 2), ("job", 1)], 2: [("job", 3)]}),
        ("Fixed steps", {1: [("job", 2), ("job", 4), ("job", 3), ("job", 1)]}),
        ("The number of vehicles", {1: [("job", 1)], 2: [("job", 2)]}),
    ],
)
def test_an_example_is_solved_as_the_page_says(
    heading: str, expected: dict[int, list[tuple[str, int]]]
) -> None:
    problem = example(heading)
    assert served(problem) == expected
    model = model_of(problem)
    solution = scheduled(model, searched(model, iterations=500).plan)
    assert solution is not None
    assert faults(model, solution) == []
    best = Enumerator(problem).best()
    assert best is not None
    assert solution_objective(problem, solution) == best.values
