"""Transitions by the worker that holds a run, from the claim to the end or the hand-over."""

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
"""How many older runs a worker tries to claim: other workers may be quicker."""


class Claimed(NamedTuple):
    """A run that this worker now holds, with its body and its best routes so far as stored in Redis."""

    run: Run
    packed_request: bytes | None
    packed_best: bytes | None

    @property
    def request(self) -> bytes:
        """The body as posted.

        Raises:
            ValueError: The body is missing or cannot be read.
        """
        if self.packed_request is None:
            raise ValueError("There is no request.")
        return unpack(self.packed_request)

    @property
    def best(self) -> bytes | None:
        """The best routes so far as JSON; None if there are none yet.

        Raises:
            ValueError: They cannot be read.
        """
        return unpack(self.packed_best) if self.packed_best else None


class Best(NamedTuple):
    """The best routes: the solution as JSON, its cost, and how many tasks it leaves unassigned."""

    solution: bytes
    cost: int
    unassigned: int


class Holding(Transitions):
    """Transitions by a worker, which proves by a token that it has the lease."""

    def claim(self, owner: str, run_id: str, token: str) -> Claimed | None:
        """Takes the lease of a pending run, or of an older run of its owner whose workers did not arrive.

        Returns:
            The run; None if its owner has enough running runs, so that it waits for its turn.

        Raises:
            RunNotFoundError, TransitionRefusedError: The run is gone, ended, held by another worker, or of a
                newer version; or the limit of running runs of all owners is reached (`BUSY`).
        """
        name = owner, run_id
        if not self._running.begin(name):
            raise TransitionRefusedError(Code.BUSY)
        name, reply = self._claim_oldest(name, token)
        if reply.code is Code.OK:
            return Claimed(run_of(name, reply), *reply.payload[1:])
        if reply.code is not Code.HELD:  # its holder needs the place
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
        """Extends the lease and stores the progress of the search; `best` only if it is new.

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
        """Ends a run with its result. A run that was stopped before it had one is cancelled.

        It is safe to repeat if its answer was lost. So are `fail`, `hand_over` and `retry_later`.

        Returns:
            The run whose turn has come: the oldest waiting run of the same owner, or a run of any owner that
                was refused because too many were running. None if there is none, or the call is repeated.

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
        """Ends a run as failed; `errors` names the fields at fault. Returns and raises as `complete`."""
        return self._end("fail", (owner, run_id), token, code, detail, spent_ms, to_stored(errors))

    def _end(self, verb: str, name: Name, *args: str | bytes | int) -> Name | None:
        noted = self._scripts.run(verb, name, *args, wait=True).accepted()
        confirmed = self._confirmer.confirm(name, noted).accepted()
        next_id = confirmed.payload[-1].decode()
        return self.next_after(name, (name[0], next_id) if next_id else None)

    def next_after(self, name: Name, next_run: Name | None = None) -> Name | None:
        """Frees the place of a run that no longer runs.

        Args:
            next_run: The run of its owner whose turn has come.

        Returns:
            As `complete`.
        """
        return self._running.finish(name, next_run)

    def hand_over(self, owner: str, run_id: str, token: str, *, spent_ms: int) -> Run | None:
        """Gives up the lease to a successor, which is to be invoked at once.

        Returns:
            The pending run; None if it was asked to stop, so that it is to be completed instead.

        Raises:
            RunNotFoundError, TransitionRefusedError: The lease is lost.
        """
        return self._requeue((owner, run_id), token, "hop", self._policy.redispatch, spent_ms)

    def retry_later(self, owner: str, run_id: str, token: str, *, spent_ms: int) -> Run | None:
        """Gives up the lease because a dependency is down. The wait grows each time; no attempt is used up.

        Returns and raises as `hand_over`; also raises TransitionRefusedError if the dependency has been down
        too long (`EXHAUSTED`).
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
    """Routes as scripts take them: packed, their cost, and how many tasks they leave unassigned."""
    return (pack(best.solution), best.cost, best.unassigned) if best else (b"", 0, 0)
