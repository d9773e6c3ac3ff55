"""What breaks, and what callers see of it. These tests have stacks of their own."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from ulid import ULID

from local.embedded.valkey import running_valkey
from local.ports import free_port
from local.stack import RunningStack, running_stack
from milkrun.clients.redis import connect
from milkrun.http.identity import owner_of
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.submitting import Submission
from milkrun.settings import JobPolicy
from tests.freezing import freeze, thaw
from tests.waiting import until

from .conftest import Json, client_of, deliveries, ended, result, status, submit


def pids_of(stack: RunningStack, handler: str) -> list[int]:
    """The processes of one function of this stack."""
    children = ["pgrep", "-P", str(stack.process.pid), "-f", f"{handler}_handler"]
    found = subprocess.run(children, capture_output=True)
    return [int(pid) for pid in found.stdout.split()]


class Recovering(NamedTuple):
    """A caller with two runs: one whose worker was killed, with its status before that, and one whose invoke
    was lost."""

    api: httpx.Client
    killed: str
    before: Json
    lost: str


@pytest.fixture(scope="module", autouse=True)
def recovering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recovering]:
    """Breaks first what takes longest to recover, because a lease must expire. The last tests examine it."""
    owner = owner_of({"headers": {"Authorization": "Bearer a"}}, local=True)
    body = json.dumps(deliveries(3, seconds=600)).encode()
    with ExitStack() as parts:
        valkey = parts.enter_context(running_valkey(tmp_path_factory.mktemp("valkey")))
        stack = parts.enter_context(running_stack({"REDIS_URL": valkey.url}))
        api = parts.enter_context(client_of(stack, "a"))
        killed = submit(api, deliveries(80, seconds=600))
        before = until(lambda: begun(status(api, killed)))
        for pid in pids_of(stack, "worker"):
            os.kill(pid, signal.SIGKILL)
        lost = Submission(owner, str(ULID()), body, 600_000, "corr-1")
        JobStateManager(connect(valkey.url), JobPolicy()).submit(lost)
        yield Recovering(api, killed, before, lost.run_id)


def begun(state: Json) -> Json:
    """The status of a run that has routes and has used some of its time; empty before that."""
    return state if state["progress"] > 0 and state["best_cost"] is not None else {}


def test_redis_killed_or_hung_is_reported_and_survived(tmp_path: Path) -> None:
    port = free_port()
    with ExitStack() as parts:
        valkey = parts.enter_context(running_valkey(tmp_path, port=port))
        api = parts.enter_context(client_of(parts.enter_context(running_stack({"REDIS_URL": valkey.url}))))
        run_id = submit(api, deliveries(3, seconds=600))
        before = ended(api, run_id)

        freeze(valkey.process)
        _told_of_redis(api, run_id)
        thaw(valkey.process)
        until(lambda: api.get("/ready").status_code == 200)
        assert status(api, run_id) == before

        valkey.process.kill()
        valkey.process.wait()
        _told_of_redis(api, run_id)
        parts.enter_context(running_valkey(tmp_path, port=port))
        until(lambda: api.get("/ready").status_code == 200)
        assert status(api, run_id) == before
        assert result(api, run_id)["summary"]["unassigned"] == 0


def _told_of_redis(api: httpx.Client, run_id: str) -> None:
    """Checks that the functions themselves answer, within a few seconds, because each waits for one
    timeout."""
    ready = api.get("/ready")
    assert ready.status_code == 503
    assert ready.json()["detail"]["dependencies"]["redis"].startswith("down: ")
    assert "127.0.0.1" not in ready.text
    assert api.get("/health").status_code == 200
    for answer in (
        api.post("/optimize", json=deliveries(3, seconds=600)),
        api.get(f"/optimize/{run_id}/status"),
    ):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["dependencies"]["redis"].startswith("down: ")
        assert "127.0.0.1" not in answer.text


def test_a_run_outlives_an_outage_of_redis_shorter_than_its_lease(tmp_path: Path) -> None:
    with ExitStack() as parts:
        valkey = parts.enter_context(running_valkey(tmp_path))
        stack = parts.enter_context(running_stack({"REDIS_URL": valkey.url}))
        api = parts.enter_context(client_of(stack))
        run_id = submit(api, deliveries(60, seconds=600))
        until(lambda: status(api, run_id)["best_cost"])
        freeze(valkey.process)
        until(lambda: "lease not renewed" in (stack.state / "logs" / "worker_handler.log").read_text())
        thaw(valkey.process)
        api.delete(f"/optimize/{run_id}")
        state = ended(api, run_id)
        assert (state["status"], state["attempt"]) == ("completed", 1)


def test_two_stacks_run_side_by_side(recovering: Recovering) -> None:
    api, run_id = recovering.api, submit(recovering.api, deliveries(3, seconds=600))
    with running_stack() as other, client_of(other) as there:
        there.headers["Authorization"] = api.headers["Authorization"]
        assert ended(api, run_id)["status"] == "completed"
        assert there.get(f"/optimize/{run_id}/status").status_code == 404
        assert there.get("/optimize").json()["runs"] == []


def test_a_run_whose_invoke_was_lost_is_picked_up_by_the_sweeper(recovering: Recovering) -> None:
    state = ended(recovering.api, recovering.lost)
    assert state["status"] == "completed", state


def test_a_killed_worker_s_run_completes_in_a_later_attempt_and_no_worse(recovering: Recovering) -> None:
    until(lambda: status(recovering.api, recovering.killed)["attempt"] == 2)
    recovering.api.delete(f"/optimize/{recovering.killed}")
    state = ended(recovering.api, recovering.killed)
    assert (state["status"], state["attempt"]) == ("completed", 2)
    assert state["best_cost"] <= recovering.before["best_cost"]
    assert state["seconds_spent"] >= recovering.before["seconds_spent"]
    assert result(recovering.api, recovering.killed)["summary"]["cost"] == state["best_cost"]
