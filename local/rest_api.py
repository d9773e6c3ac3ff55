"""Reads a REST API from its OpenAPI body: the routes, fixed answers and settings that the gateway serves."""

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
    """The answer of a mock integration, without a function."""

    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Route:
    """A method (or ANY) on a resource path such as `/optimize/{run_id}`, and its target: the name of a
    function, or a fixed answer."""

    method: str
    resource: str
    target: str | FixedAnswer


@dataclass(frozen=True)
class GatewayResponse:
    """The gateway's answer for one of its own errors. A `status` of None keeps the error's usual status."""

    status: int | None
    headers: Mapping[str, str]
    templates: Mapping[str, str]


@dataclass(frozen=True)
class Api:
    """A REST API."""

    stage: str = "Prod"
    binary_media_types: tuple[str, ...] = ()
    minimum_compression_size: int | None = None
    routes: tuple[Route, ...] = ()
    responses: Mapping[str, GatewayResponse] = field(default_factory=dict)


def read_api(properties: Mapping[str, Any]) -> Api:
    """The API from the resolved properties of an AWS::Serverless::Api, including its body.

    Raises TemplateError if a route has an integration that does not run here.
    """
    body = properties.get("DefinitionBody", {})
    minimum = properties.get("MinimumCompressionSize")
    return Api(
        stage=properties.get("StageName", "Prod"),
        # In SAM, the slash of a type is "~1".
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
    raise TemplateError(f"{name} leads neither to a function nor to a fixed answer")


def _headers(response: Mapping[str, Any]) -> dict[str, str]:
    """Headers by name, without the prefix `method.response.header.` or `gatewayresponse.header.`."""
    return {name.rpartition(".")[2]: value for name, value in response.get("responseParameters", {}).items()}
