"""Reading runs: their state, their results, and an owner's list."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from redis.client import Pipeline

from milkrun.clients.redis import AnyRedis, ask_primary, on_server_of, redis_errors
from milkrun.errors import RunNotFoundError
from milkrun.jobs.backlog import Backlog, read_backlog
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.packing import unpack
from milkrun.jobs.run import Run
from milkrun.jobs.states import Status
from milkrun.observability import get_logger

_MAX_SCANNED = 1_000
"""Runs that one call for a page looks at, at the most: a rare status ends the page early, with a cursor."""
_CHUNK = 100
"""Runs that are read at a time where one status is looked for."""


class Page(NamedTuple):
    """Runs, newest first, and the cursor of the next page."""

    runs: list[Run]
    next: str | None


class RunReader:
    """Reads runs. Every method raises DependencyUnavailableError where Redis is away."""

    def __init__(self, redis: AnyRedis) -> None:
        self._redis = redis

    def backlog(self, *, per_shard: int, stalled_after: float) -> Backlog:
        """What is not yet ended, over all owners, as `read_backlog`."""
        return read_backlog(self._redis, per_shard=per_shard, stalled_after=stalled_after)

    def status(self, owner: str, run_id: str) -> Run:
        """The state of a run, in one round trip.

        Raises:
            RunNotFoundError: The owner has no such run.
        """
        key = OwnerKeys(owner).run(run_id)
        (fields,) = self._ask(key, lambda pipe: pipe.hgetall(key))
        return _existing(owner, run_id, fields)

    def result(self, owner: str, run_id: str, *, best: bool) -> tuple[Run, bytes | None]:
        """The state of a run and its result as JSON, or with `best` the best so far; one round trip.

        A transaction would be simpler, but Redis refuses one when its memory is full, even to read. Of a run
        that ends while it is read, the best routes or the result are there: they are read in this order.

        Raises:
            RunNotFoundError: The owner has no such run.
        """
        keys = OwnerKeys(owner)

        def ask(pipe: Pipeline) -> None:
            pipe.hgetall(keys.run(run_id))
            if best:
                pipe.get(keys.best(run_id))
            pipe.get(keys.result(run_id))

        fields, *solutions = self._ask(keys.run(run_id), ask)
        packed = next((solution for solution in reversed(solutions) if solution), None)
        run = _existing(owner, run_id, fields)
        if run.status is Status.COMPLETED and packed is None:  # erased, or expired, while it was read
            raise _not_found()
        return run, unpack(packed) if packed else None

    def page(self, owner: str, *, status: Status | None, limit: int, cursor: str | None) -> Page:
        """Runs of an owner, newest first, older than `cursor`; those that are gone leave the index.

        One that cannot be read, as of another release, is left out and logged.
        """
        found: list[Run] = []
        chunk = limit + 1 if status is None else _CHUNK
        for scanned, run in enumerate(self._newest_first(owner, cursor, chunk), start=1):
            if status in (None, run.status):
                if len(found) == limit:
                    return Page(found, found[-1].run_id)
                found.append(run)
            if scanned == _MAX_SCANNED:
                return Page(found, run.run_id)
        return Page(found, None)

    def _newest_first(self, owner: str, cursor: str | None, chunk: int) -> Iterator[Run]:
        top = f"({cursor}" if cursor else "+"
        while True:
            ids = self._ids(OwnerKeys(owner).runs, top, chunk)
            if ids:
                yield from self._existing_of(owner, ids)
            if len(ids) < chunk:
                return
            top = f"({ids[-1]}"

    def _ids(self, index: str, top: str, chunk: int) -> list[str]:
        """The newest members of an index, from `top` down."""
        (members,) = self._ask(index, lambda pipe: pipe.zrevrangebylex(index, top, "-", start=0, num=chunk))
        return [member.decode() for member in members]

    def _existing_of(self, owner: str, ids: list[str]) -> list[Run]:
        keys = OwnerKeys(owner)

        def ask(pipe: Pipeline) -> None:
            for run_id in ids:
                pipe.hgetall(keys.run(run_id))

        hashes = self._ask(keys.runs, ask)
        gone = [run_id for run_id, fields in zip(ids, hashes, strict=True) if not fields]
        if gone:
            with redis_errors():
                on_server_of(self._redis, keys.runs, lambda server: server.zrem(keys.runs, *gone))
        return [
            run
            for run_id, fields in zip(ids, hashes, strict=True)
            if fields and (run := _readable(owner, run_id, fields))
        ]

    def _ask(self, key: str, ask: Callable[[Pipeline], object]) -> list[Any]:
        """The answers of the primary that holds `key`."""
        with redis_errors():
            return on_server_of(self._redis, key, lambda server: ask_primary(server, key, ask))


def _existing(owner: str, run_id: str, fields: dict[bytes, bytes]) -> Run:
    if not fields:
        raise _not_found()
    return Run.from_fields(owner, run_id, fields)


def _readable(owner: str, run_id: str, fields: dict[bytes, bytes]) -> Run | None:
    try:
        return Run.from_fields(owner, run_id, fields)
    except (KeyError, ValueError) as error:
        get_logger().error("run left out of the list", run_id=run_id, owner=owner, exc_info=error)
        return None


def _not_found() -> RunNotFoundError:
    return RunNotFoundError("There is no such run.")
