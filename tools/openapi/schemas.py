"""JSON schemas of the models of requests and answers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import AliasChoices, BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from milkrun.http.bodies import Health, NotReady, ProblemDetails, Ready, RunList
from milkrun.jobs.run import RunStatus
from milkrun.schema import tasks
from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from tools.openapi.codes import run_codes

Json = dict[str, Any]
REFERENCE = "#/components/schemas/"
ULID = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"

_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)
_FORMATS: Mapping[str, Json] = {
    "run_id": {"pattern": ULID},
    "next": {"pattern": ULID},
    "created_at": {"format": "date-time"},
    "started_at": {"format": "date-time"},
    "finished_at": {"format": "date-time"},
    "timestamp": {"format": "date-time"},
    "progress": {"minimum": 0, "maximum": 1},
    "attempt": {"minimum": 1},
}
"""What the types of an answer's fields do not say."""


class _Schemas(GenerateJsonSchema):
    """Leaves out titles of fields, which only repeat their names."""

    def field_title_should_be_set(self, _: Any) -> bool:
        return False


def component_schemas() -> dict[str, Json]:
    """Every schema of the document by name."""
    requests = _generated([Problem], "validation")
    for name, schema in _deprecated_names():
        requests[name]["properties"] |= schema
    solutions = _generated([Solution], "serialization")
    for schema in solutions.values():
        _leave_out_what_has_no_value(schema)
    others = _generated([RunStatus, RunList, Health, Ready, NotReady, ProblemDetails], "serialization")
    for schema in others.values():
        for name, field in schema.get("properties", {}).items():
            _refine(field, _FORMATS.get(name, {}))
    schemas = {**requests, **solutions, **others, "FeatureCollection": _FEATURE_COLLECTION}
    schemas["RunError"]["properties"]["code"]["enum"] = run_codes()
    for schema in schemas.values():
        _describe_fields(schema)
    return {name: schemas[name] for name in sorted(schemas)}


def _generated(models: Iterable[Any], mode: Any) -> dict[str, Json]:
    adapters = [(model, mode, TypeAdapter(model)) for model in models]
    _, schema = TypeAdapter.json_schemas(
        adapters, ref_template=REFERENCE + "{model}", schema_generator=_Schemas
    )
    definitions: dict[str, Json] = schema["$defs"]
    for definition in definitions.values():
        definition.pop("title", None)
    return definitions


def _deprecated_names() -> Iterator[tuple[str, Json]]:
    """Aliases of fields that requests may use, as (model, schema of the alias)."""
    for name, model in vars(tasks).items():
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        for field, info in model.model_fields.items():
            if isinstance(info.validation_alias, AliasChoices):
                schema = model.model_json_schema(schema_generator=_Schemas)["properties"][field]
                for alias in info.validation_alias.choices[1:]:
                    yield name, {str(alias): {**schema, "deprecated": True}}


def _leave_out_what_has_no_value(schema: Json) -> None:
    """Solutions are stored without nulls: a field that can be null is optional and any other is required."""
    required = []
    for name, field in schema.get("properties", {}).items():
        kinds = field.get("anyOf", [])
        if {"type": "null"} in kinds:
            (kind,) = [it for it in kinds if it != {"type": "null"}]
            field.clear()
            field.update(kind)
        else:
            required.append(name)
    if "properties" in schema:
        schema["required"] = required


def _refine(field: Json, more: Json) -> None:
    """Adds to a field's schema, or to its branch that is not null."""
    branches = [it for it in field.get("anyOf", []) if it != {"type": "null"}]
    (branches[0] if branches else field).update(more)


def _describe_fields(schema: Json) -> None:
    """Moves the `Attributes` of a docstring to the descriptions of the fields."""
    description, _, attributes = schema.get("description", "").partition("\n\nAttributes:\n")
    if description:
        schema["description"] = description
    for name, text in _ATTRIBUTE.findall(attributes):
        schema["properties"][name]["description"] = " ".join(text.split())


_FEATURE_COLLECTION: Json = {
    "type": "object",
    "description": "A solution as GeoJSON (RFC 7946): a line for each route and a point for each task,"
    " assigned or not. Properties have the names and units of the solution.",
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "type": {"const": "Feature"},
                    "geometry": {
                        "type": ["object", "null"],
                        "properties": {
                            "type": {"enum": ["LineString", "Point"]},
                            "coordinates": {"type": "array"},
                        },
                        "required": ["type", "coordinates"],
                    },
                    "properties": {"type": "object"},
                },
                "required": ["type", "geometry", "properties"],
            },
        },
    },
    "required": ["type", "features"],
}
