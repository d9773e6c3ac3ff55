"""What the API handlers share: how they make a resolver, and how an event passes through it."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from aws_lambda_powertools.utilities.typing import LambdaContext

from milkrun.errors import DependencyUnavailableError, RequestError
from milkrun.http.bodies import ProblemDetails
from milkrun.http.cors import cors_headers
from milkrun.http.headers import correlation_id, wait_seconds
from milkrun.http.identity import owner_of
from milkrun.http.problems import CONTENT_TYPE, problem, problem_body
from milkrun.observability import begin, flush_metrics, get_logger, measure, report_down, traced
from milkrun.settings import get_settings
from milkrun.snapshot import prime_before_snapshot

JSON = "application/json"
_ENCODER = json.JSONEncoder(separators=(",", ":"))
_LAST_READING = 4
"""Seconds, within half a second, kept for the answer after a wait, in case Redis begins to hang just then. Of
29 seconds they leave the 25 that a caller may ask for."""


def create_app() -> APIGatewayRestResolver:
    """A resolver whose errors are problem+json."""
    prime_before_snapshot()
    app = APIGatewayRestResolver()

    @app.exception_handler(Exception)
    def on_error(error: Exception) -> Response[str]:
        status, headers, body = problem(error, app.context["correlation_id"])
        if status is HTTPStatus.INTERNAL_SERVER_ERROR:
            get_logger().exception("request failed", exc_info=error)
            measure("InternalErrors", function_name=app.lambda_context.function_name)
        elif isinstance(error, RequestError | DependencyUnavailableError):
            measure("RequestsRefused", code=error.code)
            if isinstance(error, DependencyUnavailableError):
                report_down(error.dependencies)
        return _problem_response(status, headers, body)

    @app.not_found
    def on_unknown_route(_: NotFoundError) -> Response[str]:
        body = problem_body(
            HTTPStatus.NOT_FOUND,
            "route_not_found",
            "There is no such endpoint.",
            app.context["correlation_id"],
        )
        return _problem_response(HTTPStatus.NOT_FOUND, {}, body)

    @app.exception_handler(ServiceError)
    def on_service_error(error: ServiceError) -> Response[str]:
        status = HTTPStatus(error.status_code)
        body = problem_body(status, "invalid_request", str(error.msg), app.context["correlation_id"])
        return _problem_response(status, {}, body)

    return app


def serve(app: APIGatewayRestResolver, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers an API Gateway event, with correlation id, log line, trace and metrics around the resolver."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    chosen = correlation_id(headers.get("x-correlation-id"))
    begin(context, chosen, **(event.get("pathParameters") or {}))
    app.append_context(correlation_id=chosen, headers=headers)  # type: ignore[no-untyped-call]
    try:
        response: dict[str, Any] = traced(app.resolve)(event, context)
    finally:
        flush_metrics()
    headers_of_all = {"X-Correlation-ID": [chosen], **cors_headers(get_settings().cors_allow_origin)}
    response.setdefault("multiValueHeaders", {}).update(headers_of_all)
    get_logger().info(
        "request",
        method=event.get("httpMethod"),
        route=event.get("resource"),
        path=event.get("path"),
        status=response["statusCode"],
    )
    return response


def caller(app: APIGatewayRestResolver) -> str:
    """The owner that this request is from."""
    owner = owner_of(app.current_event.raw_event, local=get_settings().local)
    get_logger().append_keys(owner=owner)
    return owner


def header(app: APIGatewayRestResolver, name: str) -> str | None:
    """A header of this request by its lower-case name; None if it is absent."""
    value: str | None = app.context["headers"].get(name)
    return value


def seconds_to_wait(app: APIGatewayRestResolver) -> int:
    """The seconds that `Prefer: wait=N` asks for, limited to what this invocation has left; 0 for none."""
    of_all = app.current_event.raw_event.get("multiValueHeaders") or {}
    sent = [value for name, values in of_all.items() if name.lower() == "prefer" for value in values or ()]
    if not sent:
        return 0
    left = round(app.lambda_context.get_remaining_time_in_millis() / 1000) - _LAST_READING
    return max(0, min(wait_seconds(",".join(sent)), left))


def json_response(
    status: HTTPStatus,
    body: Mapping[str, Any],
    headers: dict[str, str | list[str]] | None = None,
) -> Response[str]:
    """An answer in JSON."""
    return Response(status_code=status, content_type=JSON, body=_ENCODER.encode(body), headers=headers)


def _problem_response(status: HTTPStatus, headers: dict[str, str], body: ProblemDetails) -> Response[str]:
    return Response(status_code=status, content_type=CONTENT_TYPE, body=json.dumps(body), headers={**headers})
