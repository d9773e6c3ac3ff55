"""Threads that improve routes: what they find for problems of VROOM alone, and when they end."""

import os
import queue
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import pytest

from milkrun.schema.capabilities import inability
from milkrun.schema.solution import Solution
from milkrun_solver.answer.solution import solution_of
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.vroom import engine as vroom_engine
from milkrun_solver.engines.vroom.encoding import request_of
from milkrun_solver.engines.vroom.engine import VroomEngine, VroomSession
from milkrun_solver.engines.vroom.process import MOST_DEATHS
from milkrun_solver.errors import EngineError
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.objective import Objective, solution_objective
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.search.events import Ended, Event
from milkrun_solver.search.improver import Improver
from milkrun_solver.search.operators import Operator, Operators
from tests import waiting
from tests.solver.engines.vroom.test_process import refused, request
from tests.solver.helpers import META, faults, model_of
from tests.solver.leftovers import children, nothing_left_behind
from tests.solver.problems import random_problem
from tests.solver.vroom import vroom_output
from tests.waiting import MARGIN, PATIENCE

Known = tuple[Model, list[TimedRoute]]
T = TypeVar("T")


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """Checks that no test leaves a thread or a child process."""
    with nothing_left_behind():
        yield


def known(*features: str, jobs: int = 80) -> Known:
    """A problem and the routes that VROOM's heuristics find for it."""
    chosen = {"capacity", "great circle", *features}
    model = model_of(random_problem(3, chosen, jobs=jobs, vehicles=jobs // 4))
    return model, routes_of(model, vroom_output(model, level=None))


@pytest.fixture(scope="module")
def breaks() -> Known:
    return known("breaks")


def _has_another_child(session: VroomSession, pid: int | None) -> bool:
    return session.pid != pid


class Watched:
    """Threads that improve parts of a problem and end with the test."""

    def __init__(self, model: Model, seconds: float = 2 * PATIENCE) -> None:
        self.model = model
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        engine = VroomEngine(model, [])
        self.deadline = time.monotonic() + seconds
        self.improver = Improver(
            model,
            {"vroom": engine},
            Operators([Operator("subproblems", "vroom")]),
            engine.possible,
            self.events.put,
            self.deadline,
            seed=1,
        )

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: object) -> None:
        self.improver.stop()
        self.improver.join(PATIENCE)

    def taken(self) -> list[TimedRoute]:
        """The next better routes."""
        return until(self.improver.take)

    def end(self) -> Ended:
        event = self.events.get(timeout=PATIENCE)
        assert isinstance(event, Ended)
        return event

    def kill_one(self, times: int) -> None:
        """Kills the child of the first thread, and then each child that replaces it."""
        session = self.sessions()[0]
        for _ in range(times):
            pid = until(lambda: session.pid)
            os.kill(pid, signal.SIGKILL)
            until(partial(_has_another_child, session, pid))

    def sessions(self) -> list[VroomSession]:
        """Each thread's VROOM session."""
        sessions = [sessions["vroom"] for sessions in self.improver._sessions]
        return [session for session in sessions if isinstance(session, VroomSession)]

    def found_better_than(self, routes: list[TimedRoute]) -> bool:
        known = self.improver._rounds.subproblems._objective
        return known is not None and known < rank_of(self.model, routes)

    def pids(self) -> list[int]:
        """The process ids of the running children."""
        return [session.pid for session in self.sessions() if session.pid is not None]


def until(ask: Callable[[], T | None]) -> T:
    """Asks again and again, and returns the first answer."""
    answer = waiting.until(ask, pause=0.01)
    assert answer is not None
    return answer


def solution(model: Model, routes: list[TimedRoute]) -> Solution:
    return solution_of(model, routes, META)


def rank_of(model: Model, routes: list[TimedRoute]) -> Objective:
    return solution_objective(model.problem, solution(model, routes))


@pytest.mark.parametrize(
    "features",
    [
        ("breaks",),
        ("setups", "types"),
        ("breaks", "shipments", "skills", "priorities"),
        ("setups", "windows"),
    ],
)
def test_every_answer_verifies_and_is_better_than_the_one_before(features: tuple[str, ...]) -> None:
    model, routes = known(*features, jobs=60)
    assert inability("pyvrp", model.problem)
    ranks = [rank_of(model, routes)]
    with Watched(model) as watched:
        watched.improver.start(1)
        watched.improver.offer(routes)
        for _ in range(4):
            routes = watched.taken()
            assert faults(model, solution(model, routes)) == []
            ranks.append(rank_of(model, routes))
    assert ranks == sorted(set(ranks), reverse=True)


def test_two_threads_work_in_two_children(breaks: Known) -> None:
    model, routes = breaks
    before = children()
    with Watched(model) as watched:
        watched.improver.start(2)
        watched.improver.offer(routes)
        until(lambda: len(watched.pids()) == 2 or None)
        assert watched.improver.threads == 2
        assert children() - before == set(watched.pids())
        first, second = watched.taken(), watched.taken()
    assert faults(model, solution(model, first)) == []
    assert rank_of(model, second) < rank_of(model, first) < rank_of(model, routes)


def test_no_child_starts_without_routes_to_improve(breaks: Known) -> None:
    with Watched(breaks[0], seconds=0.2) as watched:
        watched.improver.start(1)
        assert watched.end() == Ended("vroom")
        assert watched.pids() == []


def test_threads_and_children_end_soon_after_a_stop(breaks: Known) -> None:
    model, routes = breaks
    before = children()
    with Watched(model) as watched:
        watched.improver.start(2)
        watched.improver.offer(routes)
        watched.taken()
        stopped = time.monotonic()
        watched.improver.stop()
        watched.improver.join(PATIENCE)
        assert time.monotonic() - stopped < 0.5 + MARGIN  # otherwise they continue until their deadline
        assert children() - before == set()
        assert [watched.end(), watched.end()] == [Ended("vroom")] * 2


def test_improved_routes_can_be_taken_after_the_stop(breaks: Known) -> None:
    model, routes = breaks
    with Watched(model) as watched:
        watched.improver.start(1)
        watched.improver.offer(routes)
        until(lambda: watched.found_better_than(routes) or None)
        watched.improver.stop()
        watched.improver.join(PATIENCE)
        assert rank_of(model, watched.taken()) < rank_of(model, routes)


def test_threads_end_at_the_deadline(breaks: Known) -> None:
    model, routes = breaks
    with Watched(model, seconds=0.7) as watched:
        deadline = watched.deadline
        watched.improver.start(1)
        watched.improver.offer(routes)
        assert watched.end() == Ended("vroom")
        assert -0.01 < time.monotonic() - deadline < 0.5 + MARGIN  # otherwise they never end


def test_after_a_stop_no_thread_starts_a_child(breaks: Known) -> None:
    model, routes = breaks
    with Watched(model) as watched:
        watched.improver.offer(routes)
        watched.improver.stop()
        watched.improver.start(1)
        assert watched.end() == Ended("vroom")
        assert watched.pids() == []


def test_repeatedly_killed_children_are_an_error_and_the_routes_found_remain(breaks: Known) -> None:
    model, routes = breaks
    with Watched(model) as watched:
        watched.improver.start(1)
        watched.improver.offer(routes)
        found = watched.taken()
        watched.kill_one(MOST_DEATHS)
        assert isinstance(watched.end().error, EngineError)
        last = watched.improver.take() or found
        assert faults(model, solution(model, last)) == []
        assert rank_of(model, last) <= rank_of(model, found)


def test_a_thread_replaces_a_killed_child_and_continues(breaks: Known) -> None:
    model, routes = breaks
    with Watched(model) as watched:
        watched.improver.start(1)
        watched.improver.offer(routes)
        until(lambda: watched.pids() or None)
        watched.kill_one(1)
        while watched.improver.take() is not None:
            pass
        assert faults(model, solution(model, watched.taken())) == []
        assert watched.events.empty()


def test_the_remaining_thread_improves_the_routes_of_a_failed_one(breaks: Known) -> None:
    model, routes = breaks
    with Watched(model) as watched:
        watched.improver.start(2)
        watched.improver.offer(routes)
        until(lambda: len(watched.pids()) == 2 or None)
        watched.kill_one(MOST_DEATHS)
        assert watched.end().error is not None
        assert len(watched.improver._rounds.subproblems._under_way) <= 1
        watched.taken()


def test_only_a_part_that_vroom_refuses_is_given_up(breaks: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    model, routes = breaks
    asked: list[Model] = []

    def now_and_then_refused(part: Model, *others: Any, **named: Any) -> Any:
        asked.append(part)
        return request(refused(), [Effort(0)]) if len(asked) % 2 else request_of(part, *others, **named)

    monkeypatch.setattr(vroom_engine, "request_of", now_and_then_refused)
    with Watched(model) as watched:
        watched.improver.start(1)
        watched.improver.offer(routes)
        assert rank_of(model, watched.taken()) < rank_of(model, routes)
        assert watched.events.empty()


def test_the_search_abandons_refused_routes(breaks: Known) -> None:
    model, routes = breaks
    with Watched(model) as watched:
        watched.improver.start(1)
        watched.improver.offer(routes)
        watched.taken()
        watched.improver.restart(routes[:-1])
        again = watched.taken()
        assert faults(model, solution(model, again)) == []
        assert rank_of(model, again) < rank_of(model, routes[:-1])


def test_the_improvement_of_a_handful_of_tasks_ends_by_itself() -> None:
    model, routes = known("breaks", jobs=8)
    with Watched(model) as watched:
        watched.improver.start(2)
        watched.improver.offer(routes)
        assert [watched.end(), watched.end()] == [Ended("vroom")] * 2
