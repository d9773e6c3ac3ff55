"""The state machine of runs: one typed method per transition, each one script and one round trip."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from milkrun.clients.redis import AnyRedis
from milkrun.errors import (
    DependencyUnavailableError,
    FieldError,
    RunNotFoundError,
    TooManyBytesError,
    TooManySubmitsError,
    TransitionRefusedError,
)
from milkrun.jobs.codes import Code
from milkrun.jobs.confirmer import Confirmer, too_few_replicas
from milkrun.jobs.field_errors import to_stored
from milkrun.jobs.keys import Name, OwnerKeys, former_name
from milkrun.jobs.packing import pack, unpack
from milkrun.jobs.run import SCHEMA_VERSION, Run
from milkrun.jobs.runner import Reply, ScriptRunner
from milkrun.jobs.stack import RunningRuns
from milkrun.settings import JobPolicy

_RELEASED_AT_ONCE = 1_000
"""Runs whose bytes one script gives back to their owner."""
_OLDER_RUNS = 3
"""Older runs that a worker tries to claim: other workers may be quicker."""

T = TypeVar("T")


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
    """

    run: Run
    replayed: bool
    waits: bool


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
    """Moves runs from state to state. Every method raises DependencyUnavailableError where Redis is away.

    Those that store, end or erase a run wait for its replicas, and raise it where these are too few. A run
    that is stored is then not there; of one that ends or is erased that is noted, and it is so once they are
    back. They may be called again.
    """

    def __init__(self, redis: AnyRedis, policy: JobPolicy) -> None:
        self._policy = policy
        self._scripts = ScriptRunner(redis, policy)
        self._confirmer = Confirmer(redis, policy)
        self._running = RunningRuns(redis, policy.max_running_of_all)

    def submit(self, submission: Submission) -> Submitted:
        """Stores a new run, or finds the one that its idempotency key has.

        Raises:
            TooManyPendingRunsError, TooManyBytesError, TooManySubmitsError, IdempotencyKeyReusedError: It was
                refused; nothing was written.
        """
        key_hash = fingerprint = ""
        if submission.idempotency_key is not None:
            key_hash = _digest(submission.idempotency_key.encode())
            fingerprint = _digest(submission.request)
        policy, name = self._policy, (submission.owner, submission.run_id)
        reply = self._scripts.run(
            "submit",
            name,
            fingerprint,
            key_hash,
            policy.max_pending,
            policy.max_running,
            policy.max_bytes,
            policy.max_submits,
            _ms(policy.redispatch),
            SCHEMA_VERSION,
            submission.correlation_id,
            submission.time_limit_ms,
            pack(submission.request),
            keys=_idempotency_keys(name, key_hash),
            wait=True,
        )
        _check_limits(reply, policy)
        reply.accepted()
        if reply.code is Code.UNCONFIRMED:
            name = (reply.payload[1].decode(), reply.payload[0].decode())
            reply = self._confirm_submit(name, reply)
        if not reply.durable:
            raise too_few_replicas()
        if reply.code is Code.REPLAYED:
            name = (reply.payload[2].decode(), reply.payload[1].decode())
        return Submitted(
            _run(name, reply.payload[0]),
            replayed=reply.code is Code.REPLAYED,
            waits=reply.code is Code.WAITING,
        )

    def _confirm_submit(self, name: Name, written: Reply) -> Reply:
        """Lets a run be seen once its replicas have it, and waits until they know that too.

        Where they do not, it is taken back: no worker may start what nobody was told of.
        """
        if written.durable:
            confirmed = self._confirmer.confirm(name, written, wait=True).accepted()
            if confirmed.durable:
                return confirmed
        self._scripts.run("withdraw", name)
        raise too_few_replicas()

    def dispatch(self, owner: str, run_id: str, *, early: bool = False, chain: int = 0) -> Run | None:
        """Notes that the run's worker is about to be invoked.

        Args:
            early: Dispatch it although it is not due yet.
            chain: Invokes from worker to worker that lead here.

        Returns:
            The run to invoke a worker for, or one that has now ended; None if it waits for its turn.

        Raises:
            RunNotFoundError, TransitionRefusedError: There is nothing to dispatch.
        """
        name = owner, run_id
        return self._dispatched(name, self._scripts.run("dispatch", name, *self._of_dispatch(early, chain)))

    def dispatch_each(self, names: Sequence[Name]) -> dict[Name, Run | Exception | None]:
        """As `dispatch`, in a pipeline for each server: results, or what is raised."""
        replies = self._scripts.run_each("dispatch", names, *self._of_dispatch(False, 0))
        return _each(replies, self._dispatched)

    def _of_dispatch(self, early: bool, chain: int) -> tuple[int, ...]:
        policy = self._policy
        return (
            int(early),
            chain,
            _ms(policy.redispatch),
            _ms(policy.max_redispatch),
            _ms(policy.max_unstarted),
            policy.max_running,
        )

    def _dispatched(self, name: Name, reply: Reply) -> Run | None:
        reply = self._settled(name, reply.accepted())
        return None if reply.code is Code.WAITING else _run(name, reply.payload[0])

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
            flat, *packed = reply.payload
            return Claimed(_run(name, flat), *packed)
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
        return self._scripts.run("claim", name, token, _ms(policy.lease), policy.max_running, SCHEMA_VERSION)

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
            _ms(self._policy.lease),
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

    def _requeue(self, name: Name, token: str, kind: str, delay: float, spent_ms: int) -> Run | None:
        policy = self._policy
        reply = self._scripts.run(
            "requeue",
            name,
            token,
            kind,
            _ms(delay),
            _ms(policy.max_retry_away),
            _ms(policy.max_away),
            spent_ms,
        )
        return _run(name, reply.payload[0]) if reply.accepted().code is Code.OK else None

    def expire(self, owner: str, run_id: str) -> Run:
        """Takes a lapsed lease back, or lets a run end whose worker did not come to confirm its end.

        Returns:
            The run, pending again or ended now.

        Raises:
            RunNotFoundError, TransitionRefusedError: Its lease has not lapsed.
        """
        name = owner, run_id
        return self._expired(name, self._scripts.run("expire", name, self._policy.max_attempts))

    def expire_each(self, names: Sequence[Name]) -> dict[Name, Run | Exception]:
        """As `expire`, in a pipeline for each server: results, or what is raised."""
        replies = self._scripts.run_each("expire", names, self._policy.max_attempts)
        return _each(replies, self._expired)

    def _expired(self, name: Name, reply: Reply) -> Run:
        run = _run(name, self._settled(name, reply.accepted()).payload[0])
        self._running.leave(name)
        return run

    def cancel(self, owner: str, run_id: str) -> Run:
        """Asks a run to end early. An ended run stays as it is.

        Raises:
            RunNotFoundError: The owner has no such run.
        """
        return _under_its_name(owner, lambda name: self._cancel((name, run_id)))

    def _cancel(self, name: Name) -> Run:
        reply = self._scripts.run("cancel", name).accepted(Code.ENDED)
        return _run(name, self._settled(name, reply).payload[0])

    def erase(self, owner: str, run_id: str) -> None:
        """Deletes a run and all its data.

        Raises:
            RunNotFoundError: The owner has no such run.
        """
        _under_its_name(owner, lambda name: self._erase((name, run_id)))

    def _erase(self, name: Name) -> None:
        marked = self._scripts.run("erase", name, wait=True).accepted()
        self._confirmer.confirm(name, marked, key_hash=marked.payload[0].decode())

    def release(self, owner: str) -> None:
        """Gives an owner back the bytes of runs whose time is up."""
        self._scripts.run("release", (owner, ""), _RELEASED_AT_ONCE)

    def _settled(self, name: Name, reply: Reply) -> Reply:
        """The reply, or what comes of it once it is confirmed."""
        return self._confirmer.settle(name).accepted() if reply.code is Code.UNCONFIRMED else reply


