"""Reads runs: their state, their results, and an owner's list."""

from collections.abc import Callable, Iterator
from heapq import merge
from typing import Any, NamedTuple

from redis.client import Pipeline

from milkrun.clients.redis import AnyRedis, ask_primary, on_server_of, redis_errors
from milkrun.errors import RunNotFoundError
from milkrun.jobs.backlog import Backlog, read_backlog
from milkrun.jobs.confirmer import Confirmer, Fields
from milkrun.jobs.keys import Name, OwnerKeys, former_name, nothing_beside
from milkrun.jobs.packing import unpack
from milkrun.jobs.run import Run
from milkrun.jobs.states import Status
from milkrun.observability import get_logger
from milkrun.settings import JobPolicy

_MAX_SCANNED = 1_000
"""The most runs that one page looks at. If a status is rare, the page ends early, with a cursor."""
_CHUNK = 100
"""How many runs are read at a time when filtering by status."""


class Page(NamedTuple):
    """Runs, newest first, and the cursor of the next page."""

    runs: list[Run]
    next: str | None


class RunReader:
    """Reads runs. Every method raises DependencyUnavailableError if Redis is down.

    A run whose end is noted but not confirmed is read as it was before. Runs under the owner's name in the
    previous release are found too.
    """

    def __init__(self, redis: AnyRedis, policy: JobPolicy | None = None) -> None:
        self._redis = redis
        self._confirmer = Confirmer(redis, policy or JobPolicy())

    def backlog(self, *, per_shard: int, stalled_after: float) -> Backlog:
        """The runs of all owners that have not ended: see `read_backlog`."""
        return read_backlog(self._redis, per_shard=per_shard, stalled_after=stalled_after)

    def status(self, owner: str, run_id: str) -> Run:
        """The state of a run, in one round trip.

        Raises:
            RunNotFoundError: The owner has no such run.
        """
        for name in _names(owner, run_id):
            if fields := self._confirmer.as_shown(name, self._fields(name)):
                return Run.from_fields(*name, fields)
        raise RunNotFoundError

    def _fields(self, name: Name) -> Fields:
        key = OwnerKeys(name[0]).run(name[1])
        fields: Fields
        (fields,) = self._ask(key, lambda pipe: pipe.hgetall(key))
        return fields

    def result(self, owner: str, run_id: str, *, best: bool) -> tuple[Run, bytes | None]:
        """The state of a run and its result as JSON, or with `best` the best routes so far; one round trip.

        Raises:
            RunNotFoundError: The owner has no such run.
        """
        for name in _names(owner, run_id):
            if found := self._result(name, best=best):
                return found
        raise RunNotFoundError

    def _result(self, name: Name, *, best: bool) -> tuple[Run, bytes | None] | None:
        """As `result`; None if there is no such run.

        A transaction would be simpler, but Redis refuses transactions when its memory is full, even for
        reads. If a run ends while it is read, its best routes become its result, and reading in this order
        finds them.
        """
        owner, run_id = name
        keys = OwnerKeys(owner)

        def ask(pipe: Pipeline) -> None:
            pipe.hgetall(keys.run(run_id))
            if best:
                pipe.get(keys.best(run_id))
            pipe.get(keys.result(run_id))

        fields, *solutions = self._ask(keys.run(run_id), ask)
        shown = self._confirmer.as_shown(name, fields)
        if not shown:
            return None
        run = Run.from_fields(owner, run_id, shown)
        packed = next((solution for solution in reversed(solutions) if solution), None)
        if run.status is Status.COMPLETED and packed is None:
            # If its end was confirmed only now, read again. Otherwise the result was erased, or has expired.
            return self._result(name, best=best) if shown is not fields else None
        return run, unpack(packed) if packed else None

    def page(self, owner: str, *, status: Status | None, limit: int, cursor: str | None) -> Page:
        """Runs of an owner, newest first, older than `cursor`. Runs that are gone are removed from the index.

        A run that cannot be read, such as one of another release, is left out and logged.
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
            names = self._newest(owner, top, chunk)
            if names:
                yield from self._existing_of(names)
            if len(names) < chunk:
                return
            top = f"({names[-1][1]}"

    def _newest(self, owner: str, top: str, chunk: int) -> list[Name]:
        """The owner's newest runs from `top` down, under both of its names."""
        owners = [name for name, _ in _names(owner, "")]

        def ask(pipe: Pipeline) -> None:
            for each in owners:
                pipe.zrevrangebylex(OwnerKeys(each).runs, top, "-", start=0, num=chunk)

        indexes = self._ask(OwnerKeys(owner).runs, ask)
        lists = [
            [(each, member.decode()) for member in members]
            for each, members in zip(owners, indexes, strict=True)
        ]
        return list(merge(*lists, key=lambda name: name[1], reverse=True))[:chunk]

    def _existing_of(self, names: list[Name]) -> list[Run]:
        def ask(pipe: Pipeline) -> None:
            for owner, run_id in names:
                pipe.hgetall(OwnerKeys(owner).run(run_id))

        hashes = self._ask(OwnerKeys(names[0][0]).runs, ask)
        self._leave_lists([name for name, fields in zip(names, hashes, strict=True) if not fields])
        return [
            run
            for name, fields in zip(names, hashes, strict=True)
            if (shown := self._confirmer.as_shown(name, fields)) and (run := _readable(name, shown))
        ]

    def _leave_lists(self, gone: list[Name]) -> None:
        """Removes runs that are gone from their owner's lists."""
        if not gone:
            return

        def leave(pipe: Pipeline) -> None:
            for owner, run_id in gone:
                pipe.zrem(OwnerKeys(owner).runs, run_id)

        self._ask(OwnerKeys(gone[0][0]).runs, leave)

    def _ask(self, key: str, ask: Callable[[Pipeline], object]) -> list[Any]:
        """The answers of the primary that holds `key`."""
        nothing = nothing_beside(key)
        with redis_errors():
            return on_server_of(self._redis, key, lambda server: ask_primary(server, nothing, ask))


def _names(owner: str, run_id: str) -> list[Name]:
    """The names that a run may have: with its owner's name, and with the one in the previous release."""
    before = former_name(owner)
    return [(owner, run_id), (before, run_id)] if before else [(owner, run_id)]


def _readable(name: Name, fields: Fields) -> Run | None:
    owner, run_id = name
    try:
        return Run.from_fields(owner, run_id, fields)
    except (KeyError, ValueError) as error:
        get_logger().error("run left out of the list", run_id=run_id, owner=owner, exc_info=error)
        return None
