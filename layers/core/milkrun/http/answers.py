"""Answers about a run that more than one route gives."""

import json
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from milkrun.errors import RunCancelledError, RunFailedError
from milkrun.http.geojson import to_geojson
from milkrun.http.resolver import JSON, json_response
from milkrun.jobs.run import Run
from milkrun.jobs.states import Status

GEOJSON = "application/geo+json"
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
    run: Run, solution: bytes | None, headers: dict[str, str | list[str]] | None = None, accept: str = JSON
) -> Response[str]:
    """200 with the solution where there is one, as GeoJSON for those who accept it; 202 before.

    Raises:
        RunFailedError, RunCancelledError: The run ended without a result.
    """
    if run.status is Status.FAILED:
        raise RunFailedError(run.error_code or RunFailedError.code, run.error_detail or "The run failed.")
    if run.status is Status.CANCELLED:
        raise RunCancelledError("The run was cancelled before it had found anything.")
    if solution is None:
        return accepted(run, headers)
    if GEOJSON in accept.lower():
        return json_response(HTTPStatus.OK, to_geojson(json.loads(solution)), headers, GEOJSON)
    return json_response(HTTPStatus.OK, solution, headers)
