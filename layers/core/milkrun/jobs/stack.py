"""Limits how many runs of all owners run at a time, to leave the rest of the concurrency to the API."""

from contextlib import suppress

from milkrun.clients.redis import AnyRedis, on_server_of, redis_errors
from milkrun.errors import DependencyUnavailableError
from milkrun.jobs.codes import Code
from milkrun.jobs.keys import RUNNING_RUNS, Name, member_of, name_of
from milkrun.jobs.runner import SharedScript

_LONGEST_MS = 2 * 930_000
"""Twice the length of an invocation, so that a run keeps its place across a hand-over. If a worker dies, its
run's place is freed when the lease is taken back."""


class RunningRuns:
    """Counts the running runs of all owners, over all processes.

    The count is one key, so on a cluster it is on one server. If that server is down, runs start uncounted.

    Args:
        limit: How many runs may run at a time.
    """

    def __init__(self, redis: AnyRedis, limit: int) -> None:
        self._redis = redis
        self._limit = limit
        self._begin = SharedScript(redis, "stack/begin", *RUNNING_RUNS)
        self._finish = SharedScript(redis, "stack/finish", *RUNNING_RUNS)

    def begin(self, name: Name, *, in_place_of: Name | None = None) -> bool:
        """Takes a place for a run that is about to run, in one round trip.

        Args:
            in_place_of: A run that has a place but does not run. It loses its place.

        Returns:
            Whether the run may run. If not, it is noted as refused, and `finish` returns refused runs first.
        """
        other = member_of(in_place_of) if in_place_of else ""
        try:
            return self._begin.run(member_of(name), _LONGEST_MS, self._limit, other).code is Code.OK
        except DependencyUnavailableError:
            return True

    def finish(self, name: Name, next_run: Name | None = None) -> Name | None:
        """Frees the place of a run.

        Args:
            next_run: The run of its owner whose turn has come.

        Returns:
            The run of any owner whose turn has come; None if none waits. If Redis is down, `next_run`.
        """
        try:
            reply = self._finish.run(member_of(name), member_of(next_run) if next_run else "")
        except DependencyUnavailableError:
            return next_run
        return name_of(reply.payload[0])

    def leave(self, name: Name) -> None:
        """Frees the place of a run without passing on its turn."""
        with suppress(DependencyUnavailableError), redis_errors():
            on_server_of(
                self._redis,
                RUNNING_RUNS[0],
                lambda server: [server.zrem(key, member_of(name)) for key in RUNNING_RUNS],
            )
