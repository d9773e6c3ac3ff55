import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from milkrun.errors import (
    DependencyUnavailableError,
    FieldError,
    NetworkNotFoundError,
    SolveError,
    TransitionRefusedError,
)
from milkrun.jobs.holding import Best
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.packing import pack
from milkrun.jobs.run import SCHEMA_VERSION
from milkrun.jobs.states import Status
from milkrun.runs.invoke import MAX_CHAIN
from milkrun.runs.search import to_best
from milkrun.runs.work import HAND_OVER_BEFORE, Worker
from milkrun.schema.solution import Solution
from tests.telemetry import Telemetry
from tests.waiting import PATIENCE, until

from .conftest import OWNER, Bench, Clock, UntilStopped, answer, run_id

SOLUTION = (Path(__file__).parents[1] / "jobs" / "fixtures" / "solution.json").read_bytes()
"""An answer of the real engines."""


def at_once(cost: int) -> Callable[..., Solution]:
    return lambda _problem, **_: answer(cost)


def in_background(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_run_is_completed_with_the_result_of_the_search(bench: Bench) -> None:
    bench.submit()
    bench.work(at_once(7))
    run = bench.status()
    assert (run.status, run.best_cost, run.progress) == (Status.COMPLETED, 7, 1.0)
    assert bench.result()["summary"]["cost"] == 7


def test_the_search_gets_the_seconds_that_are_left(bench: Bench, clock: Clock) -> None:
    bench.submit(time_limit_ms=100_000)
    seen: dict[str, Any] = {}
    bench.work(lambda _problem, **given: seen.update(given) or answer(1), clock=clock)
    assert seen["deadline"] == clock.now + 100
    assert seen["initial"] is None


def test_progress_and_best_are_readable_while_it_runs(bench: Bench) -> None:
    bench.submit(time_limit_ms=1_000)
    search = UntilStopped(cost=9)
    worker = in_background(lambda: bench.work(search))
    until(lambda: bench.status().best_cost == 9 and 0 < bench.status().progress < 1)
    assert bench.result()["summary"]["cost"] == 9
    bench.jobs.cancel(OWNER, run_id(1))
    worker.join(PATIENCE)


def test_a_stop_ends_it_with_its_best(bench: Bench) -> None:
    bench.submit()
    search = UntilStopped(cost=9)
    worker = in_background(lambda: bench.work(search))
    search.began.wait(PATIENCE)
    bench.jobs.cancel(OWNER, run_id(1))
    worker.join(PATIENCE)
    run = bench.status()
    assert (run.status, run.stopped_early, run.best_cost) == (Status.COMPLETED, True, 9)


def test_a_stop_before_any_answer_cancels_it(bench: Bench) -> None:
    bench.submit()
    search = UntilStopped(cost=None)
    worker = in_background(lambda: bench.work(search))
    search.began.wait(PATIENCE)
    bench.jobs.cancel(OWNER, run_id(1))
    worker.join(PATIENCE)
    assert bench.status().status is Status.CANCELLED


def test_an_error_of_the_search_fails_the_run_with_its_code(bench: Bench) -> None:
    def solve(*_: Any, **__: Any) -> Solution:
        raise NetworkNotFoundError("There is no network `x`.")

    bench.submit()
    bench.work(solve)
    run = bench.status()
    assert (run.status, run.error_code) == (Status.FAILED, "network_not_found")
    assert run.error_detail == "There is no network `x`."


def test_the_fields_that_an_error_names_are_reported_with_the_run(bench: Bench) -> None:
    errors = (FieldError("$.jobs[0].location", "lies in the sea"),)

    def solve(*_: Any, **__: Any) -> Solution:
        raise SolveError("One location lies in the sea.", errors)

    bench.submit()
    bench.work(solve)
    assert (bench.status().error_code, bench.status().errors) == ("solver_failed", errors)


def test_an_unforeseen_error_reveals_nothing(bench: Bench) -> None:
    def solve(*_: Any, **__: Any) -> Solution:
        raise ValueError("secret")

    bench.submit()
    bench.work(solve)
    run = bench.status()
    assert (run.status, run.error_code) == (Status.FAILED, "internal_error")
    assert "secret" not in (run.error_detail or "")


def test_an_error_after_an_answer_keeps_the_answer(bench: Bench) -> None:
    def solve(_problem: object, *, on_best: Callable[[Solution], None], **_: Any) -> Solution:
        on_best(answer(9))
        raise ValueError("late")

    bench.submit()
    bench.work(solve)
    assert (bench.status().status, bench.status().best_cost) == (Status.COMPLETED, 9)


@pytest.mark.parametrize("number", [1, 2])
def test_an_event_for_a_run_that_is_gone_or_ended_ends_quietly(bench: Bench, number: int) -> None:
    bench.submit(2)
    bench.jobs.cancel(OWNER, run_id(2))
    bench.work(at_once(7), number)
    assert bench.status(2).status is Status.CANCELLED


def test_an_event_delivered_twice_is_worked_on_once(bench: Bench) -> None:
    bench.submit()
    search = UntilStopped(cost=9)
    worker = in_background(lambda: bench.work(search))
    search.began.wait(PATIENCE)
    bench.work(at_once(1))
    assert bench.status().status is Status.RUNNING
    bench.jobs.cancel(OWNER, run_id(1))
    worker.join(PATIENCE)
    assert bench.status().best_cost == 9


def test_a_worker_that_lost_its_lease_stops_and_writes_nothing(bench: Bench) -> None:
    bench.submit()
    search = UntilStopped(cost=9)
    worker = in_background(lambda: bench.work(search))
    search.began.wait(PATIENCE)
    until(lambda: _taken_back(bench), pause=0.01)
    claimed = bench.jobs.claim(OWNER, run_id(1), "successor")
    worker.join(PATIENCE)
    assert not worker.is_alive()
    run = bench.status()
    assert claimed is not None
    assert (run.status, run.attempt) == (Status.RUNNING, claimed.run.attempt)


def _taken_back(bench: Bench) -> bool:
    """Renews all the time, until its lease is taken back between two renewals."""
    bench.make_due()
    try:
        return bench.jobs.expire(OWNER, run_id(1)) is not None
    except Exception:
        return False


def test_a_later_attempt_continues_from_the_best_routes(bench: Bench) -> None:
    bench.submit()
    bench.jobs.claim(OWNER, run_id(1), "t")
    bench.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=30_000, best=to_best(answer(9)))
    bench.make_due()
    bench.jobs.expire(OWNER, run_id(1))
    seen: dict[str, Any] = {}
    bench.work(lambda _problem, **given: seen.update(given) or given["initial"])
    assert seen["initial"].summary.cost == 9
    assert bench.status().attempt == 2


