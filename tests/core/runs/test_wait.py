from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from milkrun.errors import DependencyUnavailableError, RunNotFoundError
from milkrun.jobs.calls import WaitingCalls
from milkrun.jobs.keys import WAITING_CALLS
from milkrun.jobs.run import Run
from milkrun.jobs.states import Status
from milkrun.runs import wait as wait_module
from milkrun.runs.wait import (
    change_within,
    has_changed_from,
    has_ended,
    result_within,
    wait_until,
)
from milkrun.settings import WaitLimits

from .conftest import OWNER, Bench, run_id

RUN = Run("R", "o", Status.RUNNING, 0, 5_000, "c", 1, 0, 0, 0, 0.1)


class Clockwork:
    """A clock that moves by sleeping, and a reader that plays a run's states."""

    def __init__(self, *states: Run) -> None:
        self.now = 0.0
        self.states = list(states)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def status(self, _owner: str, _run_id: str) -> Run:
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


def wait(play: Clockwork, seconds: float, done: object) -> Run:
    return wait_until(play, RUN, done, seconds=seconds, clock=play.clock, sleep=play.sleep)  # type: ignore[arg-type]


def test_a_wait_ends_as_soon_as_the_run_has_ended() -> None:
    play = Clockwork(RUN, replace(RUN, status=Status.COMPLETED))
    assert wait(play, 20, has_ended).status is Status.COMPLETED
    assert play.now < 1


def test_a_wait_ends_when_its_seconds_are_over() -> None:
    play = Clockwork(RUN)
    assert wait(play, 20, has_ended) == RUN
    assert play.now == 20


def test_a_wait_asks_at_most_a_few_times_a_second() -> None:
    play = Clockwork(*[RUN] * 1_000)
    wait(play, 20, has_ended)
    assert 1_000 - len(play.states) <= 2 * 20 + 6


def test_an_ended_run_is_not_waited_for() -> None:
    play = Clockwork(RUN)
    ended = replace(RUN, status=Status.FAILED)
    changed = has_changed_from(ended)
    assert wait_until(play, ended, changed, seconds=20, clock=play.clock, sleep=play.sleep) == ended  # type: ignore[arg-type]
    assert play.now == 0


def test_a_better_answer_is_a_change_but_progress_alone_is_not() -> None:
    changed = has_changed_from(RUN)
    assert not changed(replace(RUN, progress=0.5))
    assert changed(replace(RUN, best_cost=3))
    assert changed(replace(RUN, status=Status.PENDING))
    assert changed(replace(RUN, attempt=2))


NONE_MAY_WAIT = WaitLimits(calls=0)


def test_a_call_that_may_not_wait_answers_with_what_is_known(bench: Bench) -> None:
    run = bench.submit()
    calls = WaitingCalls(bench.client, NONE_MAY_WAIT)
    assert change_within(bench.reader, calls, run, 25) == (run, False)
    assert result_within(bench.reader, calls, run, 25) == ((run, False), None)


def test_an_ended_run_is_answered_even_if_no_call_may_wait(bench: Bench) -> None:
    bench.submit()
    run = bench.jobs.cancel(OWNER, run_id(1))
    calls = WaitingCalls(bench.client, NONE_MAY_WAIT)
    assert change_within(bench.reader, calls, run, 25) == (run, True)


def test_a_call_makes_room_when_it_has_waited(bench: Bench) -> None:
    run = bench.submit()
    calls = WaitingCalls(bench.client, WaitLimits(calls=1))
    for _ in range(2):
        assert change_within(bench.reader, calls, run, 0.01).waited
    assert not bench.client.exists(WAITING_CALLS)


@pytest.mark.parametrize("answer", [change_within, result_within])
def test_a_call_whose_run_is_erased_makes_room(bench: Bench, answer: Callable[..., object]) -> None:
    run = bench.submit()
    bench.jobs.erase(OWNER, run_id(1))
    with suppress(RunNotFoundError):
        answer(bench.reader, WaitingCalls(bench.client, WaitLimits()), run, 25)
    assert not bench.client.exists(WAITING_CALLS)


def test_a_failed_wait_is_forgotten_only_when_its_seconds_are_over(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis hangs, so another call to it would only make the caller wait longer."""

    def away(*_: object, **__: object) -> Run:
        raise DependencyUnavailableError({"redis": "down: timed out"})

    run = bench.submit()
    monkeypatch.setattr(wait_module, "wait_until", away)
    with pytest.raises(DependencyUnavailableError):
        change_within(bench.reader, WaitingCalls(bench.client, WaitLimits()), run, 25)
    assert bench.client.zcard(WAITING_CALLS) == 1
