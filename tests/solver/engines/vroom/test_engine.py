"""VROOM as an engine: a session's answers, its end, and its child process."""

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
    """A session, what it found, and how it ended."""

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
        """Proposes in a thread, as deep as can be."""

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


def test_a_proposal_gives_routes_after_the_heuristics_and_after_each_level(watched: Watched) -> None:
    last = watched.session.propose(watched.assignment(small()), "deep", 1)
    assert len(watched.found) == 3
    assert all(watched.found)
    assert last == watched.found[-1]


@pytest.mark.parametrize(("depth", "answers"), [("construction", 1), ("quick", 2)])
def test_a_shallow_proposal_ends_sooner(watched: Watched, depth: str, answers: int) -> None:
    watched.session.propose(watched.assignment(small()), depth, 1)  # type: ignore[arg-type]
    assert len(watched.found) == answers


def test_an_improvement_is_the_problem_solved_anew(watched: Watched) -> None:
    assert watched.session.improve(watched.assignment(small()), [])
    assert watched.session.improve(watched.assignment(small(2)), [])


def test_a_small_problem_that_vroom_refuses_has_no_answer(watched: Watched) -> None:
    assert watched.session.improve(watched.assignment(refused()), []) is None


def test_after_the_close_of_a_session_its_child_is_gone(watched: Watched) -> None:
    watched.session.improve(watched.assignment(small()), [])
    pid = watched.session.pid
    assert pid is not None
    assert is_alive(pid)
    watched.session.close()
    assert not is_alive(pid)


def test_a_stop_ends_a_proposal_in_the_middle_of_its_work(watched: Watched) -> None:
    thread = watched.propose(big())
    until(lambda: watched.found)
    watched.session.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert watched.error is None


def test_a_stop_before_the_child_is_there_starts_none(watched: Watched) -> None:
    watched.session.stop()
    assert watched.session.propose(watched.assignment(small()), "deep", 1) is None
    assert watched.session.pid is None


def test_a_child_that_is_killed_by_others_is_an_error(watched: Watched) -> None:
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


def test_a_refusal_of_vroom_is_an_error_that_says_why(watched: Watched) -> None:
    with pytest.raises(EngineError, match="Inconsistent breaks for vehicle 4"):
        watched.session.propose(watched.assignment(refused()), "deep", 1)


def test_an_answer_that_cannot_be_read_is_an_error(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched.session._process, "answers", lambda _: iter([{}]))
    with pytest.raises(EngineError, match="cannot be read"):
        watched.session.propose(watched.assignment(small()), "deep", 1)