def test_the_search_continues_from_routes_that_an_earlier_worker_stored(bench: Bench) -> None:
    bench.submit()
    bench.jobs.claim(OWNER, run_id(1), "t")
    bench.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=Best(SOLUTION, 790, 1))
    bench.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1)
    bench.work(lambda _problem, **given: given["initial"])
    assert (bench.status().best_cost, bench.status().best_unassigned) == (790, 1)
    assert bench.result() == json.loads(SOLUTION)


def test_before_the_function_s_deadline_the_run_goes_to_a_successor(bench: Bench, clock: Clock) -> None:
    bench.submit(time_limit_ms=3_600_000)
    bench.work(clock.until_deadline(), remaining=900, clock=clock)
    run = bench.status()
    assert (run.status, run.attempt, run.hops, run.best_cost) == (Status.PENDING, 1, 1, 9)
    assert [invoked.run_id for invoked in bench.invokes.runs] == [run_id(1)]
    assert run.spent_ms == (900 - HAND_OVER_BEFORE) * 1000


def test_a_search_that_ends_a_moment_before_its_deadline_is_still_handed_over(
    bench: Bench, clock: Clock
) -> None:
    bench.submit(time_limit_ms=3_600_000)
    bench.work(clock.until_deadline(sooner=0.3), clock=clock)
    assert (bench.status().status, bench.status().hops) == (Status.PENDING, 1)


def test_a_search_that_ends_by_itself_is_not_handed_over(bench: Bench) -> None:
    bench.submit(time_limit_ms=3_600_000)
    bench.work(at_once(7), remaining=20)
    assert bench.status().status is Status.COMPLETED


def wait_for_turn(bench: Bench, number: int) -> None:
    """Another run takes the owner's only slot, and this run is refused it."""
    bench.submit(number)
    assert bench.with_policy(max_running=0).jobs.claim(OWNER, run_id(number), "w") is None


def test_the_owner_s_next_run_is_woken(bench: Bench) -> None:
    bench.submit(1)
    wait_for_turn(bench, 2)
    bench.work(at_once(7))
    assert [(run.run_id, run.chain) for run in bench.invokes.runs] == [(run_id(2), 1)]


