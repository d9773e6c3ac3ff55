"""What only a cluster can do to the state machine: its servers differ, hang, die and are replaced."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

import pytest
import redis
from redis.cluster import RedisCluster
from redis.crc import key_slot
from redis.exceptions import ResponseError

from local.embedded.valkey import Valkey
from local.embedded.valkey_cluster import ValkeyCluster, running_cluster
from milkrun.clients.redis import connect_to_cluster
from milkrun.errors import DependencyUnavailableError
from milkrun.jobs.keys import SHARDS, OwnerKeys, active
from milkrun.jobs.scripts import VERBS, Script
from milkrun.jobs.submitting import Submission, Submitted
from tests.cluster import begin_to_move, move, suspend, take_over
from tests.nonempty import nonempty
from tests.waiting import until

from .conftest import BEST, OWNER, Lab, run_id
from .store import servers_of


def settle_a_cancel(lab: Lab) -> None:
    """Notes a cancellation without replicas, then confirms it when none are required."""
    with suppress(DependencyUnavailableError):
        lab.with_policy(min_replicas=1).jobs.cancel(OWNER, run_id(1))
    lab.jobs.expire(OWNER, run_id(1))


def submit_without_replicas(lab: Lab) -> None:
    with suppress(DependencyUnavailableError):
        lab.with_policy(min_replicas=1).submit(2)


def expire(lab: Lab) -> None:
    lab.jobs.claim(OWNER, run_id(1), "t")
    lab.make_due()
    lab.jobs.expire(OWNER, run_id(1))


ACTIONS: dict[str, Callable[[Lab], object]] = {
    "submit": lambda lab: lab.submit(2, key="k"),
    "dispatch": lambda lab: lab.jobs.dispatch(OWNER, run_id(1), early=True),
    "claim": lambda lab: lab.jobs.claim(OWNER, run_id(1), "t"),
    "renew": lambda lab: (
        lab.jobs.claim(OWNER, run_id(1), "t"),
        lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=BEST),
    ),
    "complete": lambda lab: lab.completed(1),
    "fail": lambda lab: (
        lab.jobs.claim(OWNER, run_id(1), "t"),
        lab.jobs.fail(OWNER, run_id(1), "t", code="c", detail="d", spent_ms=1),
    ),
    "requeue": lambda lab: (
        lab.jobs.claim(OWNER, run_id(1), "t"),
        lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1),
    ),
    "expire": expire,
    "cancel": lambda lab: lab.jobs.cancel(OWNER, run_id(1)),
    "erase": lambda lab: lab.jobs.erase(OWNER, run_id(1)),
    "touch": settle_a_cancel,
    "confirm": settle_a_cancel,
    "withdraw": submit_without_replicas,
    "release": lambda lab: lab.jobs.release(OWNER),
}
"""For each script, an action that runs it to its end on a pending run."""


@pytest.fixture
def clustered(cluster_redis: RedisCluster) -> Lab:
    cluster_redis.flushall()
    return Lab(cluster_redis)


@pytest.mark.parametrize("verb", VERBS)
def test_a_script_touches_one_slot(clustered: Lab, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    """The server itself refuses a script that touches another slot, even one not named in KEYS."""
    run = Script.run
    slots: dict[str, set[int]] = {}

    def noted(script: Script, server, keys, args, *, wait):  # type: ignore[no-untyped-def]
        slots.setdefault(script.verb, set()).update(key_slot(key.encode()) for key in keys)
        return run(script, server, keys, args, wait=wait)

    monkeypatch.setattr(Script, "run", noted)
    clustered.submit(1, key="k")
    ACTIONS[verb](clustered)
    assert len(slots[verb]) == 1


def test_the_server_refuses_a_script_that_touches_another_slot(clustered: Lab) -> None:
    other = OwnerKeys("ffffffffffffffff").active
    with pytest.raises(ResponseError, match=r"same slot|non local key"):
        clustered.client.eval(f"#!lua\nreturn redis.call('GET', '{other}')", 1, OwnerKeys(OWNER).active)


def test_a_script_is_sent_to_a_server_that_does_not_have_it(
    clustered: Lab, cluster_redis: RedisCluster
) -> None:
    clustered.submit(1)
    cluster_redis.script_flush()
    clustered.submit(2)
    loaded = [server.script_exists(Script("submit").sha)[0] for server in servers_of(cluster_redis)]
    assert sorted(loaded) == [False, False, True]


# Each primary with its replica


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyCluster]:
    """Servers that consider each other alive, however long one of them hangs."""
    with running_cluster(tmp_path_factory.mktemp("replicated"), replicated=True, node_timeout=600) as cluster:
        yield cluster


@pytest.fixture
def strict(replicated: ValkeyCluster) -> Lab:
    """A state machine that acknowledges only what one replica has."""
    client = connect_to_cluster(replicated.url)
    client.flushall()
    return Lab(client).with_policy(min_replicas=1)


def owner_on(lab: Lab, server: Valkey) -> str:
    """An owner whose runs are on this server."""
    assert isinstance(lab.client, RedisCluster)
    owners = (f"{number:016x}" for number in range(1_000))
    ports = ((owner, lab.client.get_node_from_key(OwnerKeys(owner).active).port) for owner in owners)
    return next(owner for owner, port in ports if server.url.endswith(f":{port}/0"))


def submit(lab: Lab, owner: str, number: int = 1) -> Submitted:
    return lab.jobs.submit(Submission(owner, run_id(number), b"{}", 5_000, "corr-1", f"key-{number}"))


def is_acknowledged(lab: Lab, owner: str, number: int = 1) -> bool:
    try:
        submit(lab, owner, number)
    except DependencyUnavailableError as away:
        assert away.dependencies == {"redis": "down: too few replicas"}  # noqa: PT017
        return False
    return True


def test_a_run_that_its_replica_has_is_durable(strict: Lab, replicated: ValkeyCluster) -> None:
    for primary, replica in zip(nonempty(replicated.primaries), replicated.replicas, strict=True):
        owner = owner_on(strict, primary)
        submitted = submit(strict, owner)
        with redis.Redis.from_url(replica.url, single_connection_client=True) as server:
            server.execute_command("READONLY")
            assert server.exists(OwnerKeys(owner).run(submitted.run.run_id))


def test_other_primaries_replicas_do_not_count(
    strict: Lab, replicated: ValkeyCluster, hang: ExitStack
) -> None:
    owners = [owner_on(strict, primary) for primary in replicated.primaries]
    suspend(replicated.replicas[0], hang)
    assert [is_acknowledged(strict, owner) for owner in owners] == [False, True, True]


def test_a_retry_is_durable_once_the_replica_is_back(
    strict: Lab, replicated: ValkeyCluster, hang: ExitStack
) -> None:
    owner = owner_on(strict, replicated.primaries[0])
    suspend(replicated.replicas[0], hang)
    assert not is_acknowledged(strict, owner)
    hang.close()
    assert submit(strict, owner).run == submit(strict, owner).run


def test_writing_and_confirming_take_one_round_trip_each(
    strict: Lab, replicated: ValkeyCluster, sent: list[bytes]
) -> None:
    owner = owner_on(strict, replicated.primaries[0])
    submit(strict, owner, 1)  # opens the connection and loads the script
    sent.clear()
    submit(strict, owner, 2)
    assert len(sent) == 2
    assert all(b"WAIT" in packet for packet in sent)


def test_a_server_that_hangs_blocks_only_its_own_runs(
    strict: Lab, replicated: ValkeyCluster, hang: ExitStack
) -> None:
    owners = [owner_on(strict, primary) for primary in replicated.primaries]
    for owner in owners:
        submit(strict, owner)
        strict.make_due(owner=owner)
    suspend(replicated.primaries[1], hang)
    backlog = strict.reader.backlog(per_shard=10, stalled_after=60)
    assert {owner for owner, _ in backlog.due} == {owners[0], owners[2]}
    assert backlog.active == 2
    assert backlog.away is not None
    assert backlog.away.dependencies == {"redis": "down: timed out"}


def test_shards_that_moved_are_found_at_once(tmp_path: Path) -> None:
    with running_cluster(tmp_path) as cluster:
        lab = Lab(connect_to_cluster(cluster.url))
        source, target, _ = cluster.primaries
        assert isinstance(lab.client, RedisCluster)
        slots = {lab.client.keyslot(active(shard)) for shard in range(SHARDS)}
        for slot in sorted(slots)[:8]:  # on the first server
            move(slot, source, target)
        owner = owner_on(lab, source)
        lab.submit(owner=owner)
        lab.make_due(owner=owner)
        backlog = lab.reader.backlog(per_shard=10, stalled_after=60)
        assert backlog.away is None
        assert [name[0] for name in backlog.due] == [owner]


def test_a_moving_shard_blocks_only_its_own_runs(tmp_path: Path) -> None:
    with running_cluster(tmp_path) as cluster:
        lab = Lab(connect_to_cluster(cluster.url))
        source, target, _ = cluster.primaries
        owner = owner_on(lab, source)
        lab.submit(owner=owner)
        lab.make_due(owner=owner)
        assert isinstance(lab.client, RedisCluster)
        mine = lab.client.keyslot(OwnerKeys(owner).active)
        slots = {lab.client.keyslot(active(shard)) for shard in range(SHARDS)} - {mine}
        begin_to_move(min(slots), source, target)
        backlog = lab.reader.backlog(per_shard=10, stalled_after=60)
        assert backlog.away is not None
        assert backlog.away.dependencies == {"redis": "down: keys are being moved"}
        assert [name[0] for name in backlog.due] == [owner]


def test_without_any_server_there_is_no_backlog(tmp_path: Path) -> None:
    with running_cluster(tmp_path) as cluster:
        lab = Lab(connect_to_cluster(cluster.url))
        for primary in cluster.primaries:
            primary.process.kill()
            primary.process.wait()
        with pytest.raises(DependencyUnavailableError):
            lab.reader.backlog(per_shard=10, stalled_after=60)


def test_an_acknowledged_run_outlives_its_primary(tmp_path: Path) -> None:
    """The primary is killed right after the answer, and its replica takes over. Meanwhile the others
    serve."""
    with running_cluster(tmp_path, replicated=True, node_timeout=600) as cluster:
        lab = Lab(connect_to_cluster(cluster.url)).with_policy(min_replicas=1)
        owners = [owner_on(lab, primary) for primary in cluster.primaries]
        acknowledged = submit(lab, owners[0])
        cluster.primaries[0].process.kill()
        cluster.primaries[0].process.wait()
        with pytest.raises(DependencyUnavailableError):
            submit(lab, owners[0], 2)

        take_over(cluster.replicas[0])
        loose = lab.with_policy(min_replicas=0)
        numbers = count(3)

        def taken_over_by_its_replica() -> Submitted | None:
            number = next(numbers)
            assert all(is_acknowledged(lab, owner, number) for owner in owners[1:])
            with suppress(DependencyUnavailableError):
                return submit(loose, owners[0], 2)
            return None

        taken_over = until(taken_over_by_its_replica)
        assert taken_over is not None
        assert not taken_over.replayed
        assert submit(loose, owners[0], 1).run == acknowledged.run
        assert not is_acknowledged(lab, owners[0], 1)  # it no longer has a replica
