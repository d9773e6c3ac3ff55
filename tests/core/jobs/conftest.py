"""A state machine on a real server, and a view of everything the server holds."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from redis.cluster import RedisCluster

from milkrun.clients.redis import AnyRedis
from milkrun.errors import MilkrunError
from milkrun.jobs.holding import Best
from milkrun.jobs.keys import OwnerKeys, leased, shard_of
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.reader import RunReader
from milkrun.jobs.run import Run
from milkrun.jobs.submitting import Submission
from milkrun.settings import JobPolicy
from tests.packets import sent  # noqa: F401 (a fixture)
from tests.replies import members

from .store import servers_of

OWNER = "a1b2c3d4e5f60718"
BEST = Best(b'{"cost":7}', cost=7, unassigned=1)


def run_id(number: int) -> str:
    """The n-th run id in order of time."""
    return f"01ARZ3NDEKTSV4RRFFQ69G{number:04d}"


@dataclass
class Lab:
    """The state machine under test and its server."""

    client: AnyRedis
    policy: JobPolicy = field(default_factory=JobPolicy)

    def __post_init__(self) -> None:
        self.jobs = JobStateManager(self.client, self.policy)
        self.reader = RunReader(self.client, self.policy)

    def with_policy(self, **changes: Any) -> "Lab":
        return Lab(self.client, replace(self.policy, **changes))

    def submit(
        self, number: int = 1, *, owner: str = OWNER, key: str | None = None, body: bytes = b"{}"
    ) -> Run:
        submission = Submission(owner, run_id(number), body, 5_000, "corr-1", key)
        return self.jobs.submit(submission).run

    def running(
        self, number: int = 1, token: str = "t", *, owner: str = OWNER, key: str | None = None
    ) -> str:
        """Submits and claims a run."""
        self.submit(number, owner=owner, key=key)
        self.jobs.claim(owner, run_id(number), token)
        return run_id(number)

    def waiting(self, number: int) -> str:
        """A run that was refused and waits for its turn, while another one is running."""
        self.submit(number)
        assert self.jobs.claim(OWNER, run_id(number), "w") is None
        return run_id(number)

    def completed(self, number: int = 1, *, owner: str = OWNER, key: str | None = None) -> str:
        self.running(number, owner=owner, key=key)
        self.jobs.complete(owner, run_id(number), "t", spent_ms=5_000, best=BEST)
        return run_id(number)

    def status(self, number: int = 1, *, owner: str = OWNER) -> Run:
        return self.reader.status(owner, run_id(number))

    def make_due(self, number: int = 1, *, owner: str = OWNER) -> None:
        """Makes a run overdue: the times of its next attention and of its lease are long past."""
        keys = OwnerKeys(owner)
        self.client.zadd(keys.active, {f"{owner}:{run_id(number)}": 1})
        if self.client.hexists(keys.run(run_id(number)), "lease_until"):
            self.client.hset(keys.run(run_id(number)), "lease_until", 1)

    def forget_what_is_due(self) -> None:
        """Makes counts and leases overdue for a check, as another release may leave them."""
        keys = OwnerKeys(OWNER)
        for member in members(self.client, keys.kept):
            self.client.zadd(keys.kept, {member: 1})
        self.jobs.release(OWNER)
        for member in members(self.client, leased(shard_of(OWNER))):
            with suppress(MilkrunError):
                self.jobs.expire(*member.decode().split(":"))

    def now(self) -> int:
        """Redis's clock, in ms."""
        (server, *_) = servers_of(self.client)
        seconds, micros = server.time()
        return int(seconds * 1000 + micros // 1000)

    def snapshot(self) -> dict[bytes, Any]:
        """Everything that the server holds, and whether it expires.

        It leaves out what soon expires by itself: the owner's rate of submits, and the places of running
        runs.
        """
        readers: dict[bytes, Callable[[bytes], Any]] = {
            b"hash": self.client.hgetall,
            b"string": self.client.get,
            b"zset": lambda key: self.client.zrange(key, 0, -1, withscores=True),
        }
        return {
            key: (readers[cast("bytes", self.client.type(key))](key), self.client.pttl(key) > 0)
            for key in self.keys()
            if b":rate:" not in key and b"{stack}" not in key
        }

    def keys(self) -> list[bytes]:
        """The keys of every server."""
        everywhere = {"target_nodes": RedisCluster.PRIMARIES} if isinstance(self.client, RedisCluster) else {}
        return cast("list[bytes]", self.client.keys("*", **everywhere))


@pytest.fixture
def lab(any_redis: AnyRedis) -> Lab:
    return Lab(any_redis)
