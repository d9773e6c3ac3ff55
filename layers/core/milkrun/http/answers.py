"""Answers about a run that more than one route gives."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from milkrun.errors import RunCancelledError, RunFailedError
from milkrun.http.resolver import json_response
from milkrun.jobs.run import Run
from milkrun.jobs.states import Status

POLL_AFTER = "1"
"""Seconds: a running run writes its progress every second."""


def accepted(run: Run, headers: dict[str, str | list[str]] | None = None) -> Response[str]:
    """202 with the state of a run, and when to ask again while it goes on."""
    return json_response(HTTPStatus.ACCEPTED, run.to_status(), {**_again(run), **(headers or {})})


def status(run: Run, headers: dict[str, str | list[str]] | None = None) -> Response[str]:
    """200 with the state of a run, and when to ask again while it goes on."""
    return json_response(HTTPStatus.OK, run.to_status(), {**_again(run), **(headers or {})})


def _again(run: Run) -> dict[str, str | list[str]]:
    return {} if run.status.ended else {"Retry-After": POLL_AFTER}


def outcome(
    run: Run, solution: bytes | None, headers: dict[str, str | list[str]] | None = None
) -> Response[str]:
    """200 with the solution where there is one, 202 while there is none yet.

    Raises:
        RunFailedError, RunCancelledError: The run ended without a result.
    """
    if run.status is Status.FAILED:
        raise RunFailedError(run.error_code or RunFailedError.code, run.error_detail or "The run failed.")
    if run.status is Status.CANCELLED:
        raise RunCancelledError("The run was cancelled before it had found anything.")
    if solution is None:
        return accepted(run, headers)
    return json_response(HTTPStatus.OK, solution, headers)
