"""Calls that hold their answer back (`Prefer: wait=N`): each takes a process of a function for as long."""

from contextlib import suppress

from milkrun.clients.redis import AnyRedis, on_server_of, redis_errors
from milkrun.errors import DependencyUnavailableError
from milkrun.ids import new_id
from milkrun.jobs.codes import Code
from milkrun.jobs.keys import WAITING_CALLS, member_of
from milkrun.jobs.runner import SharedScript
from milkrun.settings import WaitLimits


class WaitingCalls:
    """Counts the calls that wait, over all processes. A call that does not wait has nothing to do with it."""

    def __init__(self, redis: AnyRedis, limits: WaitLimits) -> None:
        self._redis = redis
        self._limits = limits
        self._begin = SharedScript(redis, "calls/begin", WAITING_CALLS)

    def begin(self, owner: str, seconds: float) -> str | None:
        """Notes a call that is about to wait, for so long at the most; one round trip.

        Returns:
            What to `end` it by; None where enough calls wait, or it cannot be known how many do.
        """
        call = member_of((owner, new_id()))
        args = (owner, call, round(seconds * 1000), self._limits.calls, self._limits.calls_per_owner)
        try:
            return call if self._begin.run(*args).code is Code.OK else None
        except DependencyUnavailableError:
            return None

    def end(self, call: str) -> None:
        """Makes room for another call. One that cannot be ended ends by itself when its seconds are over."""
        with suppress(DependencyUnavailableError), redis_errors():
            on_server_of(self._redis, WAITING_CALLS, lambda server: server.zrem(WAITING_CALLS, call))
