"""Pieces of models that take what they are made of in two ways, and give the same.

JSON is validated with as few calls into Python as can be: it is how a body that is right is read. Python's
objects are validated with checks that bound how many errors there are, and put them in a caller's words.
`milkrun.schema.parse` says which way a body takes.
"""

from collections.abc import Callable
from typing import Any

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


def empty(kind: type[list[Any]] | type[dict[str, Any]], **more: Any) -> Any:
    """The default of a field: one of its own for each object, without the deep copy that `= []` costs."""
    return Field(default_factory=kind, json_schema_extra={"default": kind()}, **more)


class CheckedInPython:
    """Annotates what is validated as it is, and from Python's objects after a check."""

    def __init__(self, check: Callable[[Any], Any]) -> None:
        self._check = check

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of both ways. A model's is referred to by name: the name goes to the whole."""
        schema: dict[str, Any] = {**handler.resolve_ref_schema(handler(source))}
        name = schema.pop("ref", None)
        return core_schema.json_or_python_schema(
            json_schema=schema,
            python_schema=core_schema.no_info_before_validator_function(self._check, schema),
            ref=name,
        )


def few_keys(most: int) -> CheckedInPython:
    """Annotates an object: from Python's objects, it is not looked into where it has more keys."""

    def check(value: Any) -> Any:
        if isinstance(value, dict) and len(value) > most:
            raise ValueError(f"has more than {most} keys")
        return value

    return CheckedInPython(check)
