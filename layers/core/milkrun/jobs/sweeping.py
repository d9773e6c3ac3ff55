"""Transitions for runs that no worker holds: dispatches those that are due, and takes back lapsed leases."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from milkrun.errors import DependencyUnavailableError
from milkrun.jobs.codes import Code
from milkrun.jobs.keys import Name
from milkrun.jobs.run import Run
from milkrun.jobs.runner import Reply
from milkrun.jobs.transitions import Transitions, ms, run_of

_RELEASED_AT_ONCE = 1_000
"""How many runs' bytes one script releases."""

T = TypeVar("T")


class Sweeping(Transitions):
    """Transitions by the sweeper, and by a worker that passes its turn on."""

    def dispatch(self, owner: str, run_id: str, *, early: bool = False, chain: int = 0) -> Run | None:
        """Notes that the run's worker is about to be invoked.

        Args:
            early: Dispatch the run even if it is not due yet.
            chain: The length of the chain of invokes from worker to worker.

        Returns:
            The run to invoke a worker for, or one that has now ended; None if it waits for its turn.

        Raises:
            RunNotFoundError, TransitionRefusedError: There is nothing to dispatch.
        """
        name = owner, run_id
        return self._dispatched(name, self._scripts.run("dispatch", name, *self._of_dispatch(early, chain)))

    def dispatch_each(self, names: Sequence[Name]) -> dict[Name, Run | Exception | None]:
        """As `dispatch` for each run, in one pipeline per server. Returns results or errors."""
        replies = self._scripts.run_each("dispatch", names, *self._of_dispatch(False, 0))
        return _each(replies, self._dispatched)

    def _of_dispatch(self, early: bool, chain: int) -> tuple[int, ...]:
        policy = self._policy
        return (
            int(early),
            chain,
            ms(policy.redispatch),
            ms(policy.max_redispatch),
            ms(policy.max_unstarted),
            policy.max_running,
        )

    def _dispatched(self, name: Name, reply: Reply) -> Run | None:
        reply = self._settled(name, reply.accepted())
        return None if reply.code is Code.WAITING else run_of(name, reply)

    def expire(self, owner: str, run_id: str) -> Run:
        """Takes back a lapsed lease, or confirms the end of a run if its worker did not.

        Returns:
            The run, which is pending again or has ended.

        Raises:
            RunNotFoundError, TransitionRefusedError: Its lease has not lapsed.
        """
        name = owner, run_id
        return self._expired(name, self._scripts.run("expire", name, self._policy.max_attempts))

    def expire_each(self, names: Sequence[Name]) -> dict[Name, Run | Exception]:
        """As `expire` for each run, in one pipeline per server. Returns results or errors."""
        replies = self._scripts.run_each("expire", names, self._policy.max_attempts)
        return _each(replies, self._expired)

    def _expired(self, name: Name, reply: Reply) -> Run:
        run = run_of(name, self._settled(name, reply.accepted()))
        self._running.leave(name)
        return run

    def release(self, owner: str) -> None:
        """Releases the bytes of an owner's expired runs."""
        self._scripts.run("release", (owner, ""), _RELEASED_AT_ONCE)


def _each(
    replies: Mapping[Name, Reply | Exception], read: Callable[[Name, Reply], T]
) -> dict[Name, T | Exception]:
    """Reads each reply. Returns results or errors. Once replicas are down, no other run waits for them."""
    found: dict[Name, T | Exception] = {}
    away: DependencyUnavailableError | None = None
    for name, reply in replies.items():
        if isinstance(reply, Exception):
            found[name] = reply
        elif away is not None and reply.code is Code.UNCONFIRMED:
            found[name] = away
        else:
            try:
                found[name] = read(name, reply)
            except DependencyUnavailableError as error:
                found[name] = away = error
            except Exception as error:  # one run must not hold up the others
                found[name] = error
    return found
