"""API Gateway's Lambda proxy integration (REST API, payload version 1): from request to event and back."""

import base64
import json
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from local.cloudformation import ACCOUNT
from local.rest_api import Api, Route

_API_ID = "local"
_IAM_IDENTITY = ("accessKey", "accountId", "caller", "principalOrgId", "user", "userArn")  # nobody's, here
_CONNECTION = frozenset({"connection", "content-length", "transfer-encoding"})
_NOT_FORWARDED = _CONNECTION | {"expect", "keep-alive", "upgrade"}
_REMAPPED = _CONNECTION | {"date", "server", "www-authenticate"}


@dataclass(frozen=True)
class Request:
    """An HTTP request: `headers` as sent, in order; `path` and `query` still percent-encoded."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    source_ip: str
    request_id: str

    def header(self, name: str) -> str:
        """The last value of a header, or nothing."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name.lower()), "")


@dataclass(frozen=True)
class Answer:
    """An HTTP answer before compression."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


class MalformedResultError(Exception):
    """A function returned something that is not a proxy result."""


def build_event(request: Request, route: Route, parameters: Mapping[str, str], api: Api) -> dict[str, Any]:
    """The event that a function behind API Gateway gets for this request."""
    headers = [item for item in request.headers if item[0].lower() not in _NOT_FORWARDED]
    host = request.header("Host")
    trace = f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}"
    headers += [
        ("X-Amzn-Trace-Id", trace),
        ("X-Forwarded-For", request.source_ip),
        ("X-Forwarded-Port", host.rpartition(":")[2] if ":" in host else "80"),
        ("X-Forwarded-Proto", "http"),
    ]
    query = parse_qsl(request.query, keep_blank_values=True)
    binary = _matches(api.binary_media_types, request.header("Content-Type"))
    body = base64.b64encode(request.body).decode() if binary else request.body.decode(errors="replace")
    return {
        "resource": route.resource,
        "path": unquote(request.path),
        "httpMethod": request.method,
        "headers": dict(headers),
        "multiValueHeaders": _grouped(headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _grouped(query) or None,
        "pathParameters": dict(parameters) or None,
        "stageVariables": None,
        "requestContext": request_context(request, api, route.resource),
        "body": body or None,
        "isBase64Encoded": binary and bool(body),
    }


def request_context(request: Request, api: Api, resource: str) -> dict[str, Any]:
    """API Gateway's context of a request, which is also `$context` in its error templates.

    The path does not begin with the stage, as behind a custom domain.
    """
    now = time.time()
    identity = dict.fromkeys(_IAM_IDENTITY) | {
        "sourceIp": request.source_ip,
        "userAgent": request.header("User-Agent") or None,
    }
    return {
        "accountId": ACCOUNT,
        "apiId": _API_ID,
        "domainName": request.header("Host"),
        "domainPrefix": request.header("Host").partition(".")[0],
        "extendedRequestId": request.request_id,
        "httpMethod": request.method,
        "identity": identity,
        "path": request.path,
        "protocol": "HTTP/1.1",
        "requestId": request.request_id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "requestTimeEpoch": int(now * 1000),
        "resourceId": _API_ID,
        "resourcePath": resource,
        "stage": api.stage,
    }


def read_result(payload: bytes, request: Request, api: Api) -> Answer:
    """The HTTP answer from a function's result. Raises MalformedResultError if it is not a proxy result."""
    try:
        result = json.loads(payload)
        status = int(result["statusCode"])
        body = result.get("body") or ""
        single = (result.get("headers") or {}).items()
        multiple = (result.get("multiValueHeaders") or {}).items()
        headers = [(key, _scalar(value)) for key, values in multiple for value in values]
        named = {key.lower() for key, _ in headers}
        headers += [(key, _scalar(value)) for key, value in single if key.lower() not in named]
        if not isinstance(body, str) or not 100 <= status <= 599:
            raise MalformedResultError("its status or its body has the wrong type")
        content = _answer_body(body, bool(result.get("isBase64Encoded")), request, api)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise MalformedResultError(str(error)) from error
    headers = [(f"x-amzn-Remapped-{key}" if key.lower() in _REMAPPED else key, it) for key, it in headers]
    if not any(key.lower() == "content-type" for key, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return Answer(status, headers, content)


def _answer_body(body: str, encoded: bool, request: Request, api: Api) -> bytes:
    """API Gateway decodes base64 only for callers whose first accepted type is one of the binary types."""
    if encoded and _matches(api.binary_media_types, request.header("Accept").partition(",")[0]):
        return base64.b64decode(body)
    return body.encode()


def _scalar(value: Any) -> str:
    if isinstance(value, (dict, list)) or value is None:
        raise MalformedResultError("a header's value is not a scalar")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for key, value in pairs:
        grouped.setdefault(key, []).append(value)
    return grouped


def _matches(binary_types: Iterable[str], media_type: str) -> bool:
    """Whether the API treats a media type as binary. Binary types may be `*/*` or `image/*`."""
    kind = media_type.partition(";")[0].strip().lower()
    wildcards = ("*/*", f"{kind.partition('/')[0]}/*", kind)
    return bool(kind) and any(it.lower() in wildcards for it in binary_types)
