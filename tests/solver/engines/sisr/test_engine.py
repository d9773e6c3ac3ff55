"""SISR as an engine: where it starts, what it tells, and when it ends."""

import math
import threading
import time

import pytest

from milkrun_solver.answer.solution import timed_routes
from milkrun_solver.engines.protocol import Assignment, Routes
from milkrun_solver.engines.sisr import engine as sisr_engine
from milkrun_solver.engines.sisr.engine import SisrEngine
from milkrun_solver.errors import EngineError
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from milkrun_solver.routes.objective import Objective, objective
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_body, random_problem
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.usefixtures("with_sisr")


@pytest.fixture(scope="module")
def small() -> Model:
    return model_of(random_problem(1, {"capacity"}, jobs=10, vehicles=3))


@pytest.fixture(scope="module")
def larger() -> Model:
    return model_of(random_problem(1, {"capacity"}, jobs=60, vehicles=12))


class Asked:
    """An assignment, and what was found for it. It is over once `enough` routes have been found."""

    def __init__(self, model: Model, enough: float = math.inf) -> None:
        self.found: list[Routes] = []
        self.model = model
        self.assignment = Assignment(
            model,
            time.monotonic() + 2 * PATIENCE,
            lambda: len(self.found) >= enough,
            self.found.append,
            seed=1,
        )

    @property
    def values(self) -> list[Objective]:
        return [value(self.model, routes) for routes in self.found]


def value(model: Model, routes: Routes) -> Objective:
    timed = timed_routes(model, routes)
    assert timed is not None
    return objective(model, timed)


def test_the_search_of_a_handful_of_tasks_ends_by_itself_each_time_with_the_same_routes(small: Model) -> None:
    ends = []
    for _ in range(2):
        asked, session = Asked(small), SisrEngine(small, []).session(0, 1)
        session.propose(asked.assignment, "deep", 1)
        assert session.is_exhausted
        ends.append(asked.found[-1])
    assert ends[0] == ends[1]


def test_only_tasks_that_can_be_served_count_for_a_handful() -> None:
    body = random_body(1, {"capacity"}, jobs=40, vehicles=3)
    for job in body["jobs"][8:]:
        job["skills"] = [9]
    model = model_of(problem_of(body))
    session = SisrEngine(model, []).session(0, 1)
    session.propose(Asked(model).assignment, "deep", 1)
    assert session.is_exhausted


def test_construction_ends_with_the_first_routes(larger: Model) -> None:
    asked, session = Asked(larger), SisrEngine(larger, []).session(0, 1)
    end = session.propose(asked.assignment, "construction", 1)
    assert asked.found == [end]
    assert not session.is_exhausted


def test_each_plan_that_it_tells_is_better_than_the_one_before(larger: Model) -> None:
    asked = Asked(larger, enough=4)
    SisrEngine(larger, []).session(0, 1).propose(asked.assignment, "deep", 1)
    assert len(asked.values) == 4
    assert asked.values == sorted(set(asked.values), reverse=True)


def test_a_search_goes_on_from_the_routes_it_is_given(larger: Model) -> None:
    first = Asked(larger, enough=3)
    session = SisrEngine(larger, []).session(0, 1)
    session.propose(first.assignment, "deep", 1)
    start: Plan = list(first.found[-1])  # type: ignore[arg-type]
    again = Asked(larger, enough=1)
    session.improve(again.assignment, start)
    assert again.values == first.values[-1:]


def test_a_stop_ends_a_search_that_runs_in_another_thread(larger: Model) -> None:
    asked, session = Asked(larger), SisrEngine(larger, []).session(0, 1)
    thread = threading.Thread(target=lambda: session.propose(asked.assignment, "deep", 1))
    thread.start()
    until(lambda: asked.found)
    session.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    session.stop()  # nothing runs


def test_a_search_without_the_library_says_so(small: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sisr_engine, "load_library", lambda: None)
    assert not SisrEngine.is_available()
    with pytest.raises(EngineError, match="has not been built"):
        SisrEngine(small, []).session(0, 1).propose(Asked(small).assignment, "deep", 1)