def test_above_the_owner_s_limit_the_worker_ends_quietly(bench: Bench) -> None:
    full = bench.with_policy(max_running=0)
    full.submit()
    full.work(at_once(7))
    assert full.status().status is Status.PENDING


def test_a_run_of_a_later_release_is_left_to_a_worker_of_that_release(bench: Bench) -> None:
    bench.submit()
    bench.client.hset(OwnerKeys(OWNER).run(run_id(1)), "v", SCHEMA_VERSION + 1)
    bench.work(at_once(7))
    assert bench.status().status is Status.PENDING


@pytest.mark.parametrize("broken", [pack(b'{"routes": 3}'), pack(b"{"), b"not packed"])
def test_an_unreadable_best_answer_restarts_the_search(bench: Bench, broken: bytes) -> None:
    bench.submit()
    bench.jobs.claim(OWNER, run_id(1), "t")
    bench.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=to_best(answer(9)))
    bench.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1)
    bench.client.set(OwnerKeys(OWNER).best(run_id(1)), broken)
    seen: dict[str, Any] = {}
    bench.work(lambda _problem, **given: seen.update(given) or answer(7))
    assert seen["initial"] is None
    assert (bench.status().status, bench.status().best_cost) == (Status.COMPLETED, 7)


@pytest.mark.parametrize("stored", [None, b"not packed"])
def test_a_request_that_cannot_be_read_fails_the_run(bench: Bench, stored: bytes | None) -> None:
    bench.submit()
    key = OwnerKeys(OWNER).request(run_id(1))
    if stored is None:
        bench.client.delete(key)
    else:
        bench.client.set(key, stored)
    bench.work(at_once(7))
    assert (bench.status().status, bench.status().error_code) == (Status.FAILED, "internal_error")


def test_a_long_chain_is_left_to_the_sweeper(bench: Bench) -> None:
    bench.submit(1)
    wait_for_turn(bench, 2)
    bench.jobs.dispatch(OWNER, run_id(1), early=True, chain=MAX_CHAIN)
    bench.work(at_once(7))
    assert bench.invokes.runs == []
    assert bench.status(2).status is Status.PENDING
    assert bench.jobs.dispatch(OWNER, run_id(2)) is not None  # it is due, so the sweeper need not wait


def test_an_invoke_that_fails_loses_nothing(bench: Bench) -> None:
    bench.submit(1)
    wait_for_turn(bench, 2)
    bench.invokes.failure = "ReadTimeoutError"
    bench.work(at_once(7))
    assert bench.status(1).status is Status.COMPLETED
    assert bench.status(2).status is Status.PENDING


def test_the_result_waits_for_redis_to_come_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    away = iter([True, True])
    complete = JobStateManager.complete

    def sometimes(self: JobStateManager, *args: Any, **kwargs: Any) -> tuple[str, str] | None:
        if next(away, False):
            raise DependencyUnavailableError({"redis": "down: timed out"})
        return complete(self, *args, **kwargs)

    monkeypatch.setattr(JobStateManager, "complete", sometimes)
    bench.submit()
    bench.work(at_once(7))
    assert bench.status().status is Status.COMPLETED


