"""API Gateway on loopback: HTTP in front of the template's routes, with the platform's limits and errors."""

import asyncio
import gzip
import json
import re
import socket
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aiohttp import web

from local.lambda_service import InvokeError, LambdaService
from local.proxy_event import (
    Answer,
    MalformedResultError,
    Request,
    build_event,
    read_result,
    request_context,
)
from local.rest_api import Api, FixedAnswer, GatewayResponse
from local.routing import match
from local.sandbox import Outcome

MAX_BODY = 10_485_760  # bytes, as sent and as unzipped
INTEGRATION_LIMIT = 29.0  # seconds
_CONTEXT_VARIABLE = re.compile(r"\$context\.([A-Za-z.]+)")
_ERRORS = {
    "MISSING_AUTHENTICATION_TOKEN": (403, "Missing Authentication Token"),  # also for an unknown route
    "REQUEST_TOO_LARGE": (413, "Request Too Long"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "Unsupported Media Type"),
    "API_CONFIGURATION_ERROR": (500, "Internal server error"),
    "INTEGRATION_FAILURE": (502, "Internal server error"),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out"),
}


class GatewayError(Exception):
    """An error of the gateway itself, with API Gateway's name for it."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Gateway:
    """Serves an API from its functions. `integration_limit` is in seconds."""

    def __init__(
        self, api: Api, service: LambdaService, integration_limit: float = INTEGRATION_LIMIT
    ) -> None:
        self._api = api
        self._service = service
        self._integration_limit = integration_limit
        self._invocations: set[asyncio.Task[Outcome]] = set()
        # The server would unzip bodies of any size, so the body is unzipped here. The server does not route
        # either: it would answer some paths itself, such as those with a line break.
        server = web.Server(self._serve, access_log=None, auto_decompress=False, max_field_size=10_240)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.5)

    async def start(self, listener: socket.socket) -> None:
        """Answer on a bound socket."""
        await self._runner.setup()
        await web.SockSite(self._runner, listener, backlog=512).start()

    async def stop(self) -> None:
        """Close connections. Invocations continue until their functions end."""
        await self._runner.cleanup()

    async def _serve(self, http: web.BaseRequest) -> web.Response:
        request = _without_body(http)
        try:
            answer = await self._answer(request, http)
        except MalformedResultError:
            answer = error_answer("INTEGRATION_FAILURE", request, self._api)
        except GatewayError as error:
            answer = error_answer(error.kind, request, self._api)
        return self._response(request, answer)

    async def _answer(self, request: Request, http: web.BaseRequest) -> Answer:
        found = match(self._api.routes, request.method, request.path)
        if found is None:
            raise GatewayError("MISSING_AUTHENTICATION_TOKEN")
        target = found[0].target
        if isinstance(target, FixedAnswer):
            return fixed_answer(target, request, self._api)
        request = _decoded(replace(request, body=await _read(http)))
        event = build_event(request, *found, self._api)
        payload = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        return read_result(await self._invoke(target, payload), request, self._api)

    async def _invoke(self, function: str, payload: bytes) -> bytes:
        """The function's result. An invocation that takes too long continues, but nobody waits for it."""
        invocation = asyncio.create_task(self._service.invoke(function, payload))
        self._invocations.add(invocation)
        invocation.add_done_callback(self._invocations.discard)
        try:
            outcome = await asyncio.wait_for(asyncio.shield(invocation), self._integration_limit)
        except TimeoutError:
            raise GatewayError("INTEGRATION_TIMEOUT") from None
        except InvokeError as error:
            too_large = error.name == "RequestTooLargeException"
            # If a function is throttled, REST APIs answer only that something went wrong.
            raise GatewayError("REQUEST_TOO_LARGE" if too_large else "API_CONFIGURATION_ERROR") from error
        if outcome.failed:
            raise GatewayError("INTEGRATION_FAILURE")
        return outcome.payload

    def _response(self, request: Request, answer: Answer) -> web.Response:
        body = answer.body
        minimum = self._api.minimum_compression_size
        response = web.Response(status=answer.status)
        for name, value in answer.headers:
            response.headers.add(name, value)
        response.headers.add("x-amzn-RequestId", request.request_id)
        if (
            minimum is not None
            and len(body) >= minimum
            and _accepts_gzip(request.header("Accept-Encoding"))
            and "Content-Encoding" not in response.headers
        ):
            body = gzip.compress(body, compresslevel=6)
            response.headers["Content-Encoding"] = "gzip"
        response.body = body
        return response


