"""A run as Redis holds it, and as a caller sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NotRequired, Self

from typing_extensions import TypedDict  # pydantic cannot read typing's on Python 3.11

from milkrun.errors import FieldError
from milkrun.jobs.field_errors import from_stored
from milkrun.jobs.states import Status
from milkrun.timestamps import timestamp

SCHEMA_VERSION = 1
"""The schema that a worker must know to work on a run. docs/decisions/state-machine.md says when it rises."""


class BrokenRule(TypedDict):
    """A field that breaks a rule.

    Attributes:
        loc: JSONPath of the field.
        message: A sentence about it.
    """

    loc: str
    message: str


class RunError(TypedDict):
    """Why a run failed.

    Attributes:
        code: A stable code, for programs.
        detail: A sentence about the failure.
        errors: The fields of the problem at fault, up to 100; absent if none can be named.
    """

    code: str
    detail: str | None
    errors: NotRequired[list[BrokenRule]]


class RunStatus(TypedDict):
    """The state of a run, as a caller sees it.

    Attributes:
        run_id: A ULID, which sorts by the time of the submit.
        progress: The share of the time limit that is spent, 0 to 1. It moves every second while running,
            never falls, and is 1 once completed.
        error: Why a failed run failed.
        attempt: The number of the current try, from 1. A hand-over does not start a new one.
        hops: Hand-overs from one worker to the next.
        best_cost: The cost of the best routes so far.
        best_unassigned: The tasks that the best routes so far leave out.
        time_limit: The seconds of solving that the problem asked for.
        seconds_spent: Seconds of solving so far.
        stopped_early: Whether the run ended because its caller stopped it.
        correlation_id: The id of the request that submitted the run.
    """

    run_id: str
    status: Status
    progress: float
    error: RunError | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    attempt: int
    hops: int
    best_cost: int | None
    best_unassigned: int | None
    time_limit: float
    seconds_spent: float
    stopped_early: bool
    correlation_id: str


@dataclass(frozen=True)
class Run:
    """The state of one run. Times are milliseconds since the epoch, on Redis's clock.

    Attributes:
        attempt: The number of the current try, from 1. A hand-over does not start a new one.
        hops: Hand-overs to a successor so far.
        chain: Invokes from worker to worker since the last one from outside.
        spent_ms: Milliseconds of solving, over all attempts and hops.
        progress: 0 to 1.
        stop: Whether its caller has asked it to end early.
        errors: The fields of its problem that made it fail.
        key_hash: Hash of its idempotency key, "" without one.
        ended_by: Token of the worker that has ended it, "" if none has.
    """

    run_id: str
    owner: str
    status: Status
    created_at: int
    time_limit_ms: int
    correlation_id: str
    attempt: int
    hops: int
    chain: int
    spent_ms: int
    progress: float
    started_at: int | None = None
    finished_at: int | None = None
    best_cost: int | None = None
    best_unassigned: int | None = None
    error_code: str | None = None
    error_detail: str | None = None
    errors: tuple[FieldError, ...] = ()
    stop: bool = False
    stopped_early: bool = False
    key_hash: str = ""
    ended_by: str = ""

    @classmethod
    def from_fields(cls, owner: str, run_id: str, fields: Mapping[bytes, bytes]) -> Self:
        """Reads the hash of a run.

        Raises:
            KeyError, ValueError: A field is missing, or has a form that this release does not know.
        """

        def number(name: bytes) -> int | None:
            return int(fields[name]) if name in fields else None

        def text(name: bytes) -> str | None:
            return fields[name].decode() if name in fields else None

        return cls(
            run_id=run_id,
            owner=owner,
            status=Status(fields[b"status"].decode()),
            created_at=int(fields[b"created_at"]),
            time_limit_ms=int(fields[b"time_limit_ms"]),
            correlation_id=fields[b"correlation_id"].decode(),
            attempt=int(fields[b"attempt"]),
            hops=int(fields[b"hops"]),
            chain=int(fields[b"chain"]),
            spent_ms=int(fields[b"spent_ms"]),
            progress=float(fields[b"progress"]),
            started_at=number(b"started_at"),
            finished_at=number(b"finished_at"),
            best_cost=number(b"best_cost"),
            best_unassigned=number(b"best_unassigned"),
            error_code=text(b"error_code"),
            error_detail=text(b"error_detail"),
            errors=from_stored(text(b"error_errors") or ""),
            stop=b"stop" in fields,
            stopped_early=b"stopped_early" in fields,
            key_hash=text(b"key_hash") or "",
            ended_by=text(b"ended_by") or "",
        )

    @property
    def remaining_ms(self) -> int:
        """Milliseconds of solving that are left."""
        return max(0, self.time_limit_ms - self.spent_ms)

    def to_status(self) -> RunStatus:
        """The body of `GET /optimize/{run_id}/status`."""
        error = RunError(code=self.error_code, detail=self.error_detail) if self.error_code else None
        if error is not None and self.errors:
            error["errors"] = broken_rules(self.errors)
        return {
            "run_id": self.run_id,
            "status": self.status,
            "progress": round(self.progress, 4),
            "error": error,
            "created_at": _timestamp(self.created_at),
            "started_at": None if self.started_at is None else _timestamp(self.started_at),
            "finished_at": None if self.finished_at is None else _timestamp(self.finished_at),
            "attempt": self.attempt,
            "hops": self.hops,
            "best_cost": self.best_cost,
            "best_unassigned": self.best_unassigned,
            "time_limit": self.time_limit_ms / 1000,
            "seconds_spent": self.spent_ms / 1000,
            "stopped_early": self.stopped_early,
            "correlation_id": self.correlation_id,
        }


def broken_rules(errors: Sequence[FieldError]) -> list[BrokenRule]:
    """The fields at fault, as answers list them."""
    return [{"loc": loc, "message": message} for loc, message in errors]


def _timestamp(ms: int) -> str:
    return timestamp(datetime.fromtimestamp(ms / 1000, UTC))