def test_an_unavailable_dependency_is_reported_with_its_reason(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, telemetry: Telemetry
) -> None:
    refused = {verb: threading.Event() for verb in ("renew", "complete")}

    def once_away(verb: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(self: JobStateManager, *args: Any, **given: Any) -> Any:
            if refused[verb].is_set():
                return call(self, *args, **given)
            refused[verb].set()
            raise DependencyUnavailableError({"redis": "down: busy", "neo4j": "ok"})

        return called

    for verb in refused:
        monkeypatch.setattr(JobStateManager, verb, once_away(verb, getattr(JobStateManager, verb)))
    bench.submit(1)
    bench.work(lambda _problem, **_: answer(7 if refused["renew"].wait(10) else 8))
    bench.submit(2)
    bench.work(at_once(7), number=2, travel_of=away)
    told = [line for line in telemetry.lines() if "dependency" in line]
    assert [(line["message"], line["dependency"], line["reason"]) for line in told] == [
        ("lease not renewed", "redis", "busy"),
        ("transition delayed", "redis", "busy"),
        ("run delayed", "neo4j", "timed out"),
    ]
    assert {line["level"] for line in told} == {"WARNING"}


def lose_first_reply(monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    """Lets the first call succeed, and loses its answer."""
    first = iter([True])
    call = getattr(JobStateManager, verb)

    def lossy(self: JobStateManager, *args: Any, **kwargs: Any) -> Any:
        answered = call(self, *args, **kwargs)
        if next(first, False):
            raise DependencyUnavailableError({"redis": "down: timed out"})
        return answered

    monkeypatch.setattr(JobStateManager, verb, lossy)


def failing(*_: Any, **__: Any) -> Solution:
    raise NetworkNotFoundError("There is no network `x`.")


@pytest.mark.parametrize(
    ("verb", "solve", "metric"),
    [("complete", at_once(7), "RunsCompleted"), ("fail", failing, "RunsFailed")],
)
def test_an_end_whose_reply_was_lost_is_reported_once(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    telemetry: Telemetry,
    verb: str,
    solve: Callable[..., Solution],
    metric: str,
) -> None:
    lose_first_reply(monkeypatch, verb)
    bench.submit()
    bench.work(solve)
    assert [line["message"] for line in telemetry.lines()].count("run ended") == 1
    found = telemetry.totals()
    assert found[metric] == ("Count", [1])
    assert "LeasesLost" not in found


def test_a_hand_over_whose_reply_was_lost_invokes_the_successor(
    bench: Bench, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_first_reply(monkeypatch, "hand_over")
    bench.submit(time_limit_ms=3_600_000)
    bench.work(clock.until_deadline(), clock=clock)
    assert (bench.status().status, bench.status().hops) == (Status.PENDING, 1)
    assert [invoked.run_id for invoked in bench.invokes.runs] == [run_id(1)]


def test_a_short_invocation_waits_for_redis_too(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    lose_first_reply(monkeypatch, "complete")
    seconds_left = iter([20.0, 20.0])
    bench.submit()
    waited: list[float] = []
    tools = bench.tools(at_once(7), sleep=waited.append)
    Worker(tools, OWNER, run_id(1), lambda: next(seconds_left, 1.9)).work()
    assert bench.status().status is Status.COMPLETED
    assert waited == [tools.renew_every]


def away(_problem: object) -> None:
    raise DependencyUnavailableError({"neo4j": "down: timed out"})


def test_the_search_gets_the_travel_times(bench: Bench) -> None:
    bench.submit()
    seen: dict[str, Any] = {}
    bench.work(lambda _problem, **given: seen.update(given) or answer(1), travel_of=lambda _: "times")
    assert seen["travel"] == "times"


def test_a_run_is_retried_later_while_the_roads_are_unavailable(bench: Bench) -> None:
    bench.submit()
    bench.work(at_once(7), travel_of=away)
    run = bench.status()
    assert (run.status, run.attempt, run.spent_ms) == (Status.PENDING, 1, 0)
    with pytest.raises(TransitionRefusedError, match="NOT_DUE"):
        bench.jobs.dispatch(OWNER, run_id(1))


def test_without_roads_for_too_long_the_run_fails(bench: Bench) -> None:
    last = bench.with_policy(max_away=-1)
    last.submit()
    last.work(at_once(7), travel_of=away)
    run = last.status()
    assert (run.status, run.error_code) == (Status.FAILED, "dependency_unavailable")
    assert run.error_detail == "Neo4j was unavailable for a day. Submit the problem again once it is back."


def test_reading_the_travel_times_does_not_count_as_solving(bench: Bench, clock: Clock) -> None:
    """Reading takes five minutes, although solving may take only one."""

    def slowly(_problem: object) -> None:
        clock.now += 300

    bench.submit(time_limit_ms=60_000)
    seen: dict[str, Any] = {}
    bench.work(
        lambda _problem, **given: seen.update(left=given["deadline"] - clock()) or answer(1),
        travel_of=slowly,
        clock=clock,
    )
    assert seen["left"] == 60
    assert bench.status().spent_ms == 0


def test_a_lease_gets_the_token_made_for_it(bench: Bench) -> None:
    bench.submit()
    bench.work(at_once(7), new_id=lambda: "token-1")
    assert bench.client.hget(OwnerKeys(OWNER).run(run_id(1)), "ended_by") == b"token-1"


def test_a_stop_while_the_roads_hang_ends_the_run(bench: Bench) -> None:
    bench.submit()
    hanging = threading.Event()
    worker = in_background(lambda: bench.work(at_once(7), travel_of=lambda _: hanging.wait(PATIENCE)))
    until(lambda: bench.status().status is Status.RUNNING)
    bench.jobs.cancel(OWNER, run_id(1))
    worker.join(PATIENCE)
    hanging.set()
    assert bench.status().status is Status.CANCELLED


def test_a_completed_run_is_measured(bench: Bench, telemetry: Telemetry) -> None:
    bench.submit()
    bench.work(at_once(7))
    found = telemetry.totals()
    assert found["RunsCompleted"] == ("Count", [1])
    assert found["QueueSeconds"][0] == found["SolveSeconds"][0] == "Seconds"
    assert 0 <= found["QueueSeconds"][1][0] < 60


def test_a_run_waits_in_the_queue_once(bench: Bench, telemetry: Telemetry) -> None:
    bench.submit()
    bench.jobs.claim(OWNER, run_id(1), "t")
    bench.make_due()
    bench.jobs.expire(OWNER, run_id(1))
    bench.work(at_once(7))
    assert "QueueSeconds" not in telemetry.totals()


def test_a_failed_run_is_counted_by_its_code(bench: Bench, telemetry: Telemetry) -> None:
    def solve(*_: Any, **__: Any) -> Solution:
        raise NetworkNotFoundError("There is no network `x`.")

    bench.submit()
    bench.work(solve)
    failed = [metric for metric in telemetry.metrics() if metric.name == "RunsFailed"]
    assert [metric.dimensions.get("code") for metric in failed] == ["network_not_found", None]
    assert {metric.unit for metric in failed} == {"Count"}


def test_a_run_stopped_with_nothing_found_is_not_counted_as_completed(
    bench: Bench, telemetry: Telemetry
) -> None:
    bench.submit()
    search = UntilStopped(cost=None)
    worker = in_background(lambda: bench.work(search))
    search.began.wait(PATIENCE)
    bench.jobs.cancel(OWNER, run_id(1))
    worker.join(PATIENCE)
    assert "RunsCompleted" not in telemetry.totals()


def test_a_hand_over_is_a_hop(bench: Bench, clock: Clock, telemetry: Telemetry) -> None:
    bench.submit(time_limit_ms=3_600_000)
    bench.work(clock.until_deadline(), clock=clock)
    assert telemetry.totals()["Hops"] == ("Count", [1])


def test_a_lost_lease_is_counted(bench: Bench, telemetry: Telemetry) -> None:
    bench.submit()

    def solve(_problem: object, **_: Any) -> Solution:
        bench.jobs.erase(OWNER, run_id(1))
        return answer(9)

    bench.work(solve)
    assert telemetry.totals()["LeasesLost"] == ("Count", [1])


def test_a_run_that_waits_for_a_dependency_is_counted(bench: Bench, telemetry: Telemetry) -> None:
    def away(_: object) -> None:
        raise DependencyUnavailableError({"neo4j": "down: timed out"})

    bench.submit()
    bench.work(at_once(7), travel_of=away)
    assert telemetry.totals()["RunsDelayed"] == ("Count", [1])


# An older run first


def test_a_worker_for_a_new_run_works_on_an_older_one_and_sends_for_another_worker(
    bench: Bench, telemetry: Telemetry
) -> None:
    bench.submit(1)
    bench.make_due(1)
    bench.jobs.dispatch(OWNER, run_id(1))
    bench.submit(2)
    bench.work(at_once(7), 2)
    assert (bench.status(1).status, bench.status(2).status) == (Status.COMPLETED, Status.PENDING)
    assert [run.run_id for run in bench.invokes.runs] == [run_id(2)]
    told = {line["message"]: line["run_id"] for line in telemetry.lines() if "run_id" in line}
    assert told["run ended"] == run_id(1)


# The limit of the whole stack


def test_above_the_stack_s_limit_a_run_waits_until_another_one_ends(bench: Bench) -> None:
    one = bench.with_policy(max_running_of_all=1)
    one.invokes = bench.invokes
    for number in (1, 2):
        one.submit(number)
    assert one.jobs.claim(OWNER, run_id(1), "t")
    one.work(at_once(7), 2)
    assert one.status(2).status is Status.PENDING
    assert one.jobs.complete(OWNER, run_id(1), "t", spent_ms=1, best=None) == (OWNER, run_id(2))
    one.work(at_once(7), 2)
    assert one.status(2).status is Status.COMPLETED