def fixed_answer(fixed: FixedAnswer, request: Request, api: Api) -> Answer:
    """The answer of a mock integration."""
    headers = _headers(fixed.headers, request_context(request, api, request.path))
    return Answer(fixed.status, [*headers.items(), ("Content-Type", "application/json")], b"")


def error_answer(kind: str, request: Request, api: Api) -> Answer:
    """An error of the gateway itself, in the template's words for it."""
    usual_status, message = _ERRORS[kind]
    fallback = "DEFAULT_4XX" if usual_status < 500 else "DEFAULT_5XX"
    custom = api.responses.get(kind) or api.responses.get(fallback)
    error = {"message": message, "messageString": json.dumps(message), "responseType": kind}
    context = {**request_context(request, api, request.path), "error": error}
    if custom is not None and "application/json" in custom.templates:
        return _custom_answer(custom, usual_status, context)
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(usual_status).phrase,
        "status": usual_status,
        "detail": f"{message}.",
        "code": kind.lower(),
        "correlation_id": request.request_id,
    }
    return Answer(usual_status, [("Content-Type", "application/problem+json")], json.dumps(problem).encode())


def _custom_answer(custom: GatewayResponse, usual_status: int, context: Mapping[str, Any]) -> Answer:
    body = _filled_in(custom.templates["application/json"], context)
    headers = {"Content-Type": "application/json", **_headers(custom.headers, context)}
    return Answer(custom.status or usual_status, list(headers.items()), body.encode())


def _headers(headers: Mapping[str, str], context: Mapping[str, Any]) -> dict[str, str]:
    """Headers whose values are literals in quotes, or variables of the context."""
    return {
        name: value[1:-1] if value.startswith("'") else _filled_in(f"${value}", context)
        for name, value in headers.items()
    }


def _filled_in(text: str, context: Mapping[str, Any]) -> str:
    def variable(found: re.Match[str]) -> str:
        value: Any = context
        for name in found[1].split("."):
            value = value.get(name, "") if isinstance(value, Mapping) else ""
        return str(value)

    return _CONTEXT_VARIABLE.sub(variable, text)


def _without_body(http: web.BaseRequest) -> Request:
    path, _, query = http.raw_path.partition("?")
    headers = [(key.decode("latin-1"), value.decode("latin-1")) for key, value in http.raw_headers]
    return Request(http.method, path, query, headers, b"", http.remote or "", str(uuid.uuid4()))


async def _read(http: web.BaseRequest) -> bytes:
    if (http.content_length or 0) > MAX_BODY:
        raise GatewayError("REQUEST_TOO_LARGE")
    if http.headers.get("Expect", "").lower() == "100-continue":
        await http.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = bytearray()
    async for chunk in http.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY:
            raise GatewayError("REQUEST_TOO_LARGE")
    return bytes(body)


def _decoded(request: Request) -> Request:
    """The request with its body unzipped, if its Content-Encoding says so, up to the limit."""
    encoding = request.header("Content-Encoding").strip().lower()
    if not encoding or not request.body:
        return request
    if encoding not in ("gzip", "deflate", "identity"):
        raise GatewayError("UNSUPPORTED_MEDIA_TYPE")
    body = request.body if encoding == "identity" else _unzipped(request.body)
    headers = [item for item in request.headers if item[0].lower() != "content-encoding"]
    return replace(request, body=body, headers=headers)


def _unzipped(body: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # either header, gzip's or zlib's
    try:
        plain = inflater.decompress(body, MAX_BODY + 1)
    except zlib.error as error:
        raise GatewayError("UNSUPPORTED_MEDIA_TYPE") from error
    if len(plain) > MAX_BODY:
        raise GatewayError("REQUEST_TOO_LARGE")
    if not inflater.eof:
        raise GatewayError("UNSUPPORTED_MEDIA_TYPE")
    return plain


def _accepts_gzip(accept_encoding: str) -> bool:
    for item in accept_encoding.lower().split(","):
        coding, _, parameters = item.partition(";")
        if coding.strip() in ("gzip", "*"):
            return not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", parameters)
    return False