def _idempotency_keys(name: Name, key_hash: str) -> list[str]:
    """The key under both names of the owner; the run's own where there is none."""
    owner, run_id = name
    if not key_hash:
        return [OwnerKeys(owner).run(run_id)] * 2
    return [OwnerKeys(each).idempotency(key_hash) for each in (owner, former_name(owner) or owner)]


def _check_limits(reply: Reply, policy: JobPolicy) -> None:
    if reply.code is Code.BYTES_LIMIT:
        raise TooManyBytesError(used=int(reply.payload[0]), allowed=policy.max_bytes)
    if reply.code is Code.RATE_LIMIT:
        raise TooManySubmitsError(allowed=policy.max_submits, again_ms=int(reply.payload[0]))


def _under_its_name(owner: str, call: Callable[[str], T]) -> T:
    """Calls under the owner's name, and where there is no such run under the one before."""
    try:
        return call(owner)
    except RunNotFoundError:
        before = former_name(owner)
        if before is None:
            raise
        return call(before)


def _each(
    replies: Mapping[Name, Reply | Exception], read: Callable[[Name, Reply], T]
) -> dict[Name, T | Exception]:
    """What is read of each reply, or what is raised. Once replicas are away, no other run waits for them."""
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
            except Exception as error:  # of one run, which is to keep back no other
                found[name] = error
    return found


def _stored(best: Best | None) -> tuple[bytes, int, int]:
    """Routes as scripts take them: packed, their cost, and how many tasks they leave out."""
    return (pack(best.solution), best.cost, best.unassigned) if best else (b"", 0, 0)


def _run(name: Name, flat: list[bytes]) -> Run:
    return Run.from_fields(*name, dict(zip(flat[::2], flat[1::2], strict=True)))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
