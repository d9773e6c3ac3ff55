"""What the gateway serves: routes, answers and settings of a REST API, read from its OpenAPI body."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.cloudformation import TemplateError

_INTEGRATION = "x-amazon-apigateway-integration"
_ANY = "x-amazon-apigateway-any-method"
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", _ANY})
_FUNCTION = re.compile(r":function:([^:/]+)")


@dataclass(frozen=True)
class FixedAnswer:
    """What a mock integration answers, without a function."""

    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Route:
    """A method (or ANY) on a resource path such as `/optimize/{run_id}`, and what is behind it: a function by
    its name, or a fixed answer."""

    method: str
    resource: str
    target: str | FixedAnswer


@dataclass(frozen=True)
class GatewayResponse:
    """How the gateway words one of its own errors; `None` leaves a type's usual status."""

    status: int | None
    headers: Mapping[str, str]
    templates: Mapping[str, str]


@dataclass(frozen=True)
class Api:
    """The REST API as a whole."""

    stage: str = "Prod"
    binary_media_types: tuple[str, ...] = ()
    minimum_compression_size: int | None = None
    routes: tuple[Route, ...] = ()
    responses: Mapping[str, GatewayResponse] = field(default_factory=dict)


def read_api(properties: Mapping[str, Any]) -> Api:
    """The API of an AWS::Serverless::Api's resolved properties, the body among them.

    Raises TemplateError where a route's integration is none that runs here.
    """
    body = properties.get("DefinitionBody", {})
    minimum = properties.get("MinimumCompressionSize")
    return Api(
        stage=properties.get("StageName", "Prod"),
        # SAM writes a type's slash as "~1", the way CloudFormation patches it in.
        binary_media_types=tuple(it.replace("~1", "/") for it in properties.get("BinaryMediaTypes", [])),
        minimum_compression_size=None if minimum is None else int(minimum),
        routes=tuple(_routes(body.get("paths", {}))),
        responses={
            kind: GatewayResponse(
                status=int(response["statusCode"]) if "statusCode" in response else None,
                headers=_headers(response),
                templates=response.get("responseTemplates", {}),
            )
            for kind, response in body.get("x-amazon-apigateway-gateway-responses", {}).items()
        },
    )


def _routes(paths: Mapping[str, Any]) -> Iterator[Route]:
    for path, methods in paths.items():
        for method in methods.keys() & _METHODS:
            integration = methods[method].get(_INTEGRATION, {})
            name = "ANY" if method == _ANY else method.upper()
            yield Route(name, path, _target(f"{name} {path}", integration))


def _target(name: str, integration: Mapping[str, Any]) -> str | FixedAnswer:
    function = _FUNCTION.search(str(integration.get("uri", "")))
    match integration.get("type"):
        case "aws_proxy" if function:
            return function[1]
        case "mock":
            template = integration["requestTemplates"]["application/json"]
            return FixedAnswer(
                json.loads(template)["statusCode"], _headers(integration["responses"]["default"])
            )
    raise TemplateError(f"{name} has neither a function nor a fixed answer behind it")


def _headers(response: Mapping[str, Any]) -> dict[str, str]:
    """Header by name, without the `method.response.header.` or `gatewayresponse.header.` in front of it."""
    return {name.rpartition(".")[2]: value for name, value in response.get("responseParameters", {}).items()}
