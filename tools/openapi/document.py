"""The whole document: the handlers' routes, their answers, and those of the gateway."""

from collections import defaultdict
from collections.abc import Iterator
from http import HTTPStatus

import health_handler
import status_handler
import submit_handler

from milkrun import __version__
from milkrun.http.answers import GEOJSON
from milkrun.http.problems import CONTENT_TYPE, title_of
from milkrun.http.resolver import JSON
from milkrun.http.sizes import GZIP
from tools.openapi.codes import Refusal, function_refusals, gateway_refusals
from tools.openapi.components import HEADERS, PARAMETERS, SECURITY_SCHEMES
from tools.openapi.examples import examples
from tools.openapi.operations import OPERATIONS, Answer, Operation
from tools.openapi.schemas import Json, component_schemas

_METHODS = ("get", "put", "post", "delete", "patch")
_DESCRIPTION = """\
Self-hosted, serverless route optimisation. Post a problem in VROOM's format, get a run at once, and get its
routes as they are found.

Every error is `application/problem+json` with a stable `code`, except the 503 of `/ready`. Requests and
answers may be compressed: `Content-Encoding`, `Accept-Encoding`. A stack can allow the pages of an origin to
call it. It then answers `OPTIONS` on every path and sends `Access-Control-Allow-Origin`.
"""


def routes() -> Iterator[tuple[str, str]]:
    """(method, path) of each route of the handlers' resolvers."""
    for handler in (submit_handler, status_handler, health_handler):
        for path, item in (handler.app.get_openapi_schema().paths or {}).items():
            yield from ((method.upper(), path) for method in _METHODS if getattr(item, method))


def build_document() -> Json:
    """The document. Raises KeyError for a route that OPERATIONS lacks."""
    paths: dict[str, Json] = defaultdict(dict)
    for method, path in routes():
        paths[path][method.lower()] = _operation(OPERATIONS[method, path])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Milkrun",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com/{stage}",
                "description": "On AWS: the stack's output ApiUrl",
                "variables": {
                    "api": {"default": "abcdef1234"},
                    "region": {"default": "eu-central-1"},
                    "stage": {"default": "v1"},
                },
            },
            {"url": "http://127.0.0.1:3000", "description": "On a laptop: make up"},
        ],
        "security": [{name: []} for name in SECURITY_SCHEMES],
        "paths": dict(paths),
        "components": {
            "schemas": component_schemas(),
            "examples": {name: {"value": value} for name, value in examples().items()},
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _operation(operation: Operation) -> Json:
    described: Json = {"operationId": operation.id, "summary": operation.summary}
    if operation.description:
        described["description"] = operation.description
    if not operation.knows_callers:
        described["security"] = []
    described["parameters"] = [_reference("parameters", name) for name in operation.parameters]
    if operation.takes_problem:
        described["requestBody"] = {
            "required": True,
            "description": "Up to 5 MB of JSON, compressed with `Content-Encoding: gzip` or not. Send larger"
            " ones as a gzip file with `Content-Type: application/gzip`.",
            "content": {JSON: _content("Problem"), GZIP: {}},
        }
    described["responses"] = _responses(operation)
    return described


def _responses(operation: Operation) -> Json:
    responses: dict[int, Json] = {answer.status: _answer(answer) for answer in operation.answers}
    refusals = {
        *function_refusals(operation.errors),
        *gateway_refusals(knows_callers=operation.knows_callers, takes_body=operation.takes_problem),
    }
    for status in {refusal.status for refusal in refusals}:
        responses[status] = _refusal(status, [it for it in refusals if it.status == status])
    return {str(status): responses[status] for status in sorted(responses)}


def _answer(answer: Answer) -> Json:
    described: Json = {
        "description": answer.meaning,
        "headers": _headers({*answer.headers, "X-Correlation-ID"}),
    }
    if answer.body is not None:
        described["content"] = {JSON: _content(answer.body.__name__)}
    if GEOJSON in answer.other_forms:
        described["content"][GEOJSON] = {"schema": _reference("schemas", "FeatureCollection")}
    if GZIP in answer.other_forms:
        described["content"][GZIP] = {}
    return described


def _refusal(status: int, refusals: list[Refusal]) -> Json:
    everywhere = frozenset.intersection(*(it.headers | {"X-Correlation-ID"} for it in refusals))
    somewhere = frozenset.union(*(it.headers for it in refusals)) - everywhere
    own = {"status": {"const": status}, "code": {"enum": sorted({it.code for it in refusals})}}
    schema = {"allOf": [_reference("schemas", "ProblemDetails"), {"type": "object", "properties": own}]}
    return {
        "description": title_of(HTTPStatus(status)),
        "headers": _headers({*everywhere, *(f"{name}?" for name in somewhere)}),
        "content": {CONTENT_TYPE: {"schema": schema}},
    }


def _content(schema: str) -> Json:
    examples = {schema: _reference("examples", schema)}
    return {"schema": _reference("schemas", schema), "examples": examples}


def _headers(names: set[str]) -> Json:
    """Headers by name. Those without a `?` after their name are required."""
    headers: Json = {}
    for marked in sorted(names):
        name, needed = marked.removesuffix("?"), not marked.endswith("?")
        is_the_usual = needed == HEADERS[name].get("required", False)
        headers[name] = _reference("headers", name) if is_the_usual else {**HEADERS[name], "required": needed}
    return headers


def _reference(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}
