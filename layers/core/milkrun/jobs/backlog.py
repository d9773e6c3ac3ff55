"""The runs of all owners that have not ended, for the sweeper and the alarms."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from redis import Redis
from redis.exceptions import AskError

from milkrun.clients.redis import AnyRedis, ask_primary, by_server, on_server_of, redis_errors
from milkrun.errors import DependencyUnavailableError
from milkrun.jobs.keys import (
    SHARDS,
    Name,
    OwnerKeys,
    active,
    expiring,
    leased,
    member_of,
    name_of,
    nothing_beside,
    queue,
)
from milkrun.observability import get_logger

_CHECKED = 10
"""The number of oldest runs in each shard's queue that are checked at a time."""


class Backlog(NamedTuple):
    """Runs that have not ended, over all owners. Times are in seconds.

    Attributes:
        active: How many there are.
        pending: How many of them are pending.
        lapsed: Those whose lease has lapsed because their worker is gone, the most overdue first.
        due: All other runs that are due, the most overdue first.
        expired: Owners with runs that may have expired.
        oldest_pending: How long the oldest pending run has been pending.
        oldest_due: How long the most overdue run has been due.
        stalled: How many runs are overdue by more than `stalled_after`.
        away: The error if servers of a cluster, or some of their keys, cannot be read; their runs are missing
            here.
    """

    active: int
    pending: int
    lapsed: list[Name]
    due: list[Name]
    expired: list[str]
    oldest_pending: float
    oldest_due: float
    stalled: int
    away: DependencyUnavailableError | None


Late = list[tuple[float, Name]]
"""Pairs of how long a run is overdue, in seconds, and the run."""


class _Part(NamedTuple):
    """The backlog of one server."""

    active: int
    pending: int
    lapsed: Late
    late: Late
    expired: list[str]
    oldest_pending: float
    stalled: int


def read_backlog(redis: AnyRedis, *, per_shard: int, stalled_after: float) -> Backlog:
    """Reads the runs of all shards that are due by Redis's clock, at most `per_shard` of each.

    It takes two round trips to each server, and one more if runs are pending, for any number of shards. If a
    server has given a shard away, its shards are read one by one, each from the server that has it now.

    Raises:
        DependencyUnavailableError: No server answers.
    """
    shard_of_index = {active(shard): shard for shard in range(SHARDS)}
    parts: list[_Part] = []
    away: DependencyUnavailableError | None = None
    groups = by_server(redis, shard_of_index)
    while groups:
        indexes = groups.pop()
        shards = [shard_of_index[index] for index in indexes]
        read = partial(_read, shards=shards, per_shard=per_shard, stalled_ms=round(stalled_after * 1000))
        try:
            part = _part(redis, indexes, read)
        except DependencyUnavailableError as error:
            away = error
        else:
            if part is None:
                groups += [[index] for index in indexes]
            else:
                parts.append(part)
    if away and not parts:
        raise away
    lapsed = sorted((entry for part in parts for entry in part.lapsed), reverse=True)
    late = sorted((entry for part in parts for entry in part.late), reverse=True)
    workerless = {due for _, due in lapsed}
    return Backlog(
        active=sum(part.active for part in parts),
        pending=sum(part.pending for part in parts),
        lapsed=[due for _, due in lapsed],
        due=[due for _, due in late if due not in workerless],
        expired=[owner for part in parts for owner in part.expired],
        oldest_pending=max(part.oldest_pending for part in parts),
        oldest_due=max((entries[0][0] for entries in (lapsed, late) if entries), default=0.0),
        stalled=sum(part.stalled for part in parts),
        away=away,
    )


def _part(redis: AnyRedis, indexes: list[str], read: Callable[[Redis], _Part]) -> _Part | None:
    """The backlog of these shards' server; None if it has given one of several away, or is about to."""
    with redis_errors():
        try:
            return on_server_of(redis, indexes[0], read)
        except AskError:  # or MovedError, its subclass
            if len(indexes) == 1:
                raise
            return None


def _read(server: Redis, shards: list[int], per_shard: int, stalled_ms: int) -> _Part:
    nothing = nothing_beside(active(shards[0]))
    ((seconds, micros),) = ask_primary(server, nothing, lambda pipe: pipe.time())
    now = seconds * 1000 + micros // 1000
    with server.pipeline(transaction=False) as pipe:
        for shard in shards:
            pipe.zcard(active(shard))
            pipe.zcard(queue(shard))
            pipe.zrangebyscore(leased(shard), "-inf", now, start=0, num=per_shard, withscores=True)
            pipe.zrangebyscore(active(shard), "-inf", now, start=0, num=per_shard, withscores=True)
            pipe.zrange(queue(shard), 0, _CHECKED - 1, withscores=True)
            pipe.zcount(active(shard), "-inf", now - stalled_ms)
            pipe.zrangebyscore(expiring(shard), "-inf", now, start=0, num=per_shard)
        replies = pipe.execute()
    of_active, of_queue, lapsed, late, oldest_of, stalled, expired = (replies[n::7] for n in range(7))
    for index, of_shards in ((leased, lapsed), (active, late), (queue, oldest_of)):
        for shard, entries in zip(shards, of_shards, strict=True):
            _drop_nameless(server, index(shard), entries)
    oldest = {due: since for entries in oldest_of for member, since in entries if (due := name_of(member))}
    not_pending = _leave_queue(server, list(oldest)) if oldest else set()
    pending_since = [since for due, since in oldest.items() if due not in not_pending]
    return _Part(
        active=sum(of_active),
        pending=sum(of_queue) - len(not_pending),
        lapsed=_late(now, lapsed),
        late=_late(now, late),
        expired=[owner.decode(errors="replace") for owners in expired for owner in owners],
        oldest_pending=(now - min(pending_since, default=now)) / 1000,
        stalled=sum(stalled),
    )


def _late(now: int, of_shards: list[list[tuple[bytes, float]]]) -> Late:
    """The runs in entries of indexes, each with how long it is overdue, in seconds."""
    return [
        ((now - due_at) / 1000, due)
        for entries in of_shards
        for member, due_at in entries
        if (due := name_of(member))
    ]


def _drop_nameless(server: Redis, index: str, entries: list[tuple[bytes, float]]) -> None:
    """Removes members that name no run from an index: nobody could ever handle them."""
    nameless = [member for member, _ in entries if name_of(member) is None]
    if nameless:
        get_logger().error("index entries dropped", index=index, entries=len(nameless))
        server.zrem(index, *nameless)


def _leave_queue(server: Redis, names: list[Name]) -> set[Name]:
    """Removes runs that are not pending from the queue: a release without this index has moved them on."""
    with server.pipeline(transaction=False) as pipe:
        for owner, run_id in names:
            pipe.zscore(OwnerKeys(owner).pending, run_id)
        stale = {name for name, score in zip(names, pipe.execute(), strict=True) if score is None}
        for owner, run_id in stale:
            pipe.zrem(OwnerKeys(owner).queue, member_of((owner, run_id)))
        pipe.execute()
    return stale
