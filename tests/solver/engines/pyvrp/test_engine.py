"""PyVRP as an engine: it continues from plans whose tasks it knows."""

import math
from typing import Any

import pytest

from milkrun_solver.engines.protocol import Assignment
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.pyvrp.engine import PyvrpEngine
from milkrun_solver.feasibility import detours
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import PlannedRoute
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

ROUNDABOUT = [[0, 100, 300], [100, 0, 100], [300, 100, 0]]
"""The way to the farthest place is shorter by the place between."""
PLAN = [PlannedRoute(0, (0, 1))]
"""Serves the farthest place as well, on the shorter way."""


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    """A problem whose second task is wrongly taken for unservable, as can happen in a very large one."""
    monkeypatch.setattr(detours, "MOST_ROWS", 2)
    vehicle = {"id": 1, "start_index": 0, "end_index": 0, "max_travel_time": 500}
    body: dict[str, Any] = {
        "vehicles": [vehicle],
        "jobs": [{"id": n, "location_index": n} for n in (1, 2)],
        "matrices": {"car": {"durations": ROUNDABOUT}},
    }
    return model_of(problem_of(body))


def test_a_task_that_a_known_answer_serves_counts_as_servable(model: Model) -> None:
    assert Encoding(model).possible == [0]
    assert Encoding(model, PLAN).possible == [0, 1]


@pytest.mark.parametrize("known", [True, False])
def test_it_knows_only_plans_whose_tasks_it_was_given(model: Model, known: bool) -> None:
    engine = PyvrpEngine(model, PLAN if known else [])
    assert engine.knows(PLAN) == known
    assert engine.possible == ([0, 1] if known else [0])


def test_the_search_of_a_handful_of_tasks_ends_by_itself(model: Model) -> None:
    session = PyvrpEngine(model, PLAN).session(0, 1)
    assignment = Assignment(model, math.inf, lambda: False, lambda _: None)
    end = session.improve(assignment, PLAN)
    assert end is not None
    assert [sorted(route.tasks) for route in end] == [[0, 1]]
    assert session.is_exhausted
