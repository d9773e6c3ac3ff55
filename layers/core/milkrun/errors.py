"""All errors of Milkrun.

MilkrunError
├── RequestError                      the caller can fix it
│   ├── UnauthenticatedError
│   ├── InvalidJsonError
│   ├── InvalidProblemError           with the JSON path of every broken rule
│   ├── InvalidParameterError         a query parameter or a header
│   ├── BodyTooLargeError
│   ├── TooManyLocationsError
│   ├── TooManyVehiclesError
│   ├── MatrixTooLargeError
│   ├── IdempotencyKeyReusedError
│   ├── TooManyPendingRunsError
│   ├── TooManyBytesError
│   └── TooManySubmitsError           with the time to try again
├── RunStateError                     the run is missing, or has no result to give
│   ├── RunNotFoundError
│   ├── RunFailedError                carries the run's own error code
│   ├── RunCancelledError
│   └── ResultTooLargeError           for a response; as gzip it may fit
├── DependencyUnavailableError        Redis or Neo4j is down
├── CredentialsUnavailableError       AWS gave none, or not the secret with them
├── TransitionRefusedError            a script refused; the run is unchanged
└── SolveError                        the problem cannot be solved; ends its run as failed
    └── NetworkNotFoundError

Each has a stable `code`. `milkrun.http.problems` maps them to HTTP.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from milkrun.dependencies import spelled, why_down


class FieldError(NamedTuple):
    """One broken rule: the JSON path of the field and a sentence about it."""

    loc: str
    message: str


class MilkrunError(Exception):
    """Base of all errors.

    Attributes:
        detail: A sentence that a caller may read.
        errors: The fields at fault, if they can be named.
    """

    code: str = "internal_error"
    errors: tuple[FieldError, ...] = ()

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class RequestError(MilkrunError):
    """The request is at fault."""

    code = "invalid_request"


class UnauthenticatedError(RequestError):
    code = "unauthenticated"


class InvalidJsonError(RequestError):
    code = "invalid_json"


class InvalidProblemError(RequestError):
    """The problem breaks rules.

    Args:
        are_all: Whether these are all of them; False if the search for them ended early.
    """

    code = "invalid_problem"

    def __init__(self, errors: Sequence[FieldError], *, are_all: bool = True) -> None:
        first, others = errors[0], len(errors) - 1
        least = "" if are_all else "at least "
        more = f" (and {least}{others} more {'error' if others == 1 else 'errors'})" if others else ""
        super().__init__(f"{first.loc}: {first.message}{more}.")
        self.errors = tuple(errors)


class InvalidParameterError(RequestError):
    code = "invalid_parameter"


class BodyTooLargeError(RequestError):
    code = "body_too_large"


class TooManyLocationsError(RequestError):
    code = "too_many_locations"


class TooManyVehiclesError(RequestError):
    code = "too_many_vehicles"


class MatrixTooLargeError(RequestError):
    code = "matrix_too_large"


class IdempotencyKeyReusedError(RequestError):
    code = "idempotency_key_reused"


class TooManyPendingRunsError(RequestError):
    code = "too_many_pending_runs"


class TooManyBytesError(RequestError):
    """The caller's stored runs leave no room for another one.

    Args:
        used: Bytes stored.
        allowed: The limit, in bytes.
    """

    code = "too_many_bytes"

    def __init__(self, *, used: int, allowed: int) -> None:
        super().__init__(
            f"Your runs use {used:,} of {allowed:,} bytes, and this one does not fit. Erase runs that have "
            "ended (DELETE /optimize/{run_id}?erase=true), or wait until some expire."
        )
        self.used = used
        self.allowed = allowed


class TooManySubmitsError(RequestError):
    """The caller submits faster than is allowed.

    Args:
        allowed: New runs a minute.
        again_ms: Milliseconds until the next one is accepted.
    """

    code = "too_many_submits"

    def __init__(self, *, allowed: int, again_ms: int) -> None:
        super().__init__(
            f"You may submit at most {allowed:,} runs a minute. Try again after the time in `Retry-After`."
        )
        self.retry_after = -(-again_ms // 1000)


class RunStateError(MilkrunError):
    """The run does not exist, ended without a result, or has too large a result."""

    code = "run_state"


class RunNotFoundError(RunStateError):
    """The run does not exist, or belongs to somebody else."""

    code = "run_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such run.")


class RunFailedError(RunStateError):
    """The run ended as failed.

    Args:
        code: The run's own error code, such as `worker_lost`.
        detail: A sentence about it.
        errors: The fields at fault, if the run has named them.
    """

    code = "run_failed"

    def __init__(self, code: str, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.code = code
        self.errors = tuple(errors)


class RunCancelledError(RunStateError):
    code = "run_cancelled"


class ResultTooLargeError(RunStateError):
    code = "result_too_large"


class DependencyUnavailableError(MilkrunError):
    """A server that the request needs is down.

    Args:
        dependencies: State of each by name, such as `{"redis": "down: timed out"}`, without addresses.
    """

    code = "dependency_unavailable"

    def __init__(self, dependencies: Mapping[str, str]) -> None:
        reasons = {name: why for name, state in dependencies.items() if (why := why_down(state)) is not None}
        sentences = [f"{spelled(name)} is unavailable: {why}." for name, why in reasons.items()]
        super().__init__(" ".join([*sentences, "Try again."]))
        self.dependencies = dict(dependencies)
        self.names = " and ".join(map(spelled, reasons))


class CredentialsUnavailableError(MilkrunError):
    """There are no credentials to sign or log in with. `detail` contains no part of any."""

    code = "credentials_unavailable"


class TransitionRefusedError(MilkrunError):
    """A transition of the state machine was refused.

    Args:
        reason: The script's return code, a `milkrun.jobs.codes.Code`.
    """

    code = "transition_refused"

    def __init__(self, reason: IntEnum) -> None:
        super().__init__(f"the transition was refused: {reason.name}")
        self.reason = reason


class SolveError(MilkrunError):
    """The problem cannot be solved. The run fails with this code, without another attempt.

    Args:
        errors: The fields of the problem at fault, if they can be named.
    """

    code = "solver_failed"

    def __init__(self, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.errors = tuple(errors)


class NetworkNotFoundError(SolveError):
    code = "network_not_found"
