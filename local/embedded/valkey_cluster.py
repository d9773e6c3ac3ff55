"""A Valkey cluster on loopback: primaries that share the slots, with or without a replica each."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis

from local.embedded.valkey import Valkey, running_valkey
from local.ports import LOOPBACK

START_LIMIT = 60.0
"""Seconds; a node of a new cluster accepts writes after two."""
_SLOTS = 16_384
_TALKATIVE_MS = 2_000
"""Node timeout until all nodes have joined: the shorter it is, the more often nodes exchange news."""


@dataclass(frozen=True)
class ValkeyCluster:
    """The nodes of a running cluster, primaries in the order of their slots.

    The n-th replica follows the n-th primary, until a failover swaps them.
    """

    primaries: list[Valkey]
    replicas: list[Valkey]

    @property
    def nodes(self) -> list[Valkey]:
        return self.primaries + self.replicas

    @property
    def url(self) -> str:
        """The `redis://` URL of one node, which knows the others."""
        return self.primaries[0].url


@contextmanager
def running_cluster(
    directory: Path, *arguments: str, primaries: int = 3, replicated: bool = False, node_timeout: float = 5.0
) -> Iterator[ValkeyCluster]:
    """A cluster on loopback that accepts writes. Each node has its state in a folder of `directory`.

    Args:
        arguments: Passed to each server.
        replicated: Whether each primary has a replica.
        node_timeout: Seconds without a sign of life after which a node counts as dead.

    Raises:
        RuntimeError: The cluster does not start.
    """
    count = primaries * (2 if replicated else 1)
    with ExitStack() as running:
        nodes = [running.enter_context(_node(directory / str(number), arguments)) for number in range(count)]
        cluster = ValkeyCluster(nodes[:primaries], nodes[primaries:])
        _join(cluster, node_timeout)
        yield cluster


@contextmanager
def _node(directory: Path, arguments: tuple[str, ...]) -> Iterator[Valkey]:
    options = ["--cluster-node-timeout", str(_TALKATIVE_MS), "--cluster-announce-ip", LOOPBACK]
    # The cluster serves its other slots if a shard is down, and promotes replicas however old their data are.
    options += ["--cluster-require-full-coverage", "no", "--cluster-replica-validity-factor", "0"]
    options += ["--repl-diskless-sync-delay", "0", "--repl-diskless-load", "on-empty-db"]
    with running_valkey(directory, *options, *arguments, in_cluster=True) as valkey:
        yield valkey


def _join(cluster: ValkeyCluster, node_timeout: float) -> None:
    """Assigns the slots, introduces the nodes to each other, and waits until all agree."""
    clients = [redis.Redis.from_url(node.url) for node in cluster.nodes]
    shares = len(cluster.primaries)
    bounds = [_SLOTS * share // shares for share in range(shares + 1)]
    for number, client in enumerate(clients):
        _ask(client, "CLUSTER SET-CONFIG-EPOCH", number + 1)
        if number < shares:
            _ask(client, "CLUSTER ADDSLOTSRANGE", bounds[number], bounds[number + 1] - 1)
        if number > 0:
            port, bus = urlsplit(cluster.nodes[number].url).port, client.config_get("cluster-port")
            _ask(clients[0], "CLUSTER MEET", LOOPBACK, port, bus["cluster-port"])
    _wait_for_all(clients, lambda client: len(_ask(client, "CLUSTER NODES")) == len(clients))
    for primary, replica in zip(clients, clients[shares:], strict=False):
        _ask(replica, "CLUSTER REPLICATE", _ask(primary, "CLUSTER MYID"))
    _wait_for_all(clients, lambda client: _is_settled(client, cluster))
    for client in clients:
        client.config_set("cluster-node-timeout", round(node_timeout * 1000))
        client.close()


def _is_settled(client: redis.Redis, cluster: ValkeyCluster) -> bool:
    """Whether a node sees all slots served and every replica in place, and has its own data."""
    shards = _ask(client, "CLUSTER SLOTS")
    return (
        _ask(client, "CLUSTER INFO")["cluster_state"] == "ok"
        and sum(len(shard) - 2 for shard in shards) == len(cluster.nodes)
        and client.info("replication").get("master_link_status", "up") == "up"
    )


def _ask(client: redis.Redis, *command: str | int | bytes | None) -> Any:
    return client.execute_command(*command)


def _wait_for_all(clients: list[redis.Redis], is_so: Callable[[redis.Redis], bool]) -> None:
    deadline = time.monotonic() + START_LIMIT
    for client in clients:
        while not is_so(client):
            if time.monotonic() > deadline:
                raise RuntimeError("The nodes of the Valkey cluster do not agree.")
            time.sleep(0.02)
