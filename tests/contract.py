"""Checks answers against docs/openapi.yaml."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DOCUMENT = Path(__file__).parents[1] / "docs" / "openapi.yaml"
_URI = "urn:milkrun:openapi"


@cache
def document() -> dict[str, Any]:
    """The document with closed objects in its answers: an answer may have no field that the document does not
    name."""
    parsed: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text())
    for name, schema in parsed["components"]["schemas"].items():
        if "properties" in schema and name != "FeatureCollection":
            schema.setdefault("additionalProperties", False)
    return parsed


@cache
def _registry() -> Registry[Any]:
    registry: Registry[Any] = Registry().with_resource(_URI, DRAFT202012.create_resource(document()))
    return registry


def breaches_of_schema(pointer: str, value: object) -> list[str]:
    """How a value breaks the schema at a JSON pointer of the document."""
    validator = Draft202012Validator(
        {"$ref": f"{_URI}#{pointer}"},
        registry=_registry(),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def breaches(method: str, path: str, status: int, headers: Mapping[str, str], body: object) -> list[str]:
    """How an answer breaks the document: its status, its headers, or the type and shape of its body."""
    responses = document()["paths"][path][method.lower()]["responses"]
    if str(status) not in responses:
        return [f"{method} {path} has no answer {status}"]
    place = f"/paths/{_escaped(path)}/{method.lower()}/responses/{status}"
    return [
        *_of_headers(responses[str(status)], headers),
        *_of_body(place, responses[str(status)], headers, body),
    ]


def _of_headers(response: dict[str, Any], headers: Mapping[str, str]) -> Iterator[str]:
    declared = {name: _resolved(header) for name, header in response["headers"].items()}
    for name, header in declared.items():
        if name in headers:
            yield from (f"{name}: {it.message}" for it in _header_errors(header, headers[name]))
        elif header.get("required"):
            yield f"the header {name} is missing"
    known = set(document()["components"]["headers"])
    yield from (f"the header {name} is not declared" for name in known & set(headers) - set(declared))


def _header_errors(header: dict[str, Any], value: str) -> Iterator[Any]:
    checker = Draft202012Validator.FORMAT_CHECKER
    yield from Draft202012Validator(header["schema"], format_checker=checker).iter_errors(value)


def _of_body(place: str, response: dict[str, Any], headers: Mapping[str, str], body: object) -> Iterator[str]:
    content = response.get("content", {})
    if not content:
        if body is not None:
            yield "there is a body"
        return
    media_type = headers.get("Content-Type", "")
    if media_type not in content:
        yield f"no body of type {media_type!r} is declared"
    elif "schema" in content[media_type]:
        yield from breaches_of_schema(f"{place}/content/{_escaped(media_type)}/schema", body)


def _resolved(header: dict[str, Any]) -> dict[str, Any]:
    name = header.get("$ref", "").rpartition("/")[2]
    named: dict[str, Any] = document()["components"]["headers"][name] if name else header
    return named


def _escaped(name: str) -> str:
    """The text escaped for one step of a JSON pointer in a URI."""
    return (
        name.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D").replace("+", "%2B")
    )
