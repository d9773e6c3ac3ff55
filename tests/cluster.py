"""What happens to the servers of a cluster: they hang, and they give slots away."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import redis

from local.embedded.valkey import Valkey
from tests.freezing import freeze, thaw


@pytest.fixture
def hang() -> Iterator[ExitStack]:
    """Servers put in here go on after the test."""
    with ExitStack() as hanging:
        yield hanging


def suspend(server: Valkey, hang: ExitStack) -> None:
    """Lets a server hang until `hang` is closed."""
    hang.callback(thaw, server.process)
    freeze(server.process)


def take_over(replica: Valkey) -> None:
    """Makes a replica the primary of its shard at once, as a failover does when the old one is missed."""
    redis.Redis.from_url(replica.url).execute_command("CLUSTER FAILOVER TAKEOVER")


def move(slot: int, source: Valkey, target: Valkey, *keys: str) -> None:
    """Gives a slot that holds no keys but these, which are dropped, to another server.

    As in a real migration the slot is on its way first. Only then does the new server claim it with an
    epoch of its own: without one, what the servers hear from each other may undo the move at any time.
    """
    old, new = redis.Redis.from_url(source.url), redis.Redis.from_url(target.url)
    if keys:
        old.delete(*keys)
    begin_to_move(slot, source, target)
    new_id = new.execute_command("CLUSTER MYID")
    for server in (new, old):
        server.execute_command("CLUSTER SETSLOT", slot, "NODE", new_id)


def begin_to_move(slot: int, source: Valkey, target: Valkey) -> None:
    """Has a slot on its way: both servers know, and no key has gone yet."""
    old, new = redis.Redis.from_url(source.url), redis.Redis.from_url(target.url)
    new.execute_command("CLUSTER SETSLOT", slot, "IMPORTING", old.execute_command("CLUSTER MYID"))
    old.execute_command("CLUSTER SETSLOT", slot, "MIGRATING", new.execute_command("CLUSTER MYID"))
