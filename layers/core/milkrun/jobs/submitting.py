"""The transition that stores a new run."""

import hashlib
from typing import NamedTuple

from milkrun.errors import TooManyBytesError, TooManyPendingRunsError, TooManySubmitsError
from milkrun.jobs.codes import Code
from milkrun.jobs.confirmer import too_few_replicas
from milkrun.jobs.keys import Name, OwnerKeys, former_name
from milkrun.jobs.packing import pack
from milkrun.jobs.run import SCHEMA_VERSION, Run
from milkrun.jobs.runner import Reply
from milkrun.jobs.transitions import Transitions, ms, run_of
from milkrun.settings import JobPolicy


class Submission(NamedTuple):
    """A problem to submit: `request` is the body as posted, `time_limit_ms` the time limit in it."""

    owner: str
    run_id: str
    request: bytes
    time_limit_ms: int
    correlation_id: str
    idempotency_key: str | None = None


class Submitted(NamedTuple):
    """The run of a submission.

    Attributes:
        replayed: Whether its idempotency key had the run already.
        waits: Whether it waits for its turn. Its worker is invoked when another run of its owner ends.
    """

    run: Run
    replayed: bool
    waits: bool


class Submitting(Transitions):
    """The transition that stores a new run."""

    def submit(self, submission: Submission) -> Submitted:
        """Stores a new run, or finds the earlier run of its idempotency key.

        Raises:
            TooManyPendingRunsError, TooManyBytesError, TooManySubmitsError, IdempotencyKeyReusedError: The
                run was refused; nothing was written.
        """
        key_hash, fingerprint = _hashes(submission)
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
            ms(policy.redispatch),
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
            run_of(name, reply),
            replayed=reply.code is Code.REPLAYED,
            waits=reply.code is Code.WAITING,
        )

    def _confirm_submit(self, name: Name, written: Reply) -> Reply:
        """Makes a run visible once its replicas have it, and waits for them to have the confirmation too.

        If too few have either, the run is withdrawn. Its caller is told that it failed, so no worker may
        start it.
        """
        if written.durable:
            confirmed = self._confirmer.confirm(name, written, wait=True).accepted()
            if confirmed.durable:
                return confirmed
        self._scripts.run("withdraw", name)
        raise too_few_replicas()


def _hashes(submission: Submission) -> tuple[str, str]:
    """The hashes of the idempotency key and of the body; both empty without a key."""
    if submission.idempotency_key is None:
        return "", ""
    return _digest(submission.idempotency_key.encode()), _digest(submission.request)


def _idempotency_keys(name: Name, key_hash: str) -> list[str]:
    """The idempotency key under both names of the owner; without one, the run's own key twice."""
    owner, run_id = name
    if not key_hash:
        return [OwnerKeys(owner).run(run_id)] * 2
    return [OwnerKeys(each).idempotency(key_hash) for each in (owner, former_name(owner) or owner)]


def _check_limits(reply: Reply, policy: JobPolicy) -> None:
    if reply.code is Code.PENDING_LIMIT:
        raise TooManyPendingRunsError(
            f"You have reached the limit of {policy.max_pending:,} pending runs. "
            "Try again when some of them have started."
        )
    if reply.code is Code.BYTES_LIMIT:
        raise TooManyBytesError(used=int(reply.payload[0]), allowed=policy.max_bytes)
    if reply.code is Code.RATE_LIMIT:
        raise TooManySubmitsError(allowed=policy.max_submits, again_ms=int(reply.payload[0]))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
