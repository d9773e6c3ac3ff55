"""Floods against the whole stack: waiting calls, connections, and submits."""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from ulid import ULID

from local.embedded.valkey import Valkey, running_valkey
from local.stack import RunningStack, running_stack
from milkrun.clients.redis import connect
from milkrun.http.identity import owner_of
from milkrun.jobs.calls import WaitingCalls
from milkrun.jobs.keys import WAITING_CALLS
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.submitting import Submission
from milkrun.settings import JobPolicy, WaitLimits
from tests.waiting import until

from .conftest import client_of, deliveries, ended, submit

FLOOD = int(os.environ.get("FLOOD", "100"))
"""Submits of one owner; the long form makes 1,000."""


@dataclass
class Flooded:
    """A stack with its own Valkey, on which an owner may have one running run."""

    stack: RunningStack
    valkey: Valkey

    def processes(self) -> list[int]:
        """The processes of all functions."""
        stack = self.stack.process.pid
        children = Path(f"/proc/{stack}/task/{stack}/children").read_text().split()
        return [int(pid) for pid in children if "_handler" in command_of(pid)]

    def connections(self) -> list[int]:
        """The connections to Valkey of each function's process."""
        return [len(ports) for ports in self.ports_of(self.processes())]

    def ports_of(self, pids: list[int]) -> list[set[int]]:
        """The ports from which each process is connected to Valkey."""
        port = int(self.valkey.url.rpartition(":")[2].partition("/")[0])
        rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        sockets = {
            f"socket:[{row[9]}]": int(row[1].rpartition(":")[2], 16)
            for row in rows
            if row[2].endswith(f":{port:04X}") and row[3] == "01"
        }
        return [{sockets[file] for file in open_files(pid) if file in sockets} for pid in pids]


def command_of(pid: str) -> str:
    """The command line of a process; empty once it has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def open_files(pid: int) -> Iterator[str]:
    """The open files of a process, except for those it is closing; none once it has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                yield str(file.readlink())


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flooded]:
    with ExitStack() as parts:
        valkey = parts.enter_context(running_valkey(tmp_path_factory.mktemp("valkey")))
        environment = {"REDIS_URL": valkey.url, "MAX_RUNNING_PER_OWNER": "1"}
        yield Flooded(parts.enter_context(running_stack(environment)), valkey)


@pytest.fixture
def waiting(flooded: Flooded) -> Iterator[str]:
    """A run of the caller `busy` that waits for its turn as long as the test lasts, because the test holds
    the turn."""
    owner, first = owner_of({"headers": {"Authorization": "Bearer busy"}}, local=True), str(ULID())
    jobs = JobStateManager(connect(flooded.valkey.url), JobPolicy(max_running=1, lease=600))
    jobs.submit(Submission(owner, first, b"{}", 1_000, "corr-1"))
    jobs.claim(owner, first, "token")
    with client_of(flooded.stack, "busy") as api:
        run_id = submit(api, deliveries(3, seconds=600))
        yield run_id
        api.delete(f"/optimize/{run_id}?erase=true")
    jobs.erase(owner, first)


def test_calls_that_wait_leave_room_for_others(flooded: Flooded, waiting: str) -> None:
    """All but two of a caller's places are taken. The test's two calls take the last two."""
    redis = connect(flooded.valkey.url)
    calls = WaitingCalls(redis, WaitLimits())
    owner = owner_of({"headers": {"Authorization": "Bearer busy"}}, local=True)
    taken = [calls.begin(owner, 120) for _ in range(WaitLimits.calls_per_owner - 2)]

    def ask(name: str, run_id: str, seconds: int) -> httpx.Response:
        with client_of(flooded.stack, name) as api:
            return api.get(f"/optimize/{run_id}/status", headers={"Prefer": f"wait={seconds}"})

    with ThreadPoolExecutor(2) as pool:
        two = [pool.submit(ask, "busy", waiting, 20) for _ in range(2)]
        until(lambda: redis.zcard(WAITING_CALLS) == WaitLimits.calls_per_owner)
        third = ask("busy", waiting, 20)
        assert not any(call.done() for call in two)
        assert (third.status_code, third.json()["status"]) == (200, "pending")
        assert "Preference-Applied" not in third.headers
        with client_of(flooded.stack, "other") as api:
            other = ask("other", submit(api, deliveries(3, seconds=600)), 1)
        assert other.headers["Preference-Applied"] == "wait=1"
        with client_of(flooded.stack, "busy") as api:
            api.delete(f"/optimize/{waiting}")  # the change that they have waited for
        assert [call.result().headers["Preference-Applied"] for call in two] == ["wait=20"] * 2
    assert redis.zcard(WAITING_CALLS) == len(taken)


def test_each_process_of_a_function_has_one_connection_to_redis(flooded: Flooded, waiting: str) -> None:
    """Calls wait and a worker solves, each in its own process. The counts are off while a process connects or
    ends, so the test looks until they are right."""
    names = [f"caller-{number}" for number in range(4)]
    redis = connect(flooded.valkey.url)

    def wait(name: str) -> None:
        with client_of(flooded.stack, name) as api:
            problem = deliveries(30, seconds=600, stall_limit=2)
            api.post("/optimize", json=problem, headers={"Prefer": "wait=4"})

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(wait, names))

    def one_each() -> bool:
        connections = Counter(flooded.connections())
        return set(connections) <= {0, 1} and connections[1] >= len(names)

    until(one_each)

    def strangers() -> list[dict[str, str]]:
        """Clients of Valkey other than each function's one connection and this process."""
        clients = redis.client_list()
        ports = flooded.ports_of([*flooded.processes(), os.getpid()])
        known = set[int]().union(*(one for one in ports[:-1] if len(one) == 1), ports[-1])
        return [client for client in clients if int(client["addr"].rpartition(":")[2]) not in known]

    until(lambda: not strangers())


def test_one_owner_s_flood_starves_no_other(flooded: Flooded) -> None:
    with client_of(flooded.stack, "flooder") as flooder, client_of(flooded.stack, "other") as other:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: submit(flooder, deliveries(30, seconds=600)), range(FLOOD)))
        assert ended(other, submit(other, deliveries(3, seconds=600)))["status"] == "completed"
        waiting = flooder.get("/optimize", params={"status": "pending", "limit": 100}).json()["runs"]
        assert len(waiting) >= min(100, FLOOD - 1)
    log = (flooded.stack.state / "logs" / "worker_handler.log").read_text()
    assert "run claimed" in log
    # If a worker is slow to start, another run may be invoked in the meantime, but never one for each submit.
    assert log.count("run waits for its turn") < FLOOD / 2
