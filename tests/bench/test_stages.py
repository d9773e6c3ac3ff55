"""bench/large measures real answers: it refuses a plan that is not an answer."""

from collections.abc import Callable

import pytest

from bench.large.inputs import Large
from bench.large.stages import Work, incumbent, verify
from milkrun_solver.model.visits import PlannedRoute


@pytest.fixture
def large() -> Large:
    return Large(jobs=400, vehicles=24)


def test_the_plan_is_an_answer_that_serves_all(large: Large) -> None:
    best = incumbent(large)().solution
    assert best is not None
    assert (best.summary.unassigned, best.summary.routes) == (0, 20)


@pytest.mark.parametrize("stage", [incumbent, verify])
def test_a_plan_with_too_much_in_a_van_is_refused(large: Large, stage: Callable[[Large], Work]) -> None:
    at_any_time = [number for number, task in enumerate(large.model.tasks) if not task.windows]
    large.plan = [PlannedRoute(0, tuple(at_any_time[:21]))]
    with pytest.raises(RuntimeError):
        stage(large)()


@pytest.mark.parametrize("stage", [incumbent, verify])
def test_a_plan_that_misses_a_time_window_is_refused(large: Large, stage: Callable[[Large], Work]) -> None:
    large.plan = [PlannedRoute(0, tuple(range(large.jobs)))]
    with pytest.raises(RuntimeError):
        stage(large)()
