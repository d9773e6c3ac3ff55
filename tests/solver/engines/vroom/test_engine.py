"""VROOM as an engine: a session's answers, how it ends, and its child process."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.protocol import Assignment, Routes
from milkrun_solver.engines.vroom.engine import VroomEngine, VroomSession
from milkrun_solver.engines.vroom.process import MOST_DEATHS
from milkrun_solver.errors import EngineError
from milkrun_solver.model.problem import Model
from tests.solver.engines.vroom.test_process import big, is_alive, refused, small
from tests.waiting import PATIENCE, until


class Watched:
    """A session, the routes it found and the error it ended with."""

    def __init__(self) -> None:
        self.session: VroomSession = VroomEngine(small(), []).session(0, 1)
        self.found: list[Routes] = []
        self.error: Exception | None = None

    def assignment(self, model: Model, effort: int = 0) -> Assignment:
        return Assignment(
            model,
            deadline=time.monotonic() + PATIENCE,
            is_over=lambda: False,
            found=self.found.append,
            effort=Effort(effort),
        )

    def propose(self, model: Model) -> threading.Thread:
        """Starts a proposal of the greatest depth in a thread."""

        def run() -> None:
            try:
                self.session.propose(self.assignment(model), "deep", 1)
            except EngineError as error:
                self.error = error

        thread = threading.Thread(target=run)
        thread.start()
        return thread


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    watched.session.close()


def test_a_proposal_yields_routes_after_the_heuristics_and_after_each_level(watched: Watched) -> None:
    last = watched.session.propose(watched.assignment(small()), "deep", 1)
    assert len(watched.found) == 3
    assert all(watched.found)
    assert last == watched.found[-1]


@pytest.mark.parametrize(("depth", "answers"), [("construction", 1), ("quick", 2)])
def test_a_shallower_proposal_yields_fewer_answers(watched: Watched, depth: str, answers: int) -> None:
    watched.session.propose(watched.assignment(small()), depth, 1)  # type: ignore[arg-type]
    assert len(watched.found) == answers


def test_an_improvement_solves_the_problem_afresh(watched: Watched) -> None:
    assert watched.session.improve(watched.assignment(small()), [])
    assert watched.session.improve(watched.assignment(small(2)), [])


def test_an_improvement_that_vroom_refuses_has_no_answer(watched: Watched) -> None:
    assert watched.session.improve(watched.assignment(refused()), []) is None


def test_closing_a_session_ends_its_child(watched: Watched) -> None:
    watched.session.improve(watched.assignment(small()), [])
    pid = watched.session.pid
    assert pid is not None
    assert is_alive(pid)
    watched.session.close()
    assert not is_alive(pid)


def test_a_stop_ends_the_proposal_at_once(watched: Watched) -> None:
    thread = watched.propose(big())
    until(lambda: watched.found)
    watched.session.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert watched.error is None


def test_no_child_starts_after_a_stop(watched: Watched) -> None:
    watched.session.stop()
    assert watched.session.propose(watched.assignment(small()), "deep", 1) is None
    assert watched.session.pid is None


def test_a_killed_child_is_an_error(watched: Watched) -> None:
    thread = watched.propose(big())
    until(lambda: watched.found)
    assert watched.session.pid is not None
    os.kill(watched.session.pid, signal.SIGKILL)
    thread.join(PATIENCE)
    assert "-9" in str(watched.error)


def test_improvements_fail_once_too_many_children_have_died(watched: Watched) -> None:
    for deaths in range(MOST_DEATHS):
        watched.session.improve(watched.assignment(small()), [])
        assert watched.session.pid is not None
        os.kill(watched.session.pid, signal.SIGKILL)
        if deaths < MOST_DEATHS - 1:
            assert watched.session.improve(watched.assignment(small()), []) is None
    with pytest.raises(EngineError, match="-9"):
        watched.session.improve(watched.assignment(small()), [])


def test_the_error_says_why_vroom_refused_the_problem(watched: Watched) -> None:
    with pytest.raises(EngineError, match="Inconsistent breaks for vehicle 4"):
        watched.session.propose(watched.assignment(refused()), "deep", 1)


def test_an_unreadable_answer_is_an_error(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched.session._process, "answers", lambda _: iter([{}]))
    with pytest.raises(EngineError, match="cannot be read"):
        watched.session.propose(watched.assignment(small()), "deep", 1)
