"""The embedded cluster: real servers on loopback that end with the block."""

from pathlib import Path

import pytest
import redis

from local.embedded.valkey_cluster import running_cluster
from tests.nonempty import nonempty


def shards(url: str) -> list[tuple[int, int, int]]:
    """The first slot, the last slot and the number of servers of each shard."""
    slots = redis.Redis.from_url(url).execute_command("CLUSTER SLOTS")
    return sorted((first, last, len(servers)) for first, last, *servers in slots)


def test_its_primaries_share_all_slots_and_every_server_knows_it(tmp_path: Path) -> None:
    with running_cluster(tmp_path) as cluster:
        for server in nonempty(cluster.nodes):
            assert shards(server.url) == [(0, 5460, 1), (5461, 10921, 1), (10922, 16383, 1)]


def test_each_primary_has_a_replica_if_requested(tmp_path: Path) -> None:
    with running_cluster(tmp_path, primaries=2, replicated=True) as cluster:
        assert [servers for _, _, servers in shards(cluster.url)] == [2, 2]
        for primary, replica in zip(cluster.primaries, cluster.replicas, strict=True):
            followed = redis.Redis.from_url(replica.url).info("replication")["master_port"]
            assert primary.url.endswith(f":{followed}/0")


def test_its_servers_end_with_the_block(tmp_path: Path) -> None:
    with running_cluster(tmp_path) as cluster:
        pass
    assert all(server.process.returncode is not None for server in nonempty(cluster.nodes))


def test_a_server_that_refuses_its_arguments_says_why(tmp_path: Path) -> None:
    refused = running_cluster(tmp_path, "--no-such-setting", "1")
    with pytest.raises(RuntimeError, match="did not start"), refused:
        pass
