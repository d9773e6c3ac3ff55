"""Waiting calls (`Prefer: wait=N`). Each occupies a process of a function while it waits."""

from contextlib import suppress

from milkrun.clients.redis import AnyRedis, on_server_of, redis_errors
from milkrun.errors import DependencyUnavailableError
from milkrun.ids import new_id
from milkrun.jobs.codes import Code
from milkrun.jobs.keys import WAITING_CALLS, member_of
from milkrun.jobs.runner import SharedScript
from milkrun.settings import WaitLimits


class WaitingCalls:
    """Counts the waiting calls of all processes."""

    def __init__(self, redis: AnyRedis, limits: WaitLimits) -> None:
        self._redis = redis
        self._limits = limits
        self._begin = SharedScript(redis, "calls/begin", WAITING_CALLS)

    def begin(self, owner: str, seconds: float) -> str | None:
        """Registers a call that is about to wait for at most `seconds`, in one round trip.

        Returns:
            A name to `end` the call by; None if the limit is reached, or Redis is down.
        """
        call = member_of((owner, new_id()))
        args = (owner, call, round(seconds * 1000), self._limits.calls, self._limits.calls_per_owner)
        try:
            return call if self._begin.run(*args).code is Code.OK else None
        except DependencyUnavailableError:
            return None

    def end(self, call: str) -> None:
        """Frees the place of a call. If Redis is down, the place expires when the call's seconds are over."""
        with suppress(DependencyUnavailableError), redis_errors():
            on_server_of(self._redis, WAITING_CALLS, lambda server: server.zrem(WAITING_CALLS, call))
