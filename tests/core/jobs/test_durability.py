"""Acknowledged runs survive: a primary that dies, one that is left behind, and connections that break."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from local.embedded.valkey import running_valkey
from milkrun.clients.redis import connect
from milkrun.errors import DependencyUnavailableError, MilkrunError
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.states import Status
from milkrun.jobs.submitting import Submission
from milkrun.settings import JobPolicy
from tests.cluster import suspend
from tests.redis_pair import Line, Pair, running_pair
from tests.replies import members
from tests.waiting import PATIENCE

from .acts import in_the_end
from .conftest import BEST, OWNER, Lab, run_id
from .store import servers_of

STRICT = JobPolicy(min_replicas=1, max_pending=100_000, max_submits=60_000)
CALLERS = 8
ENOUGH = 200


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with running_pair(tmp_path) as pair:
        yield pair


def submission(number: int) -> Submission:
    body = b'{"number":%d}' % number
    return Submission(OWNER, f"01ARZ3NDEKTSV4RRFF{number:08d}", body, 5_000, "corr-1", f"key-{number}")


class Callers:
    """Many simultaneous callers, until Redis is gone. Sets `enough` once there is something to lose."""

    def __init__(self, url: str) -> None:
        self.acknowledged: list[Submission] = []
        self.unanswered: list[Submission] = []
        self.enough = threading.Event()
        self.is_over = threading.Event()
        self._numbers = count()
        self._jobs = JobStateManager(connect(url), STRICT)

    def call(self, _: int) -> None:
        while True:
            mine = submission(next(self._numbers))
            try:
                self._jobs.submit(mine)
            except DependencyUnavailableError:
                self.unanswered.append(mine)
                if self.is_over.is_set():
                    return
                continue
            self.acknowledged.append(mine)
            if len(self.acknowledged) >= ENOUGH:
                self.enough.set()


def test_every_acknowledged_run_outlives_a_primary_killed_right_after(pair: Pair) -> None:
    callers = Callers(pair.primary.url)
    with ThreadPoolExecutor(CALLERS) as pool:
        calls = pool.map(callers.call, range(CALLERS))
        assert callers.enough.wait(PATIENCE)
        pair.kill_primary()
        callers.is_over.set()
        list(calls)
    pair.promote()
    lab = Lab(
        connect(pair.replica.url),
        JobPolicy(max_pending=100_000, max_running=100_000, max_running_of_all=100_000),
    )
    assert len(callers.acknowledged) >= ENOUGH
    for each in callers.acknowledged:
        assert lab.jobs.submit(each._replace(run_id=run_id(0))).replayed
        claimed = lab.jobs.claim(OWNER, each.run_id, "t")
        assert claimed is not None
        assert claimed.request == each.request
    listed = {member.decode() for member in members(lab.client, OwnerKeys(OWNER).runs)}
    assert {each.run_id for each in callers.acknowledged} <= listed
    for each in callers.unanswered:  # whether it was written or not, a retry finds one run
        assert {lab.jobs.submit(each).run.run_id for _ in range(2)} == {each.run_id}


def test_a_primary_left_behind_acknowledges_nothing(pair: Pair) -> None:
    pair.promote()
    behind = Lab(connect(pair.primary.url), STRICT)
    with pytest.raises(DependencyUnavailableError, match="Redis"):
        behind.jobs.submit(submission(1))
    careless = behind.with_policy(min_replicas=0)
    assert careless.jobs.submit(submission(2)).run.status is Status.PENDING
    new = Lab(connect(pair.replica.url))
    assert new.reader.page(OWNER, status=None, limit=10, cursor=None).runs == []  # both are lost


@pytest.fixture
def line(pair: Pair) -> Iterator[Line]:
    line = Line(pair.primary)
    yield line
    line.close()


WAIT = b"*3\r\n$4\r\nWAIT"


def test_a_submit_whose_connection_breaks_before_wait_makes_one_durable_run(pair: Pair, line: Line) -> None:
    lab = Lab(connect(line.url), STRICT)
    in_the_end(lambda: lab.jobs.submit(submission(1)))
    line.breaks_before = WAIT
    in_the_end(lambda: lab.jobs.submit(submission(2)))
    assert line.broke
    assert len(lab.reader.page(OWNER, status=None, limit=10, cursor=None).runs) == 2


def test_a_submit_repeated_on_a_new_connection_still_waits_for_the_replica(
    pair: Pair, line: Line, hang: ExitStack
) -> None:
    """The second connection wrote nothing itself. It must wait for what the first one wrote."""
    lab = Lab(connect(line.url), STRICT)
    in_the_end(lambda: lab.jobs.submit(submission(1)))
    suspend(pair.replica, hang)
    line.breaks_before = WAIT
    with pytest.raises(DependencyUnavailableError, match="Redis"):
        lab.jobs.submit(submission(2))
    assert line.broke


def test_a_retry_with_the_key_finds_the_run_and_waits_for_the_replica(pair: Pair, hang: ExitStack) -> None:
    lab = Lab(connect(pair.primary.url), STRICT)
    suspend(pair.replica, hang)
    for number in (1, 2):
        with pytest.raises(DependencyUnavailableError, match="Redis"):
            lab.jobs.submit(submission(1)._replace(run_id=run_id(number)))
    hang.close()
    at_last = in_the_end(lambda: lab.jobs.submit(submission(1)._replace(run_id=run_id(3))))
    assert (at_last.run.run_id, at_last.replayed) == (run_id(1), False)


# A full Redis


@pytest.fixture
def full(lab: Lab) -> Iterator[Callable[[int], None]]:
    """Sets the memory that a server may use, in bytes; 0 for no limit."""

    def limit(size: int) -> None:
        for server in servers_of(lab.client):
            server.config_set("maxmemory", size)
            server.config_set("maxmemory-policy", "noeviction")

    yield limit
    limit(0)


def test_a_full_server_refuses_new_runs_and_ends_existing_ones(lab: Lab, full: Callable[[int], None]) -> None:
    for number in range(1, 8):
        lab.submit(number)
        assert lab.jobs.claim(OWNER, run_id(number), "t")
    lab.submit(8)
    lab.make_due(5)
    for server in servers_of(lab.client):
        server.script_flush()  # the scripts must be sent again
    full(1)
    with pytest.raises(DependencyUnavailableError) as refused:
        lab.submit(9)
    assert refused.value.dependencies == {"redis": "down: out of memory"}

    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=BEST)
    lab.jobs.complete(OWNER, run_id(1), "t", spent_ms=2, best=BEST)
    lab.jobs.fail(OWNER, run_id(2), "t", code="c", detail="d", spent_ms=1)
    lab.jobs.hand_over(OWNER, run_id(3), "t", spent_ms=1)
    lab.jobs.dispatch(OWNER, run_id(3), early=True)
    lab.jobs.retry_later(OWNER, run_id(4), "t", spent_ms=1)
    lab.jobs.expire(OWNER, run_id(5))
    lab.jobs.cancel(OWNER, run_id(6))
    lab.jobs.erase(OWNER, run_id(7))
    assert lab.jobs.claim(OWNER, run_id(8), "u")

    ended = [lab.status(number).status for number in (1, 2)]
    assert ended == [Status.COMPLETED, Status.FAILED]
    assert lab.reader.result(OWNER, run_id(1), best=False)[1] == BEST.solution
    assert len(lab.reader.page(OWNER, status=None, limit=10, cursor=None).runs) == 7
    full(0)
    assert lab.submit(9).status is Status.PENDING


# Servers that answer, but refuse


def calls(lab: Lab) -> list[Callable[[], object]]:
    """One call of each kind: a script, a script with WAIT, a read, a transaction, and pipelines."""
    strict = lab.with_policy(min_replicas=1)
    return [
        lambda: lab.submit(2),
        lambda: strict.submit(3),
        lambda: lab.jobs.renew(OWNER, run_id(1), "t", progress=0.1, spent_ms=1, best=None),
        lambda: lab.status(1),
        lambda: lab.reader.result(OWNER, run_id(1), best=True),
        lambda: lab.reader.page(OWNER, status=None, limit=10, cursor=None),
        lambda: lab.reader.backlog(per_shard=1, stalled_after=1),
    ]


def refusals(lab: Lab) -> list[str]:
    """The result of each call."""
    found = []
    for call in calls(lab):
        try:
            call()
        except DependencyUnavailableError as error:
            found.append(error.dependencies["redis"])
        except MilkrunError as error:
            found.append(error.code)
        else:
            found.append("ok")
    return found


def test_a_server_in_an_endless_script_is_unavailable(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as valkey:
        lab, operator = Lab(connect(valkey.url)), Redis.from_url(valkey.url)
        lab.running(1)
        operator.config_set("busy-reply-threshold", 10)
        with Redis.from_url(valkey.url) as stuck:
            endless = threading.Thread(target=_run_until_killed, args=(stuck,))
            endless.start()
            while _answers(operator):
                pass
            assert refusals(lab) == ["down: busy"] * len(calls(lab))
            operator.script_kill()
            endless.join()
        assert lab.status(1).status is Status.RUNNING
        assert lab.submit(2).status is Status.PENDING


def _run_until_killed(client: Redis) -> None:
    with pytest.raises(ResponseError, match="killed"):
        client.eval("#!lua\nwhile true do end", 0)


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except Exception:
        return False


def test_a_server_that_cannot_write_to_its_disk_refuses_writes_but_reads(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as valkey:
        lab, operator = Lab(connect(valkey.url)), Redis.from_url(valkey.url)
        lab.running(1)
        (tmp_path / "dump.rdb").mkdir()  # blocks the place of the snapshot
        operator.config_set("save", "3600 1")
        operator.bgsave()
        while operator.info("persistence")["rdb_last_bgsave_status"] == "ok":
            pass
        down = "down: cannot write to its disk"
        assert refusals(lab) == [down, down, down, "ok", "ok", "ok", "ok"]
        (tmp_path / "dump.rdb").rmdir()
        operator.save()
        assert set(refusals(lab)) == {"ok", "down: too few replicas"}
