"""The connection to the cluster's server that holds a key, while servers move, hang and die."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.cluster import RedisCluster
from redis.connection import AbstractConnection
from redis.crc import key_slot
from redis.credentials import UsernamePasswordCredentialProvider

from local.embedded.valkey import Valkey
from local.embedded.valkey_cluster import ValkeyCluster, running_cluster
from local.ports import free_port
from milkrun.checks import check_redis
from milkrun.clients.redis import (
    ANSWER_TIMEOUT,
    CONNECT_TIMEOUT,
    by_server,
    connect,
    connect_to_cluster,
    get_redis,
    on_server_of,
    reason,
    redis_errors,
)
from milkrun.errors import DependencyUnavailableError
from milkrun.settings import get_settings
from tests.cluster import begin_to_move, move, suspend, take_over
from tests.packets import sent  # noqa: F401 (a fixture)
from tests.redis_pair import port_of
from tests.waiting import until

KEYS = [f"key:{number}" for number in range(64)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyCluster]:
    """Three primaries that consider each other alive, however long one of them hangs."""
    with running_cluster(tmp_path_factory.mktemp("cluster"), node_timeout=600) as cluster:
        yield cluster


@pytest.fixture
def client(cluster: ValkeyCluster) -> RedisCluster:
    client = connect_to_cluster(cluster.url)
    client.flushall()
    return client


@pytest.fixture
def timeouts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ports of the servers that timed out, one entry for each timeout.

    Their number shows that a caller waits for only a few seconds; the length of a timeout is the client's.
    """
    found: list[int] = []
    read = AbstractConnection.read_response

    def counted(self: Any, *args: Any, **options: Any) -> Any:
        assert (self.socket_timeout, self.socket_connect_timeout) == (ANSWER_TIMEOUT, CONNECT_TIMEOUT)
        try:
            return read(self, *args, **options)
        except redis.exceptions.TimeoutError:
            found.append(self.port)
            raise

    monkeypatch.setattr(AbstractConnection, "read_response", counted)
    return found


def set_key(client: RedisCluster, key: str) -> Any:
    with redis_errors():
        return on_server_of(client, key, lambda server: server.set(key, "value"))


def state_of(client: RedisCluster, key: str) -> str:
    with pytest.raises(DependencyUnavailableError) as caught:
        set_key(client, key)
    return caught.value.dependencies["redis"]


def key_on(client: RedisCluster, server: Valkey) -> str:
    return next(key for key in KEYS if client.get_node_from_key(key).port == port_of(server))


def test_each_key_goes_to_the_server_that_holds_it(client: RedisCluster, cluster: ValkeyCluster) -> None:
    for key in KEYS:
        set_key(client, key)
    kept = [redis.Redis.from_url(primary.url).dbsize() for primary in cluster.primaries]
    assert sum(kept) == len(KEYS)
    assert all(kept)


def test_keys_are_grouped_by_server(client: RedisCluster) -> None:
    groups = by_server(client, KEYS)
    assert sorted(key for group in groups for key in group) == sorted(KEYS)
    assert len(groups) == 3
    for group in groups:
        assert len({client.get_node_from_key(key).name for key in group}) == 1


def test_all_keys_of_a_single_server_are_one_group(empty_valkey_url: str) -> None:
    assert by_server(connect(empty_valkey_url), KEYS) == [KEYS]


def test_a_moved_slot_is_found_and_remembered(
    client: RedisCluster,
    cluster: ValkeyCluster,
    sent: list[bytes],  # noqa: F811
) -> None:
    key = key_on(client, cluster.primaries[0])
    client.get(key)  # opens the connection
    move(key_slot(key.encode()), cluster.primaries[0], cluster.primaries[1])
    sent.clear()
    try:
        assert set_key(client, key)
        assert set_key(client, key)
        assert len([packet for packet in sent if b"SET" in packet]) == 3
    finally:
        move(key_slot(key.encode()), cluster.primaries[1], cluster.primaries[0], key)


def test_while_a_slot_moves_its_keys_are_unavailable(client: RedisCluster, cluster: ValkeyCluster) -> None:
    key = key_on(client, cluster.primaries[0])
    slot = key_slot(key.encode())
    begin_to_move(slot, *cluster.primaries[:2])
    try:
        assert state_of(client, key) == "down: keys are being moved"
    finally:
        for server in cluster.primaries[:2]:
            redis.Redis.from_url(server.url).execute_command("CLUSTER SETSLOT", slot, "STABLE")
    assert set_key(client, key)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_server_that_hangs_costs_one_timeout_and_only_its_own_keys(
    client: RedisCluster, cluster: ValkeyCluster, hang: ExitStack, timeouts: list[int], number: int
) -> None:
    keys = [key_on(client, primary) for primary in cluster.primaries]
    suspend(cluster.primaries[number], hang)
    assert state_of(client, keys[number]) == "down: timed out"
    assert timeouts == [port_of(cluster.primaries[number])]
    for other in (key for key in keys if key != keys[number]):
        assert set_key(client, other)
    assert len(timeouts) == 1


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_new_client_copes_with_a_server_that_hangs(
    client: RedisCluster, cluster: ValkeyCluster, hang: ExitStack, timeouts: list[int], number: int
) -> None:
    entry, other = (server for server in cluster.primaries if server is not cluster.primaries[number])
    keys = [key_on(client, server) for server in (entry, other, cluster.primaries[number])]
    suspend(cluster.primaries[number], hang)
    newcomer = connect_to_cluster(entry.url)
    for key in keys[:2]:
        assert set_key(newcomer, key)
    assert len(timeouts) <= 1
    assert state_of(newcomer, keys[2]) == "down: timed out"
    assert len(timeouts) <= 2


