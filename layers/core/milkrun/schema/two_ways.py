"""Parts of models that validate JSON and Python objects in two ways, with the same result.

JSON is validated with as few calls into Python as possible, to read valid bodies quickly. Python objects are
validated with checks that limit the number of errors and describe them to callers. `milkrun.schema.parse`
decides which way a body takes.
"""

from collections.abc import Callable
from typing import Any

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


def empty(kind: type[list[Any]] | type[dict[str, Any]], **more: Any) -> Any:
    """The default of a field: a new object each time, without the deep copy that `= []` costs."""
    return Field(default_factory=kind, json_schema_extra={"default": kind()}, **more)


class CheckedInPython:
    """Annotates a type: Python objects are checked before they are validated, JSON is not."""

    def __init__(self, check: Callable[[Any], Any]) -> None:
        self._check = check

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of both ways. A model's schema has a reference name, which moves to the combined
        schema."""
        schema: dict[str, Any] = {**handler.resolve_ref_schema(handler(source))}
        name = schema.pop("ref", None)
        return core_schema.json_or_python_schema(
            json_schema=schema,
            python_schema=core_schema.no_info_before_validator_function(self._check, schema),
            ref=name,
        )


def few_keys(most: int) -> CheckedInPython:
    """Annotates an object. A Python object with more keys is refused before any of them is looked at."""

    def check(value: Any) -> Any:
        if isinstance(value, dict) and len(value) > most:
            raise ValueError(f"has more than {most:,} keys")
        return value

    return CheckedInPython(check)
