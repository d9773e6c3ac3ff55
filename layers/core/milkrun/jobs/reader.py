"""Reading runs: their state, their results, an owner's list, and what needs attention."""

from collections.abc import Iterator
from typing import NamedTuple, cast

from redis import Redis

from milkrun.clients.redis import redis_errors
from milkrun.errors import RunNotFoundError
from milkrun.jobs.keys import SHARDS, OwnerKeys, active
from milkrun.jobs.packing import unpack
from milkrun.jobs.run import Run
from milkrun.jobs.states import Status

_MAX_SCANNED = 1_000
"""Runs that one call for a page looks at, at the most: a rare status ends the page early, with a cursor."""
_CHUNK = 100


class Page(NamedTuple):
    """Runs, newest first, and the cursor of the next page."""

    runs: list[Run]
    next: str | None


class Due(NamedTuple):
    """A run that needs attention."""

    owner: str
    run_id: str


class Backlog(NamedTuple):
    """Runs not yet ended: how many, whose time for attention has come, and how late the latest is, s."""

    active: int
    due: list[Due]
    oldest: float


class RunReader:
    """Reads runs. Every method raises DependencyUnavailableError where Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def status(self, owner: str, run_id: str) -> Run:
        """The state of a run, in one round trip.

        Raises:
            RunNotFoundError: The owner has no such run.
        """
        with redis_errors():
            fields = cast(dict[bytes, bytes], self._redis.hgetall(OwnerKeys(owner).run(run_id)))
        return _existing(owner, run_id, fields)

    def result(self, owner: str, run_id: str, *, best: bool) -> tuple[Run, bytes | None]:
        """The state of a run and its result as JSON, or with `best` the best so far; one round trip.

        Raises:
            RunNotFoundError: The owner has no such run.
        """
        keys = OwnerKeys(owner)
        with redis_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hgetall(keys.run(run_id))
            pipe.get(keys.result(run_id))
            if best:
                pipe.get(keys.best(run_id))
            fields, *solutions = pipe.execute()
        packed = next((solution for solution in solutions if solution), None)
        return _existing(owner, run_id, fields), unpack(packed) if packed else None

    def page(self, owner: str, *, status: Status | None, limit: int, cursor: str | None) -> Page:
        """Runs of an owner, newest first, older than `cursor`; those that are gone leave the index."""
        found: list[Run] = []
        for scanned, run in enumerate(self._newest_first(owner, cursor), start=1):
            if status in (None, run.status):
                if len(found) == limit:
                    return Page(found, found[-1].run_id)
                found.append(run)
            if scanned == _MAX_SCANNED:
                return Page(found, run.run_id)
        return Page(found, None)

    def _newest_first(self, owner: str, cursor: str | None) -> Iterator[Run]:
        top = f"({cursor}" if cursor else "+"
        index = OwnerKeys(owner).runs
        while True:
            with redis_errors():
                members = self._redis.zrevrangebylex(index, top, "-", start=0, num=_CHUNK)
            ids = [cast(bytes, member).decode() for member in members]
            yield from self._existing_of(owner, ids)
            if len(ids) < _CHUNK:
                return
            top = f"({ids[-1]}"

    def _existing_of(self, owner: str, ids: list[str]) -> list[Run]:
        keys = OwnerKeys(owner)
        with redis_errors(), self._redis.pipeline(transaction=False) as pipe:
            for run_id in ids:
                pipe.hgetall(keys.run(run_id))
            hashes = pipe.execute() if ids else []
        gone = [run_id for run_id, fields in zip(ids, hashes, strict=True) if not fields]
        if gone:
            with redis_errors():
                self._redis.zrem(keys.runs, *gone)
        return [
            Run.from_fields(owner, run_id, fields)
            for run_id, fields in zip(ids, hashes, strict=True)
            if fields
        ]

    def backlog(self, *, per_shard: int) -> Backlog:
        """The runs of all shards that need attention by Redis's clock, at most `per_shard` of each."""
        with redis_errors():
            seconds, micros = self._redis.time()
            now = seconds * 1000 + micros // 1000
            with self._redis.pipeline(transaction=False) as pipe:
                for shard in range(SHARDS):
                    pipe.zcard(active(shard))
                    pipe.zrangebyscore(active(shard), "-inf", now, start=0, num=per_shard, withscores=True)
                replies = pipe.execute()
        entries = [entry for page in replies[1::2] for entry in page]
        entries.sort(key=lambda entry: entry[1])  # the one that has waited longest first
        due = [Due(*member.decode().split(":")) for member, _ in entries]
        oldest = max((now - score for _, score in entries), default=0) / 1000
        return Backlog(active=sum(replies[0::2]), due=due, oldest=oldest)


def _existing(owner: str, run_id: str, fields: dict[bytes, bytes]) -> Run:
    if not fields:
        raise RunNotFoundError("There is no such run.")
    return Run.from_fields(owner, run_id, fields)
