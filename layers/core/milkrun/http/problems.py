"""Errors as HTTP: the table of statuses, and `application/problem+json` (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

from milkrun import errors
from milkrun.errors import MilkrunError
from milkrun.http.bodies import ProblemDetails
from milkrun.jobs.run import broken_rules

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds, for errors that go away by themselves."""

STATUS_OF: Mapping[type[MilkrunError], HTTPStatus] = {
    errors.UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    errors.InvalidJsonError: HTTPStatus.BAD_REQUEST,
    errors.InvalidParameterError: HTTPStatus.BAD_REQUEST,
    errors.InvalidProblemError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.BodyTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.TooManyLocationsError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooManyVehiclesError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.MatrixTooLargeError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.IdempotencyKeyReusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooManyPendingRunsError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TooManyBytesError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TooManySubmitsError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.RunNotFoundError: HTTPStatus.NOT_FOUND,
    errors.RunFailedError: HTTPStatus.CONFLICT,
    errors.RunCancelledError: HTTPStatus.GONE,
    errors.ResultTooLargeError: HTTPStatus.NOT_ACCEPTABLE,
    errors.DependencyUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Every error that a caller can get. Any other is our own fault: 500, without details."""

_TITLES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Request Entity Too Large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Unprocessable Entity",
}
"""Phrases that differ between versions of Python."""

_RETRIED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def problem(error: Exception, correlation_id: str) -> tuple[HTTPStatus, dict[str, str], ProblemDetails]:
    """Status, headers and body of an error. An error that is not in the table reveals nothing of itself."""
    status = next(
        (STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    if status is HTTPStatus.INTERNAL_SERVER_ERROR or not isinstance(error, MilkrunError):
        error = MilkrunError("An unexpected error occurred. Search the logs for this correlation id.")
    body = problem_body(status, error.code, error.detail, correlation_id)
    if error.errors:
        body["errors"] = broken_rules(error.errors)
    if isinstance(error, errors.DependencyUnavailableError):
        body["dependencies"] = error.dependencies
    if isinstance(error, errors.TooManyBytesError):
        body |= {"bytes_used": error.used, "bytes_allowed": error.allowed}
    return status, _retry_after(status, error), body


def _retry_after(status: HTTPStatus, error: MilkrunError) -> dict[str, str]:
    if status not in _RETRIED:
        return {}
    seconds = error.retry_after if isinstance(error, errors.TooManySubmitsError) else RETRY_AFTER
    return {"Retry-After": str(seconds)}


def title_of(status: HTTPStatus) -> str:
    """The phrase of a status, the same on every version of Python."""
    return _TITLES.get(status, status.phrase)


def problem_body(status: HTTPStatus, code: str, detail: str, correlation_id: str) -> ProblemDetails:
    """The members that every problem has."""
    return {
        "type": f"urn:milkrun:problem:{code}",
        "title": title_of(status),
        "status": status.value,
        "detail": detail,
        "code": code,
        "correlation_id": correlation_id,
    }
