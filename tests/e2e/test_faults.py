"""What breaks, and what the caller sees of it. Each test has a stack of its own."""

import json
import os
import signal
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from ulid import ULID

from local.embedded.neo4j import running_neo4j
from local.embedded.valkey import running_valkey
from local.ports import free_port
from local.stack import RunningStack, running_stack
from milkrun.clients.redis import connect
from milkrun.http.identity import owner_of
from milkrun.jobs.manager import JobStateManager, Submission
from milkrun.settings import JobPolicy

from .conftest import client_of, deliveries, ended, result, status, submit, until


def pids_of(stack: RunningStack, handler: str) -> list[int]:
    """The processes of one function of this stack."""
    children = ["pgrep", "-P", str(stack.process.pid), "-f", f"{handler}_handler"]
    found = subprocess.run(children, capture_output=True)
    return [int(pid) for pid in found.stdout.split()]


def test_a_killed_worker_s_run_completes_in_a_later_attempt_and_no_worse() -> None:
    with running_stack() as stack, client_of(stack) as api:
        run_id = submit(api, deliveries(80, seconds=15))
        until(lambda: status(api, run_id)["progress"] > 0.2, seconds=30)
        before = status(api, run_id)
        for pid in pids_of(stack, "worker"):
            os.kill(pid, signal.SIGKILL)
        state = ended(api, run_id, seconds=90)
        assert (state["status"], state["attempt"]) == ("completed", 2)
        assert state["best_cost"] <= before["best_cost"]
        assert state["seconds_spent"] >= before["seconds_spent"]
        assert result(api, run_id)["summary"]["cost"] == state["best_cost"]


def test_redis_killed_or_hung_is_told_and_survived(tmp_path: Path) -> None:
    port = free_port()
    with ExitStack() as parts:
        valkey = parts.enter_context(running_valkey(tmp_path, port=port))
        api = parts.enter_context(client_of(parts.enter_context(running_stack({"REDIS_URL": valkey.url}))))
        run_id = submit(api, deliveries(3, seconds=1))
        before = ended(api, run_id, seconds=30)

        valkey.process.send_signal(signal.SIGSTOP)
        _told_of_redis(api, run_id)
        valkey.process.send_signal(signal.SIGCONT)
        until(lambda: api.get("/ready").status_code == 200, seconds=10)
        assert status(api, run_id) == before

        valkey.process.kill()
        valkey.process.wait()
        _told_of_redis(api, run_id)
        parts.enter_context(running_valkey(tmp_path, port=port))
        until(lambda: api.get("/ready").status_code == 200, seconds=10)
        assert status(api, run_id) == before
        assert result(api, run_id)["summary"]["unassigned"] == 0


def _told_of_redis(api: httpx.Client, run_id: str) -> None:
    started = time.monotonic()
    ready = api.get("/ready")
    assert time.monotonic() - started < 3
    assert ready.status_code == 503
    assert ready.json()["detail"]["dependencies"]["redis"].startswith("down: ")
    assert "127.0.0.1" not in ready.text
    assert api.get("/health").status_code == 200
    for answer in (
        api.post("/optimize", json=deliveries(3, seconds=1)),
        api.get(f"/optimize/{run_id}/status"),
    ):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["dependencies"]["redis"].startswith("down: ")
        assert "127.0.0.1" not in answer.text
    assert time.monotonic() - started < 12


@pytest.mark.usefixtures("neo4j_at_hand")
def test_neo4j_killed_or_hung_is_told_and_runs_without_a_network_do_not_notice(tmp_path: Path) -> None:
    with ExitStack() as parts:
        neo4j = parts.enter_context(running_neo4j(tmp_path))
        api = parts.enter_context(client_of(parts.enter_context(running_stack({"NEO4J_URI": neo4j.uri}))))
        assert api.get("/ready").json()["dependencies"] == {"redis": "ok", "neo4j": "ok"}
        assert neo4j.process is not None

        neo4j.process.send_signal(signal.SIGSTOP)
        _told_of_neo4j(api)
        neo4j.process.send_signal(signal.SIGCONT)
        until(lambda: api.get("/ready").status_code == 200, seconds=20)

        neo4j.process.kill()
        neo4j.process.wait()
        _told_of_neo4j(api)


def _told_of_neo4j(api: httpx.Client) -> None:
    started = time.monotonic()
    ready = api.get("/ready")
    assert time.monotonic() - started < 3
    assert ready.status_code == 503
    states = ready.json()["detail"]["dependencies"]
    assert states["redis"] == "ok"
    assert states["neo4j"].startswith("down: ")
    assert "127.0.0.1" not in ready.text
    assert api.get("/health").status_code == 200
    assert ended(api, submit(api, deliveries(3, seconds=1)), seconds=30)["status"] == "completed"


def test_a_run_outlives_an_outage_of_redis_shorter_than_its_lease(tmp_path: Path) -> None:
    with ExitStack() as parts:
        valkey = parts.enter_context(running_valkey(tmp_path))
        api = parts.enter_context(client_of(parts.enter_context(running_stack({"REDIS_URL": valkey.url}))))
        run_id = submit(api, deliveries(60, seconds=8))
        until(lambda: status(api, run_id)["best_cost"], seconds=30)
        valkey.process.send_signal(signal.SIGSTOP)
        time.sleep(6)
        valkey.process.send_signal(signal.SIGCONT)
        state = ended(api, run_id, seconds=40)
        assert (state["status"], state["attempt"]) == ("completed", 1)


def test_two_stacks_run_side_by_side() -> None:
    with running_stack() as one, running_stack() as two, client_of(one) as here, client_of(two) as there:
        run_id = submit(here, deliveries(3, seconds=1))
        ended(here, run_id, seconds=30)
        assert there.get(f"/optimize/{run_id}/status").status_code == 404
        assert there.get("/optimize").json()["runs"] == []


def test_a_run_whose_invoke_was_lost_is_picked_up_by_the_sweeper(tmp_path: Path) -> None:
    body = json.dumps(deliveries(3, seconds=1)).encode()
    owner = owner_of({"headers": {"Authorization": "Bearer a"}}, local=True)
    with running_valkey(tmp_path) as valkey, running_stack({"REDIS_URL": valkey.url}) as stack:
        run = Submission(owner, str(ULID()), body, 1_000, "corr-1")
        JobStateManager(connect(valkey.url), JobPolicy()).submit(run)
        with client_of(stack, "a") as api:
            assert ended(api, run.run_id, seconds=60)["status"] == "completed"
