"""What callers see while Redis loses its replica, its memory, its disk and finally itself."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import httpx
import pytest
from redis import Redis
from redis.exceptions import ResponseError

from local.stack import RunningStack, running_stack
from milkrun.clients.redis import connect
from milkrun.http.identity import owner_of
from milkrun.jobs.reader import RunReader
from tests.cluster import hang, suspend  # noqa: F401 (a fixture)
from tests.redis_pair import Pair, running_pair
from tests.waiting import PATIENCE, until

from .conftest import client_of, deliveries, ended, result, status, submit

SHORT = deliveries(3, seconds=600)
CALLERS = 8
ENOUGH = 60


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with running_pair(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


@pytest.fixture(scope="module")
def strict(pair: Pair) -> Iterator[RunningStack]:
    """A stack that acknowledges only what a replica has."""
    environment = {"REDIS_URL": pair.primary.url, "REDIS_MIN_REPLICAS": "1", "MAX_RUNNING_PER_OWNER": "1"}
    with running_stack(environment) as stack:
        yield stack


@pytest.fixture
def caller(strict: RunningStack, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    with client_of(strict, request.node.name) as client:
        yield client


@pytest.fixture
def operator(pair: Pair) -> Redis:
    return Redis.from_url(pair.primary.url)


def is_away(answer: httpx.Response, why: str) -> None:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["dependencies"] == {"redis": f"down: {why}"}


def test_without_a_replica_a_submit_is_503_and_a_retry_finds_its_run(
    pair: Pair,
    caller: httpx.Client,
    hang: ExitStack,  # noqa: F811
) -> None:
    key = {"Idempotency-Key": "order-1"}
    suspend(pair.replica, hang)
    is_away(caller.post("/optimize", json=SHORT, headers=key), "too few replicas")
    hang.close()
    assert caller.get("/optimize").json()["runs"] == []
    again = caller.post("/optimize", json=SHORT, headers=key)
    assert (again.status_code, again.headers.get("Idempotency-Replayed")) == (202, None)
    assert [run["run_id"] for run in caller.get("/optimize").json()["runs"]] == [again.json()["run_id"]]
    assert ended(caller, again.json()["run_id"])["status"] == "completed"


def test_a_full_redis_accepts_no_new_run_and_the_running_one_completes(
    caller: httpx.Client, operator: Redis
) -> None:
    run_id = submit(caller, deliveries(60, seconds=600))
    until(lambda: status(caller, run_id)["best_cost"])
    before = status(caller, run_id)
    operator.config_set("maxmemory", 1)
    try:
        is_away(caller.post("/optimize", json=SHORT), "out of memory")
        until(lambda: status(caller, run_id)["progress"] > before["progress"])
        assert result(caller, run_id, best=True)["summary"]["unassigned"] == 0
        caller.delete(f"/optimize/{run_id}")
        state = ended(caller, run_id)
        assert (state["status"], state["attempt"]) == ("completed", 1)
        assert result(caller, run_id)["summary"]["cost"] == state["best_cost"]
        assert [run["run_id"] for run in caller.get("/optimize").json()["runs"]] == [run_id]
        is_away(caller.post("/optimize", json=SHORT), "out of memory")
    finally:
        operator.config_set("maxmemory", 0)
    submit(caller, SHORT)


def test_a_busy_redis_is_503_on_every_route(caller: httpx.Client, operator: Redis) -> None:
    run_id = submit(caller, SHORT)
    ended(caller, run_id)
    operator.config_set("busy-reply-threshold", 10)
    endless = threading.Thread(target=_run_until_killed, args=(operator,))
    endless.start()
    try:
        until(lambda: not _answers(operator))
        is_away(caller.post("/optimize", json=SHORT), "busy")
        for path in (f"/{run_id}/status", f"/{run_id}/result", ""):
            is_away(caller.get(f"/optimize{path}"), "busy")
        for erase in ("false", "true"):
            is_away(caller.delete(f"/optimize/{run_id}", params={"erase": erase}), "busy")
        assert caller.get("/ready").json()["detail"]["dependencies"]["redis"] == "down: busy"
        assert caller.get("/health").status_code == 200
    finally:
        operator.script_kill()
        endless.join()
    assert status(caller, run_id)["status"] == "completed"


def _run_until_killed(client: Redis) -> None:
    with pytest.raises(ResponseError, match="killed"):
        client.eval("#!lua\nwhile true do end", 0)


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except ResponseError:
        return False


def test_a_redis_without_a_disk_accepts_no_new_run_but_reads_the_others(
    caller: httpx.Client, operator: Redis
) -> None:
    run_id = submit(caller, SHORT)
    ended(caller, run_id)
    in_the_way = Path(str(operator.config_get("dir")["dir"])) / "dump.rdb"
    in_the_way.mkdir()
    operator.config_set("save", "3600 1")
    operator.bgsave()
    try:
        until(lambda: operator.info("persistence")["rdb_last_bgsave_status"] == "err")
        is_away(caller.post("/optimize", json=SHORT), "cannot write to its disk")
        assert result(caller, run_id)["summary"]["unassigned"] == 0
        assert [run["run_id"] for run in caller.get("/optimize").json()["runs"]] == [run_id]
    finally:
        in_the_way.rmdir()
        operator.save()
    submit(caller, SHORT)


class Flood:
    """Callers that submit until Redis is gone. Sets `enough` once there is something to lose."""

    def __init__(self, call: Callable[[int], httpx.Response]) -> None:
        self.acknowledged: dict[int, str] = {}
        self.refused: list[httpx.Response] = []
        self.enough = threading.Event()
        self.gone = threading.Event()
        self._call = call
        self._numbers = count()

    def submit(self, _: int) -> None:
        while True:
            is_gone, number = self.gone.is_set(), next(self._numbers)
            answer = self._call(number)
            if answer.status_code == 202:
                self.acknowledged[number] = answer.json()["run_id"]
            else:
                self.refused.append(answer)
            if len(self.acknowledged) >= ENOUGH:
                self.enough.set()
            if is_gone:
                return


def test_every_acknowledged_run_outlives_a_primary_killed_right_after(
    pair: Pair, caller: httpx.Client
) -> None:
    """This test must be the last in the file, because the stack has no Redis afterwards."""

    def call(number: int) -> httpx.Response:
        return caller.post("/optimize", json=SHORT, headers={"Idempotency-Key": f"order-{number}"})

    flood = Flood(call)
    with ThreadPoolExecutor(CALLERS) as pool:
        calls = pool.map(flood.submit, range(CALLERS))
        try:
            assert flood.enough.wait(PATIENCE)
            pair.kill_primary()
        finally:
            flood.gone.set()
        list(calls)
    for answer in flood.refused:
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
    pair.promote()
    reader = RunReader(connect(pair.replica.url))
    owner = owner_of({"headers": {"Authorization": caller.headers["Authorization"]}}, local=True)
    for run_id in flood.acknowledged.values():
        assert reader.status(owner, run_id).run_id == run_id
