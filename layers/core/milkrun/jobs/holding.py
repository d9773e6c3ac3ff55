"""What the worker that holds a run does with it, from the claim to the end or the hand-over."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from milkrun.errors import FieldError, TransitionRefusedError
from milkrun.jobs.codes import Code
from milkrun.jobs.field_errors import to_stored
from milkrun.jobs.keys import Name
from milkrun.jobs.packing import pack, unpack
from milkrun.jobs.run import SCHEMA_VERSION, Run
from milkrun.jobs.runner import Reply
from milkrun.jobs.transitions import Transitions, ms, run_of

_OLDER_RUNS = 3
"""Older runs that a worker tries to claim: other workers may be quicker."""


class Claimed(NamedTuple):
    """A run that this worker holds now, with its body and its best routes so far as they lie in Redis."""

    run: Run
    packed_request: bytes | None
    packed_best: bytes | None

    @property
    def request(self) -> bytes:
        """The body as posted.

        Raises:
            ValueError: It is gone, or cannot be read.
        """
        if self.packed_request is None:
            raise ValueError("There is no request.")
        return unpack(self.packed_request)

    @property
    def best(self) -> bytes | None:
        """The best routes so far as JSON, None if there are none yet.

        Raises:
            ValueError: They cannot be read.
        """
        return unpack(self.packed_best) if self.packed_best else None


class Best(NamedTuple):
    """Routes found: the solution as JSON, its cost, and how many tasks it leaves out."""

    solution: bytes
    cost: int
    unassigned: int


class Holding(Transitions):
    """What a worker does, by the token of its lease."""

    def claim(self, owner: str, run_id: str, token: str) -> Claimed | None:
        """Takes the lease of a pending run, or of an older one that workers were sent for in vain.

        Returns:
            The run; None if its owner has enough running runs, and it waits for its turn.

        Raises:
            RunNotFoundError, TransitionRefusedError: The run is gone, ended, held by another worker, or of a
                newer version; or as many runs of all owners are running as may (`BUSY`).
        """
        name = owner, run_id
        if not self._running.begin(name):
            raise TransitionRefusedError(Code.BUSY)
        name, reply = self._claim_oldest(name, token)
        if reply.code is Code.OK:
            return Claimed(run_of(name, reply), *reply.payload[1:])
        if reply.code is not Code.HELD:  # whose place it is
            self._running.leave(name)
        reply.accepted()
        return None

    def _claim_oldest(self, name: Name, token: str) -> tuple[Name, Reply]:
        reply = self._claim(name, token)
        for _ in range(_OLDER_RUNS):
            if reply.code is not Code.OLDER:
                break
            older = name[0], reply.payload[0].decode()
            reply = self._claim(older, token)
            if reply.code is Code.OK:
                self._running.begin(older, in_place_of=name)
                return older, reply
            reply = self._claim(name, token)
        return name, reply

    def _claim(self, name: Name, token: str) -> Reply:
        policy = self._policy
        return self._scripts.run("claim", name, token, ms(policy.lease), policy.max_running, SCHEMA_VERSION)

    def renew(
        self, owner: str, run_id: str, token: str, *, progress: float, spent_ms: int, best: Best | None
    ) -> bool:
        """Extends the lease and writes what the search has reached; `best` only where it is new.

        Returns:
            Whether the caller has asked the run to stop.

        Raises:
            RunNotFoundError, TransitionRefusedError: The lease is lost.
        """
        reply = self._scripts.run(
            "renew",
            (owner, run_id),
            token,
            ms(self._policy.lease),
            f"{progress:.4f}",
            spent_ms,
            *_stored(best),
        )
        return reply.accepted().code is Code.STOP

    def complete(
        self, owner: str, run_id: str, token: str, *, spent_ms: int, best: Best | None
    ) -> Name | None:
        """Ends a run with its result; one that was stopped before there was any is cancelled.

        It may be called again where its answer was lost, and so may `fail`, `hand_over` and `retry_later`.

        Returns:
            The run whose turn has come: its owner's oldest that waits, or one of any owner that was refused
            because too many were running; None if there is none, or if it is called again.

        Raises:
            RunNotFoundError, TransitionRefusedError: The lease is lost.
        """
        return self._end("complete", (owner, run_id), token, *_stored(best), spent_ms)

    def fail(
        self,
        owner: str,
        run_id: str,
        token: str,
        *,
        code: str,
        detail: str,
        spent_ms: int,
        errors: Sequence[FieldError] = (),
    ) -> Name | None:
        """Ends a run as failed, by these fields of its problem. Returns and raises as `complete`."""
        return self._end("fail", (owner, run_id), token, code, detail, spent_ms, to_stored(errors))

    def _end(self, verb: str, name: Name, *args: str | bytes | int) -> Name | None:
        noted = self._scripts.run(verb, name, *args, wait=True).accepted()
        confirmed = self._confirmer.confirm(name, noted).accepted()
        next_id = confirmed.payload[-1].decode()
        return self.next_after(name, (name[0], next_id) if next_id else None)

    def next_after(self, name: Name, next_run: Name | None = None) -> Name | None:
        """Makes room for another run where one runs no more.

        Args:
            next_run: The run of its owner whose turn has come.

        Returns:
            As `complete`.
        """
        return self._running.finish(name, next_run)

    def hand_over(self, owner: str, run_id: str, token: str, *, spent_ms: int) -> Run | None:
        """Gives the lease up for a successor, which is to be invoked at once.

        Returns:
            The pending run; None if its caller has asked it to stop, and it is to be completed instead.

        Raises:
            RunNotFoundError, TransitionRefusedError: The lease is lost.
        """
        return self._requeue((owner, run_id), token, "hop", self._policy.redispatch, spent_ms)

    def retry_later(self, owner: str, run_id: str, token: str, *, spent_ms: int) -> Run | None:
        """Gives the lease up because a dependency is away, for longer each time. It uses up no attempt.

        Returns and raises as `hand_over`; TransitionRefusedError also where it has been away too long
        (`EXHAUSTED`).
        """
        run = self._requeue((owner, run_id), token, "away", self._policy.retry_away, spent_ms)
        if run is not None:
            self._running.leave((owner, run_id))
        return run

    def _requeue(
        self, name: Name, token: str, kind: Literal["hop", "away"], delay: float, spent_ms: int
    ) -> Run | None:
        policy = self._policy
        reply = self._scripts.run(
            "requeue",
            name,
            token,
            kind,
            ms(delay),
            ms(policy.max_retry_away),
            ms(policy.max_away),
            spent_ms,
        )
        return run_of(name, reply) if reply.accepted().code is Code.OK else None


def _stored(best: Best | None) -> tuple[bytes, int, int]:
    """Routes as scripts take them: packed, their cost, and how many tasks they leave out."""
    return (pack(best.solution), best.cost, best.unassigned) if best else (b"", 0, 0)
