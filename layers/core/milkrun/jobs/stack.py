"""How many runs of all owners may run at a time: the rest of the concurrency is left to the API."""

from contextlib import suppress

from milkrun.clients.redis import AnyRedis, on_server_of, redis_errors
from milkrun.errors import DependencyUnavailableError
from milkrun.jobs.codes import Code
from milkrun.jobs.keys import RUNNING_RUNS, Name, member_of, name_of
from milkrun.jobs.runner import SharedScript

_LONGEST_MS = 2 * 930_000
"""Twice what an invocation lasts, so that a hand-over keeps its place. That of a worker that dies is free
when its lease is taken back."""


class RunningRuns:
    """Counts the running runs of all owners, over all processes.

    The count is one key, on a cluster on one server: where that is away, a run is let through uncounted.

    Args:
        limit: How many may run.
    """

    def __init__(self, redis: AnyRedis, limit: int) -> None:
        self._redis = redis
        self._limit = limit
        self._begin = SharedScript(redis, "stack/begin", *RUNNING_RUNS)
        self._finish = SharedScript(redis, "stack/finish", *RUNNING_RUNS)

    def begin(self, name: Name, *, in_place_of: Name | None = None) -> bool:
        """Notes a run that is about to run; one round trip.

        Args:
            in_place_of: A run that has been noted and does not run.

        Returns:
            Whether it may run. Where it may not, it is the first to be told of when another one finishes.
        """
        other = member_of(in_place_of) if in_place_of else ""
        try:
            return self._begin.run(member_of(name), _LONGEST_MS, self._limit, other).code is Code.OK
        except DependencyUnavailableError:
            return True

    def finish(self, name: Name, next_run: Name | None = None) -> Name | None:
        """Notes that a run does not run any more.

        Args:
            next_run: The run of its owner whose turn has come.

        Returns:
            The run whose turn has come, of whichever owner; None if nobody waits. Where it cannot be told
            that is `next_run`.
        """
        try:
            reply = self._finish.run(member_of(name), member_of(next_run) if next_run else "")
        except DependencyUnavailableError:
            return next_run
        return name_of(reply.payload[0])

    def leave(self, name: Name) -> None:
        """Notes that a run does not run, where its place is left to whoever comes."""
        with suppress(DependencyUnavailableError), redis_errors():
            on_server_of(
                self._redis,
                RUNNING_RUNS[0],
                lambda server: [server.zrem(key, member_of(name)) for key in RUNNING_RUNS],
            )
