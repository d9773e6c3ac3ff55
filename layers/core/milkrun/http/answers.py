"""Answers about a run that several routes give."""

import json
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from milkrun.errors import ResultTooLargeError, RunCancelledError, RunFailedError
from milkrun.http.accept import media_types
from milkrun.http.geojson import to_geojson
from milkrun.http.resolver import JSON, json_response
from milkrun.http.sizes import GZIP, asks_for_gzip, fits, fits_zipped, zipped
from milkrun.jobs.run import Run
from milkrun.jobs.states import Status

GEOJSON = "application/geo+json"
POLL_AFTER = "1"
"""Seconds: a running run writes its progress every second."""

Headers = dict[str, str | list[str]]


def accepted(run: Run, headers: Headers | None = None) -> Response[str]:
    """202 with the state of a run, and with `Retry-After` if it has not ended."""
    return json_response(HTTPStatus.ACCEPTED, run.to_status(), {**_again(run), **(headers or {})})


def status(run: Run, headers: Headers | None = None) -> Response[str]:
    """200 with the state of a run, and with `Retry-After` if it has not ended."""
    return json_response(HTTPStatus.OK, run.to_status(), {**_again(run), **(headers or {})})


def _again(run: Run) -> Headers:
    return {} if run.status.ended else {"Retry-After": POLL_AFTER}


def outcome(
    run: Run, solution: bytes | None, headers: Headers | None = None, accept: str = ""
) -> Response[Any]:
    """200 with the solution if there is one, in the form that the caller accepts; else 202.

    Callers that accept `application/geo+json` get GeoJSON. Callers whose `Accept` begins with
    `application/gzip` get either form as a gzip file. A failed run has a solution only if its best routes
    were asked for.

    Raises:
        RunFailedError, RunCancelledError: The run ended without a result.
        ResultTooLargeError: The solution is larger than an answer may be.
    """
    if run.status is Status.FAILED and solution is None:
        code, detail = run.error_code or RunFailedError.code, run.error_detail or "The run failed."
        raise RunFailedError(code, detail, run.errors)
    if run.status is Status.CANCELLED:
        raise RunCancelledError("The run was cancelled before it found a solution.")
    if solution is None:
        return accepted(run, headers)
    headers = {**(headers or {}), "Vary": "Accept"}
    body, content_type = solution.decode(), JSON
    if GEOJSON in media_types(accept):
        body, content_type = json.dumps(to_geojson(json.loads(body)), separators=(",", ":")), GEOJSON
    if asks_for_gzip(accept):
        return _gzip_file(body, headers)
    if not fits(body):
        raise ResultTooLargeError(
            "The result is too large for a response. Request it as gzip with `Accept: application/gzip`."
        )
    return Response(status_code=HTTPStatus.OK, content_type=content_type, body=body, headers=headers)


def _gzip_file(body: str, headers: Headers) -> Response[Any]:
    file = zipped(body)
    if not fits_zipped(file):
        raise ResultTooLargeError("The result is too large for a response, even as gzip.")
    return Response(status_code=HTTPStatus.OK, content_type=GZIP, body=file, headers=headers)
