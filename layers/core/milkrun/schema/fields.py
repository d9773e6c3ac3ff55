"""The types of a problem's fields: bounded numbers and texts, lists, objects, time windows.

JSON and Python objects are validated in two ways: see `milkrun.schema.two_ways`.
"""

from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, core_schema

from milkrun.schema.two_ways import few_keys

MAX_UINT32 = 2**32 - 1
MOST_KEYS = 32
"""The most keys of an object, checked before any of them is validated. The largest model has 23."""
MOST_NAMES = 2_000
"""The most entries of an object whose keys are names: the default limit of vehicles."""

_Item = TypeVar("_Item")
Listed = Annotated[list[_Item], Field(fail_fast=True)]
"""A list that is read up to its first broken item: a body could have millions, each with its own error."""

Id = Annotated[int, Field(ge=0, le=2**63 - 1)]
Seconds = Annotated[int, Field(ge=0, le=MAX_UINT32)]
Metres = Annotated[int, Field(ge=0, le=MAX_UINT32)]
Index = Annotated[int, Field(ge=0, le=65_535)]
"""A row and column of a matrix. VROOM counts locations in 16 bits."""
Amount = Annotated[int, Field(ge=0, le=MAX_UINT32)]
"""VROOM accepts no larger ones."""
Amounts = Listed[Amount]
Skill = Annotated[int, Field(ge=0, le=MAX_UINT32)]
Skills = Listed[Skill]
Coefficient = Annotated[int, Field(ge=0, le=MAX_UINT32)]
Cells = Listed[Listed[Annotated[int, Field(ge=0, le=2**31 - 1)]]]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Coordinates = Annotated[tuple[Longitude, Latitude], Field(strict=False)]
"""Not strict, because a strict tuple does not accept the list that an array becomes."""
Text = Annotated[str, StringConstraints(max_length=1_000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Model(BaseModel):
    """Base of all input models: strict types, no unknown keys, no NaN, no change after parsing."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return few_keys(MOST_KEYS).__get_pydantic_core_schema__(source, handler)


_Value = TypeVar("_Value")
Named = Annotated[dict[Name, _Value], few_keys(MOST_NAMES)]
"""An object whose keys are names."""


class Slot(NamedTuple):
    """A span of time in seconds, both ends included."""

    start: Seconds
    end: Seconds


def _is_pair(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError("a time window must be a pair [start, end]")
    return value


def _is_ordered(slot: Slot) -> Slot:
    if slot.end < slot.start:
        raise ValueError(f"the window ends ({slot.end}) before it starts ({slot.start})")
    return slot


def _ordered(pair: tuple[int, int]) -> Slot:
    slot = tuple.__new__(Slot, pair)  # Slot() would take one more call
    return _is_ordered(slot) if pair[1] < pair[0] else slot


class _PairInOrder:
    """Validates a pair as a Slot whose end is not before its start."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        seconds = handler.generate_schema(Seconds)
        pair = core_schema.tuple_positional_schema([seconds, seconds])
        slot = core_schema.no_info_after_validator_function(_is_ordered, handler(source))
        return core_schema.json_or_python_schema(
            json_schema=core_schema.no_info_after_validator_function(_ordered, pair),
            python_schema=core_schema.no_info_before_validator_function(_is_pair, slot),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.JsonOrPythonSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(schema["python_schema"])


TimeWindow = Annotated[Slot, _PairInOrder()]
"""When a task or a break may start, or when a vehicle works: `[start, end]` in JSON."""
