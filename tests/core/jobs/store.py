"""Everything that a server or a cluster holds, as plain values, with a clock that tests can move."""

import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from redis import Redis
from redis.client import Pipeline
from redis.cluster import RedisCluster

from milkrun.clients.redis import AnyRedis

_TIMES = (b"created_at", b"started_at", b"finished_at", b"pending_since", b"lease_until", b"away_since")
_TIMED_INDEXES = (":active", ":queue", ":leased")
_COUNTS = (":bytes:", ":kept:", ":expiring", ":rate:", "{stack}")
"""The counts of an owner's bytes, its rate, and the number of running runs."""


class Entry(NamedTuple):
    """A key's value, and its time to live in ms; None if it has none."""

    value: Any
    ttl: int | None


def servers_of(client: AnyRedis) -> list[Redis]:
    """A client of each server that holds keys."""
    if isinstance(client, RedisCluster):
        return [client.get_redis_connection(node) for node in client.get_primaries()]
    return [client]


class Store:
    """Everything stored.

    The scripts read the time from the server, which cannot be set. To move the clock, every stored time
    and every expiry is moved the other way, which is the same to the scripts.
    """

    def __init__(self, client: AnyRedis) -> None:
        self._servers = servers_of(client)
        self._began = time.time() * 1000
        self._jumped = 0

    def read(self) -> dict[str, Entry]:
        """Everything except the counts, by key. Times of runs and indexes count from the making of this
        store."""
        return {
            key: Entry(self._from_start(key, value), None if ttl < 0 else ttl)
            for key, value, ttl in self._all()
            if not _is_count(key)
        }

    def counts(self) -> dict[str, Any]:
        """What `read` leaves out, as stored."""
        return {key: value for key, value, _ in self._all() if _is_count(key)}

    def sizes(self) -> dict[str, int]:
        """For each run's key, the bytes of the names and values of its keys, and a hundred more for
        each key."""
        found: defaultdict[str, int] = defaultdict(int)
        for key, value, _ in self._all():
            if ":run:" in key:
                texts = [*value, *value.values()] if isinstance(value, dict) else [value]
                found[":".join(key.split(":")[:5])] += len(key) + 100 + sum(map(len, texts))
        return found

    def _all(self) -> Iterator[tuple[str, Any, int]]:
        for server in self._servers:
            for key, value, ttl in _content(server):
                yield key.decode(), value, ttl

    @property
    def elapsed(self) -> float:
        """The milliseconds that have really passed since this store was made."""
        return time.time() * 1000 - self._began

    def jump(self, ms: int) -> None:
        """Moves the clock forward, or back with a negative number."""
        self._jumped += ms
        for server in self._servers:
            with server.pipeline(transaction=False) as pipe:
                for key, value, ttl in _content(server):
                    if 0 <= ttl <= ms:
                        pipe.delete(key)
                        continue
                    if ttl >= 0:
                        pipe.pexpire(key, ttl - ms)
                    _shift(pipe, key, value, ms)
                pipe.execute()

    def _from_start(self, key: str, value: Any) -> Any:
        shift = self._jumped - self._began
        if isinstance(value, dict):
            fields: dict[str, Any] = {name.decode(): text.decode() for name, text in value.items()}
            fields |= {name.decode(): int(value[name]) + shift for name in _TIMES if name in value}
            return fields | {"progress": float(fields["progress"])}
        if key.endswith(_TIMED_INDEXES):
            return {member.decode(): score + shift for member, score in value}
        return {member.decode(): score for member, score in value} if isinstance(value, list) else value


def _shift(pipe: Pipeline, key: bytes, value: Any, ms: int) -> None:
    """Moves the times in a value back by this many ms."""
    name = key.decode()
    if ":run:" in name and isinstance(value, dict):
        pipe.hset(key, mapping={field: int(value[field]) - ms for field in _TIMES if field in value})
    elif ":rate:" in name:
        pipe.set(key, float(value) - ms, keepttl=True)
    elif isinstance(value, list) and (name.endswith(_TIMED_INDEXES) or _is_count(name)):
        pipe.zadd(key, {member: score - ms for member, score in value})


def _is_count(key: str) -> bool:
    return any(part in key for part in _COUNTS)


def _content(server: Redis) -> list[tuple[bytes, Any, int]]:
    """Every key of one server with its value and its time to live in ms; -1 for none."""
    keys = cast("list[bytes]", server.keys("*"))
    with server.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.type(key)
        kinds = pipe.execute()
        for key, kind in zip(keys, kinds, strict=True):
            if kind == b"hash":
                pipe.hgetall(key)
            elif kind == b"zset":
                pipe.zrange(key, 0, -1, withscores=True)
            else:
                pipe.get(key)
            pipe.pttl(key)
        replies = pipe.execute()
    return list(zip(keys, replies[0::2], replies[1::2], strict=True))
