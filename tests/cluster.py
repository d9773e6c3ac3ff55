"""Faults of a cluster's servers: they hang, and slots move between them."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import redis

from local.embedded.valkey import Valkey
from tests.freezing import freeze, thaw


@pytest.fixture
def hang() -> Iterator[ExitStack]:
    """Servers that hang; they continue after the test."""
    with ExitStack() as hanging:
        yield hanging


def suspend(server: Valkey, hang: ExitStack) -> None:
    """Suspends a server until `hang` is closed."""
    hang.callback(thaw, server.process)
    freeze(server.process)


def take_over(replica: Valkey) -> None:
    """Makes a replica the primary of its shard at once, like a failover after the primary has disappeared."""
    redis.Redis.from_url(replica.url).execute_command("CLUSTER FAILOVER TAKEOVER")


def move(slot: int, source: Valkey, target: Valkey, *keys: str) -> None:
    """Moves a slot to another server. The slot holds only these keys, which are dropped.

    As in a real migration, the slot is marked as moving first. Only then does the new server claim it,
    with an epoch of its own. Without a new epoch, the servers' gossip could undo the move at any time.
    """
    old, new = redis.Redis.from_url(source.url), redis.Redis.from_url(target.url)
    if keys:
        old.delete(*keys)
    begin_to_move(slot, source, target)
    new_id = new.execute_command("CLUSTER MYID")
    for server in (new, old):
        server.execute_command("CLUSTER SETSLOT", slot, "NODE", new_id)


def begin_to_move(slot: int, source: Valkey, target: Valkey) -> None:
    """Marks a slot as moving on both servers; no key has moved yet."""
    old, new = redis.Redis.from_url(source.url), redis.Redis.from_url(target.url)
    new.execute_command("CLUSTER SETSLOT", slot, "IMPORTING", old.execute_command("CLUSTER MYID"))
    old.execute_command("CLUSTER SETSLOT", slot, "MIGRATING", new.execute_command("CLUSTER MYID"))
