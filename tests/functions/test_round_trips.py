"""The Redis round trips of each call on each route, in a warm process."""

from collections.abc import Callable

import pytest
import redis
import status_handler
import submit_handler

from milkrun.jobs.factory import get_jobs
from milkrun.jobs.run import Run

from .conftest import BEST, Invokes, send


@pytest.fixture
def run(invokes: Invokes) -> Run:
    """A running run of the recorded caller that has routes."""
    send(submit_handler, "submit")
    run = invokes.runs[0]
    get_jobs().claim(run.owner, run.run_id, "t")
    get_jobs().renew(run.owner, run.run_id, "t", progress=0.5, spent_ms=1, best=BEST)
    return run


def submit(_: Run) -> None:
    assert send(submit_handler, "submit").status == 202


def status(run: Run) -> None:
    assert send(status_handler, "status", run_id=run.run_id).status == 200


def result(run: Run) -> None:
    assert send(status_handler, "result", run_id=run.run_id, query={"best": "true"}).status == 200


def cancel(run: Run) -> None:
    assert send(status_handler, "cancel", run_id=run.run_id).status == 202


def page(_: Run) -> None:
    assert send(status_handler, "list", query={"limit": "5"}).body["runs"]


@pytest.mark.parametrize(
    ("call", "round_trips"), [(submit, 1), (status, 1), (result, 1), (cancel, 1), (page, 2)]
)
def test_each_call_costs_a_fixed_number_of_round_trips(
    run: Run, sent: list[bytes], call: Callable[[Run], None], round_trips: int
) -> None:
    call(run)  # loads the script and opens the connection
    sent.clear()
    for _ in range(20):
        call(run)
    assert len(sent) == 20 * round_trips


def test_a_page_reads_no_more_runs_than_it_shows(run: Run, sent: list[bytes], empty_valkey_url: str) -> None:
    for _ in range(5):
        submit(run)
    server = redis.Redis.from_url(empty_valkey_url)
    server.config_resetstat()
    assert len(send(status_handler, "list", query={"limit": "2"}).body["runs"]) == 2
    assert server.info("commandstats")["cmdstat_hgetall"]["calls"] <= 3


def test_a_waiting_call_asks_twice_a_second_and_reports_its_begin_and_end(
    run: Run, sent: list[bytes]
) -> None:
    send(status_handler, "status", run_id=run.run_id, headers={"Prefer": "wait=1"})
    sent.clear()
    send(status_handler, "status", run_id=run.run_id, headers={"Prefer": "wait=2"})
    looks = [packet for packet in sent if b"HGETALL" in packet]
    assert [packet.split()[2] for packet in sent if packet not in looks] == [b"EVALSHA", b"ZREM"]
    assert len(looks) <= 12


@pytest.fixture
def run_where_none_may_wait(environment: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Run:
    environment.setenv("MAX_WAITING_CALLS_PER_OWNER", "0")
    return request.getfixturevalue("run")  # type: ignore[no-any-return]


def test_at_the_limit_of_waiting_calls_another_is_answered_at_once(run_where_none_may_wait: Run) -> None:
    waiting = {"Prefer": "wait=25"}
    for answer in (
        send(submit_handler, "submit", headers=waiting),
        send(status_handler, "status", run_id=run_where_none_may_wait.run_id, headers=waiting),
    ):
        assert answer.status in (200, 202)
        assert "Preference-Applied" not in answer.headers
        assert answer.headers["Retry-After"] == "1"


def test_an_ended_run_needs_no_wait(run_where_none_may_wait: Run) -> None:
    run = run_where_none_may_wait
    get_jobs().complete(run.owner, run.run_id, "t", spent_ms=1, best=BEST)
    answer = send(status_handler, "status", run_id=run.run_id, headers={"Prefer": "wait=25"})
    assert (answer.body["status"], answer.headers["Preference-Applied"]) == ("completed", "wait=25")
