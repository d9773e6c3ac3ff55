"""PyVRP's threads go on from what they are told, as far as PyVRP knows its tasks."""

import time
from typing import Any

import pytest

from milkrun_solver.answer.solution import timed_routes
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.pyvrp.engine import PyvrpEngine
from milkrun_solver.feasibility import detours
from milkrun_solver.model.problem import Model, PlannedRoute
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

ROUNDABOUT = [[0, 100, 300], [100, 0, 100], [300, 100, 0]]
"""To the farthest place it is shorter by way of the one between."""
PLAN = [PlannedRoute(0, (0, 1))]
"""Serves the farthest place too, on the way."""


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    """A problem whose second task looks impossible, as it may in a very large one."""
    monkeypatch.setattr(detours, "MOST_ROWS", 2)
    vehicle = {"id": 1, "start_index": 0, "end_index": 0, "max_travel_time": 500}
    body: dict[str, Any] = {
        "vehicles": [vehicle],
        "jobs": [{"id": n, "location_index": n} for n in (1, 2)],
        "matrices": {"car": {"durations": ROUNDABOUT}},
    }
    return model_of(problem_of(body))


def test_what_a_known_answer_serves_is_possible(model: Model) -> None:
    assert Encoding(model).possible == [0]
    assert Encoding(model, PLAN).possible == [0, 1]


@pytest.mark.parametrize("known", [True, False])
def test_a_restart_goes_back_to_routes_whose_tasks_pyvrp_knows(model: Model, known: bool) -> None:
    encoding = Encoding(model, PLAN if known else [])
    end = time.monotonic() + 60
    engine = PyvrpEngine(model, encoding, lambda _: None, end, seed=1, whole=True, few=False)
    engine._rounds.threads = 1
    engine.restart(timed_routes(model, PLAN))
    stint = engine._rounds.next()
    assert stint is not None
    assert stint.plan == (PLAN if known else None)
