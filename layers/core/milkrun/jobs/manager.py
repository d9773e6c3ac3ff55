"""The state machine of runs: one typed method per transition, each one script and one round trip."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from milkrun.clients.redis import AnyRedis, on_server_of, redis_errors
from milkrun.errors import (
    FieldError,
    IdempotencyKeyReusedError,
    MilkrunError,
    RunNotFoundError,
    TooManyPendingRunsError,
    TransitionRefusedError,
)
from milkrun.jobs.codes import Code
from milkrun.jobs.field_errors import to_stored
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.packing import pack, unpack
from milkrun.jobs.run import SCHEMA_VERSION, Run
from milkrun.jobs.scripts import VERBS, Script
from milkrun.settings import JobPolicy

_DAY_MS = 86_400_000
_KEY_MARGIN_DAYS = 30
"""An idempotency key, which only a submit sets, outlives a run that waits and solves no longer than this,
less by how many days JOB_TTL_DAYS is raised meanwhile. One that dangles counts as absent."""
_WAIT_MS = 1_000

_REFUSALS: dict[Code, type[MilkrunError]] = {
    Code.NOT_FOUND: RunNotFoundError,
    Code.PENDING_LIMIT: TooManyPendingRunsError,
    Code.KEY_REUSED: IdempotencyKeyReusedError,
}
_DETAILS: dict[Code, str] = {
    Code.NOT_FOUND: "There is no such run.",
    Code.PENDING_LIMIT: "Too many of your runs are waiting; try again when some have ended.",
    Code.KEY_REUSED: "This idempotency key was used with another body.",
}


class Submission(NamedTuple):
    """What a caller hands in: `request` is the body as posted, `time_limit_ms` what it asks for."""

    owner: str
    run_id: str
    request: bytes
    time_limit_ms: int
    correlation_id: str
    idempotency_key: str | None = None


class Submitted(NamedTuple):
    """The run of a submission.

    Attributes:
        replayed: Its idempotency key had it already.
        waits: It waits for its turn: no worker is to be invoked until another run of its owner ends.
        durable: Enough replicas have it.
    """

    run: Run
    replayed: bool
    waits: bool
    durable: bool


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


class JobStateManager:
    """Moves runs from state to state. Every method raises DependencyUnavailableError where Redis is away."""

    def __init__(self, redis: AnyRedis, policy: JobPolicy) -> None:
        self._redis = redis
        self._policy = policy
        self._ttl_ms = policy.ttl_days * _DAY_MS
        self._scripts = {verb: Script(verb) for verb in VERBS}

    def submit(self, submission: Submission) -> Submitted:
        """Stores a new run, or finds the one that its idempotency key has.

        Raises:
            TooManyPendingRunsError, IdempotencyKeyReusedError: It was refused; nothing was written.
        """
        keys = OwnerKeys(submission.owner)
        key_hash = fingerprint = ""
        if submission.idempotency_key is not None:
            key_hash = _digest(submission.idempotency_key.encode())
            fingerprint = _digest(submission.request)
        code, payload, durable = self._run_script(
            "submit",
            submission.owner,
            submission.run_id,
            fingerprint,
            key_hash,
            self._ttl_ms + _KEY_MARGIN_DAYS * _DAY_MS,
            self._policy.max_pending,
            self._policy.max_running,
            _ms(self._policy.redispatch),
            SCHEMA_VERSION,
            submission.correlation_id,
            submission.time_limit_ms,
            pack(submission.request),
            extra_key=keys.idempotency(key_hash) if key_hash else keys.run(submission.run_id),
            replicas=self._policy.min_replicas,
        )
        replayed = code is Code.REPLAYED
        run_id = payload[1].decode() if replayed else submission.run_id
        run = _run(submission.owner, run_id, payload[0])
        return Submitted(run, replayed, waits=code is Code.WAITING, durable=durable)

    def dispatch(self, owner: str, run_id: str, *, early: bool = False, chain: int = 0) -> Run | None:
        """Notes that the run's worker is about to be invoked.

        Args:
            early: Dispatch it although it is not due yet.
            chain: Invokes from worker to worker that lead here.

        Returns:
            The run to invoke a worker for, or one that has now failed; None if it waits for its turn.

        Raises:
            RunNotFoundError, TransitionRefusedError: There is nothing to dispatch.
        """
        code, payload = self._call(
            "dispatch",
            owner,
            run_id,
            int(early),
            chain,
            _ms(self._policy.redispatch),
            _ms(self._policy.max_redispatch),
            _ms(self._policy.max_unstarted),
            self._policy.max_running,
            self._ttl_ms,
        )
        return None if code is Code.WAITING else _run(owner, run_id, payload[0])

    def claim(self, owner: str, run_id: str, token: str) -> Claimed | None:
        """Takes the lease of a pending run.

        Returns:
            The run; None if its owner has enough running runs, and it waits for its turn.

        Raises:
            RunNotFoundError, TransitionRefusedError: The run is gone, ended, held by another worker, or of a
                newer version.
        """
        policy = self._policy
        code, payload = self._call(
            "claim", owner, run_id, token, _ms(policy.lease), policy.max_running, SCHEMA_VERSION
        )
        if code is Code.WAITING:
            return None
        return Claimed(_run(owner, run_id, payload[0]), *payload[1:])

    def renew(
        self, owner: str, run_id: str, token: str, *, progress: float, spent_ms: int, best: Best | None
    ) -> bool:
        """Extends the lease and writes what the search has reached; `best` only where it is new.

        Returns:
            Whether the caller has asked the run to stop.

        Raises:
            RunNotFoundError, TransitionRefusedError: The lease is lost.
        """
        code, _ = self._call(
            "renew",
            owner,
            run_id,
            token,
            _ms(self._policy.lease),
            f"{progress:.4f}",
            spent_ms,
            pack(best.solution) if best else b"",
            best.cost if best else 0,
            best.unassigned if best else 0,
        )
        return code is Code.STOP

    def complete(
        self, owner: str, run_id: str, token: str, *, spent_ms: int, best: Best | None
    ) -> str | None:
        """Ends a run with its result; one that was stopped before there was any is cancelled.

        It may be called again where its answer was lost, and so may `fail`, `hand_over` and `retry_later`.

        Returns:
            The owner's oldest run that waits for its turn, which has now come; None if it is called again.

        Raises:
            RunNotFoundError, TransitionRefusedError: The lease is lost.
        """
        _, payload = self._call(
            "complete",
            owner,
            run_id,
            token,
            pack(best.solution) if best else b"",
            best.cost if best else 0,
            best.unassigned if best else 0,
            spent_ms,
            self._ttl_ms,
        )
        return _next(payload)

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
    ) -> str | None:
        """Ends a run as failed, by these fields of its problem. Returns and raises as `complete`."""
        _, payload = self._call(
            "fail", owner, run_id, token, code, detail, spent_ms, self._ttl_ms, to_stored(errors)
        )
        return _next(payload)

    def hand_over(self, owner: str, run_id: str, token: str, *, spent_ms: int) -> Run | None:
        """Gives the lease up for a successor, which is to be invoked at once.

        Returns:
            The pending run; None if its caller has asked it to stop, and it is to be completed instead.

        Raises:
            RunNotFoundError, TransitionRefusedError: The lease is lost.
        """
        return self._requeue(owner, run_id, token, "hop", self._policy.redispatch, spent_ms)

    def retry_later(self, owner: str, run_id: str, token: str, *, delay: float, spent_ms: int) -> Run | None:
        """Gives the lease up for `delay` seconds, because a dependency is away: one attempt is used.

        Returns and raises as `hand_over`; TransitionRefusedError also where no attempt is left (`EXHAUSTED`).
        """
        return self._requeue(owner, run_id, token, "attempt", delay, spent_ms)

    def _requeue(
        self, owner: str, run_id: str, token: str, kind: str, delay: float, spent_ms: int
    ) -> Run | None:
        code, payload = self._call(
            "requeue", owner, run_id, token, kind, _ms(delay), self._policy.max_attempts, spent_ms
        )
        return _run(owner, run_id, payload[0]) if code is Code.OK else None

    def expire(self, owner: str, run_id: str) -> Run:
        """Takes a lapsed lease back.

        Returns:
            The run, pending again or ended now.

        Raises:
            RunNotFoundError, TransitionRefusedError: Its lease has not lapsed.
        """
        _, payload = self._call("expire", owner, run_id, self._policy.max_attempts, self._ttl_ms)
        return _run(owner, run_id, payload[0])

    def cancel(self, owner: str, run_id: str) -> Run:
        """Asks a run to end early. An ended run stays as it is.

        Raises:
            RunNotFoundError: The owner has no such run.
        """
        _, payload = self._call("cancel", owner, run_id, self._ttl_ms, allowed=frozenset({Code.ENDED}))
        return _run(owner, run_id, payload[0])

    def erase(self, owner: str, run_id: str) -> None:
        """Deletes a run and all its data.

        Raises:
            RunNotFoundError: The owner has no such run.
        """
        keys = OwnerKeys(owner)
        run = keys.run(run_id)
        with redis_errors():
            held = on_server_of(self._redis, run, lambda server: server.hget(run, "key_hash"))
        key_hash = cast(bytes | None, held)
        idempotency = keys.idempotency(key_hash.decode()) if key_hash else run
        self._call("erase", owner, run_id, extra_key=idempotency)

    def _call(
        self,
        verb: str,
        owner: str,
        run_id: str,
        *args: str | bytes | int,
        extra_key: str | None = None,
        allowed: frozenset[Code] = frozenset(),
    ) -> tuple[Code, list[Any]]:
        code, payload, _ = self._run_script(
            verb, owner, run_id, *args, extra_key=extra_key, allowed=allowed, replicas=0
        )
        return code, payload

    def _run_script(
        self,
        verb: str,
        owner: str,
        run_id: str,
        *args: str | bytes | int,
        extra_key: str | None,
        replicas: int,
        allowed: frozenset[Code] = frozenset(),
    ) -> tuple[Code, list[Any], bool]:
        """The code, what follows it, and whether so many replicas have what was written."""
        keys = OwnerKeys(owner).of_run(run_id) + ([extra_key] if extra_key else [])
        script, all_args = self._scripts[verb], (run_id, f"{owner}:{run_id}", *args)
        with redis_errors():
            reply, durable = on_server_of(
                self._redis,
                keys[0],
                lambda server: script.run(server, keys, all_args, wait=(replicas, _WAIT_MS)),
            )
        code = Code(reply[0])
        if code < 0 and code not in allowed:
            error = _REFUSALS.get(code)
            raise error(_DETAILS[code]) if error else TransitionRefusedError(code.name)
        return code, reply[1:], durable


def _run(owner: str, run_id: str, flat: list[bytes]) -> Run:
    return Run.from_fields(owner, run_id, dict(zip(flat[::2], flat[1::2], strict=True)))


def _next(payload: list[Any]) -> str | None:
    return payload[0].decode() or None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
