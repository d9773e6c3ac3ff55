"""The page's problem with reloads, release times and overtime is valid, and is solved as the page says."""

import re
import time
from typing import Any

import pytest
from pydantic import BaseModel

from local import ROOT
from milkrun.schema.parse import parse_problem
from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun.schema.tasks import Job
from milkrun.schema.vehicles import Costs, Vehicle
from milkrun.settings import Limits
from milkrun_solver.solve import solve

SECTION = "## Reloads, release times and overtime"


@pytest.fixture
def section() -> str:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    return page.split(SECTION)[1].split("\n## ")[0]


@pytest.fixture
def problem(section: str) -> Problem:
    found = re.search(r"```json\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return parse_problem(found[1].encode(), Limits())


@pytest.fixture
def solution(problem: Problem) -> Solution:
    deadline = time.monotonic() + 20
    return solve(problem, deadline=deadline, on_best=lambda _: None, should_stop=lambda: False, seed=1)


def test_every_key_of_the_table_is_a_field_with_that_default(section: str) -> None:
    rows = re.findall(r"^\| (vehicle|job|`costs`) \| `(\w+)` \| (.+?) \|", section, re.MULTILINE)
    assert len(rows) == 6
    models: dict[str, type[BaseModel]] = {
        "vehicle": Vehicle,
        "job": Job,
        "`costs`": Costs,
    }
    for owner, key, default in rows:
        unset: Any = [] if key == "reloads" else None
        field = models[owner].model_fields[key]
        expected = int(default) if default.isdigit() else unset
        assert field.get_default(call_default_factory=True, validated_data={}) == expected


def test_the_example_reloads_waits_for_goods_and_takes_overtime(solution: Solution) -> None:
    (route,) = solution.routes
    assert solution.unassigned == []
    reload = next(step for step in route.steps if step.type == "reload")
    assert reload.arrival + reload.waiting_time >= 5_400
    assert reload.service == 600
    lasts = route.steps[-1].arrival - route.steps[0].arrival
    assert route.overtime == solution.summary.overtime == lasts - 6_000 > 0