def test_an_entry_point_that_hangs_is_reported(
    cluster: ValkeyCluster, hang: ExitStack, timeouts: list[int]
) -> None:
    suspend(cluster.primaries[0], hang)
    with pytest.raises(DependencyUnavailableError) as caught, redis_errors():
        connect_to_cluster(cluster.url)
    assert caught.value.dependencies == {"redis": "down: timed out"}
    assert len(timeouts) == 1


def test_an_entry_point_that_is_gone_is_reported_without_its_address() -> None:
    with pytest.raises(DependencyUnavailableError) as caught, redis_errors():
        connect_to_cluster(f"redis://127.0.0.1:{free_port()}/0")
    assert caught.value.dependencies == {"redis": "down: connection refused"}


def test_an_entry_point_that_is_not_a_cluster_is_reported(valkey_url: str) -> None:
    with pytest.raises(DependencyUnavailableError) as caught, redis_errors():
        connect_to_cluster(valkey_url)
    assert caught.value.dependencies == {"redis": "down: not a cluster"}


def test_a_connection_that_was_cut_is_replaced(client: RedisCluster, cluster: ValkeyCluster) -> None:
    key = key_on(client, cluster.primaries[0])
    set_key(client, key)
    redis.Redis.from_url(cluster.url).execute_command("CLIENT KILL TYPE normal SKIPME yes")
    assert set_key(client, key)


def test_a_slot_without_a_server_is_reported(client: RedisCluster, cluster: ValkeyCluster) -> None:
    key = key_on(client, cluster.primaries[0])
    slot = key_slot(key.encode())
    servers = [redis.Redis.from_url(primary.url) for primary in cluster.primaries]
    for server in servers:
        server.execute_command("CLUSTER DELSLOTS", slot)
    try:
        for asking in (client, connect_to_cluster(cluster.url)):
            assert state_of(asking, key) == "down: a part of the cluster is missing"
    finally:
        servers[0].execute_command("CLUSTER ADDSLOTS", slot)
    assert set_key(client, key)


def test_a_dead_server_is_refused_at_once_and_its_successor_found(tmp_path: Path) -> None:
    with running_cluster(tmp_path, replicated=True, node_timeout=600) as cluster:
        client = connect_to_cluster(cluster.url)
        keys = [key_on(client, primary) for primary in cluster.primaries]
        cluster.primaries[0].process.kill()
        cluster.primaries[0].process.wait()
        told = set()

        def is_taken_over() -> bool:
            for key in keys[1:]:
                assert set_key(client, key)
            try:
                set_key(client, keys[0])
            except DependencyUnavailableError as error:
                told.add(error.dependencies["redis"])
                return False
            return True

        assert not is_taken_over()
        assert told == {"down: connection refused"}
        take_over(cluster.replicas[0])
        until(is_taken_over)


def test_every_server_is_logged_in_to_with_the_provided_credentials(
    client: RedisCluster, cluster: ValkeyCluster
) -> None:
    for primary in cluster.primaries:
        redis.Redis.from_url(primary.url).acl_setuser("known", enabled=True, passwords=["+right"], keys=["*"])
        redis.Redis.from_url(primary.url).execute_command("ACL SETUSER known +@all")
    known = connect_to_cluster(
        cluster.url, credential_provider=UsernamePasswordCredentialProvider("known", "right")
    )
    for primary in cluster.primaries:
        key = key_on(client, primary)
        assert on_server_of(known, key, lambda server: server.acl_whoami()) == "known"
    unknown = UsernamePasswordCredentialProvider("known", "wrong")
    with pytest.raises(DependencyUnavailableError) as caught, redis_errors():
        connect_to_cluster(cluster.url, credential_provider=unknown)
    assert caught.value.dependencies == {"redis": "down: authentication failed"}


@pytest.fixture
def _settings_of_the_cluster(cluster: ValkeyCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("REDIS_URL", cluster.url)
    monkeypatch.setenv("REDIS_CLUSTER", "true")
    for cached in (get_settings, get_redis):
        cached.cache_clear()
    yield
    for cached in (get_settings, get_redis):
        cached.cache_clear()


@pytest.mark.usefixtures("_settings_of_the_cluster")
def test_the_settings_choose_the_client() -> None:
    assert isinstance(get_redis(), RedisCluster)


@pytest.mark.usefixtures("_settings_of_the_cluster")
def test_the_cluster_is_ready_while_every_server_is(cluster: ValkeyCluster, hang: ExitStack) -> None:
    assert check_redis() == "ok"
    suspend(cluster.primaries[2], hang)
    assert check_redis() == "down: timed out"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (redis.exceptions.MovedError("1 10.0.0.1:6379"), "keys are being moved"),
        (redis.exceptions.TryAgainError("Multiple keys request"), "keys are being moved"),
        (redis.exceptions.ClusterDownError("Hash slot not served"), "the cluster is down"),
        (redis.exceptions.ClusterError("TTL exhausted at 10.0.0.1"), "connection failed"),
        (redis.exceptions.MaxConnectionsError("Too many connections"), "too many connections"),
        (redis.exceptions.ConnectionError("max number of clients reached"), "too many connections"),
    ],
)
def test_an_error_of_a_cluster_is_reported_without_an_address(error: Exception, why: str) -> None:
    with pytest.raises(DependencyUnavailableError) as caught, redis_errors():
        raise error
    assert caught.value.dependencies == {"redis": f"down: {why}"}
    assert reason(error) == why
