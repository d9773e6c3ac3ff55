"""Reads and checks a problem from the bytes of a body.

A body may be hostile. The cost of refusing it is bounded by the limits, however many rules it breaks. Its
parts are counted before they are built, lists are validated up to their first broken item, and the search for
broken rules stops at as many as an answer lists.

Most bodies are valid and not large. They are read at once. A body that is refused in this way, or might take
too much memory, is read in steps that find each error and describe it.
"""

from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from milkrun.errors import (
    FieldError,
    InvalidJsonError,
    InvalidProblemError,
    MatrixTooLargeError,
    TooManyLocationsError,
    TooManyVehiclesError,
)
from milkrun.schema.matrices import Matrix
from milkrun.schema.paths import Path, json_path
from milkrun.schema.problem import Problem
from milkrun.schema.relations import Relation
from milkrun.schema.rules import breaches
from milkrun.schema.tasks import Job, Shipment
from milkrun.schema.vehicles import Vehicle
from milkrun.settings import Limits

MAX_REPORTED = 20
"""The most broken rules that an answer lists: a caller fixes a few at a time."""

PARTS_PER_LOCATION = 100
"""Keys, arrays and objects that a body may have for each location and vehicle that it may have: about four
times as many as a task or vehicle with every field has. In memory, each is up to a hundred times as large."""

LONGEST_READ_AT_ONCE = 1_000_000
"""Bytes. A body that is read at once, with its errors, may take a few hundred times as much memory."""

_NO_JSON = (b"NaN", b"Infinity")
"""Words that pass for numbers when a body is read at once. In a text they only cost time."""
_ITEMS: Mapping[str, type[BaseModel]] = {
    "vehicles": Vehicle,
    "jobs": Job,
    "shipments": Shipment,
    "relations": Relation,
}
_KEY = "[key]"
"""Pydantic's last part of the path to a key of an object that breaks a rule itself."""
_COORDINATES = "must be [longitude, latitude]"
"""The only arrays that are read as tuples."""
_PLAIN_MESSAGES = {
    "extra_forbidden": "is not a known key",
    "missing": "is required",
    "finite_number": "is not a finite number",
    "list_type": "must be an array",
    "tuple_type": _COORDINATES,
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "too_short": "must not be empty",
    "too_long": "has more than {max_length:,} entries",
    "string_too_short": "must not be empty",
    "string_too_long": "has more than {max_length:,} characters",
    "string_pattern_mismatch": "must match `{pattern}`",
}
"""Messages by pydantic's name for an error. A list or text that is too short is always empty."""
_OTHER_NAMES: Mapping[Path, str] = {
    ("options", "g"): "; use `geometry` instead",
    ("options", "l"): "; use `time_limit` instead",
    ("options", "t"): "; use `threads` instead",
    ("options", "x"): "; use `exploration_level` instead",
    ("options", "c"): "; VROOM's plan mode is not available",
}
"""What to say about keys of vroom-express, VROOM's own server."""


def parse_problem(body: bytes, limits: Limits) -> Problem:
    """Parses and checks a problem.

    Raises:
        InvalidJsonError: The body is not JSON.
        InvalidProblemError: The body breaks the schema; the error names each field.
        TooManyLocationsError, TooManyVehiclesError, MatrixTooLargeError: It is larger than `limits`.
    """
    _check_parts(body, limits)
    text = body.removeprefix(BOM_UTF8)
    problem = _without_deprecated_matrix(_read_at_once(text) or _read_in_steps(text))
    _check_size(problem, limits)
    broken = (FieldError(json_path(breach.path), breach.message) for breach in breaches(problem))
    if found := list(islice(broken, MAX_REPORTED)):
        raise _invalid(found)
    return problem


def _read_at_once(text: bytes) -> Problem | None:
    """The problem; None if it is not valid, or cannot be judged in this way."""
    if len(text) > LONGEST_READ_AT_ONCE or any(word in text for word in _NO_JSON):
        return None
    try:
        return Problem.model_validate_json(text)
    except ValidationError:
        return None


def _read_in_steps(text: bytes) -> Problem:
    try:
        data = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidJsonError(f"The body is not valid JSON: {error}.") from None
    try:
        return Problem.model_validate(data)
    except ValidationError as error:
        raise _invalid(list(islice(_broken(error, data), MAX_REPORTED))) from None


def _invalid(broken: list[FieldError]) -> InvalidProblemError:
    return InvalidProblemError(broken, are_all=len(broken) < MAX_REPORTED)


def _check_parts(body: bytes, limits: Limits) -> None:
    most = PARTS_PER_LOCATION * (limits.locations + limits.vehicles)
    if len(body) > most and sum(map(body.count, (b"[", b"{", b":"))) > most:
        raise InvalidProblemError([FieldError("$", f"has more than {most:,} keys, arrays and objects")])


def _broken(error: ValidationError, data: Any) -> Iterator[FieldError]:
    """The broken rules of an error. For vehicles, tasks and relations, those of every item, not only of the
    first."""
    listed = set()
    for path, message in _told(error):
        if len(path) < 2 or path[0] not in _ITEMS:
            yield FieldError(json_path(path), message)
        elif path[0] not in listed:
            listed.add(path[0])
            yield from _broken_items(str(path[0]), data[path[0]])


def _broken_items(name: str, items: list[Any]) -> Iterator[FieldError]:
    for i, item in enumerate(items):
        try:
            _ITEMS[name].model_validate(item)
        except ValidationError as error:
            for path, message in _told(error, (name, i)):
                yield FieldError(json_path(path), message)


def _told(error: ValidationError, item: Path = ()) -> Iterator[tuple[Path, str]]:
    for entry in error.errors(include_url=False, include_input=False):
        path, kind = (*item, *entry["loc"]), entry["type"]
        message = _sentence(kind, entry["msg"], entry.get("ctx", {}))
        if path[-1:] == (_KEY,) and kind.startswith("string_"):
            yield path[:-2], f"a key {message}"
        elif kind == "extra_forbidden" and (path[0], *path[2:]) == ("jobs", "amount"):
            yield path, "is the deprecated name of `delivery`; send only one of them"
        else:
            yield path, message + _OTHER_NAMES.get(path, "")


def _sentence(kind: str, message: str, numbers: Mapping[str, Any]) -> str:
    if numbers.get("field_type") == "Tuple":
        return _COORDINATES
    if kind in _PLAIN_MESSAGES:
        return _PLAIN_MESSAGES[kind].format(**numbers)
    return message.removeprefix("Value error, ").replace("Input should", "must")


def _without_deprecated_matrix(problem: Problem) -> Problem:
    if problem.matrix is None:
        return problem
    if problem.matrices is not None:
        raise InvalidProblemError(
            [FieldError("$.matrix", "is the deprecated form of `matrices`; send only one of them")]
        )
    matrices = {"car": Matrix.model_construct(durations=problem.matrix, distances=None, costs=None)}
    return problem.model_copy(update={"matrices": matrices, "matrix": None})


def _check_size(problem: Problem, limits: Limits) -> None:
    vehicles = len(problem.vehicles)
    if vehicles > limits.vehicles:
        raise TooManyVehiclesError(
            f"The problem has {vehicles:,} vehicles; at most {limits.vehicles:,} are allowed."
        )
    depots = {(v.start, v.start_index) for v in problem.vehicles}
    depots |= {(v.end, v.end_index) for v in problem.vehicles}
    depots |= {(r.location, r.location_index) for v in problem.vehicles for r in v.reloads}
    locations = len(problem.jobs) + 2 * len(problem.shipments) + len(depots - {(None, None)})
    if locations > limits.locations:
        raise TooManyLocationsError(
            f"The problem has {locations:,} locations (jobs, shipments counted twice, and distinct starts, "
            f"ends and reloads); at most {limits.locations:,} are allowed."
        )
    cells = sum(
        len(row)
        for matrix in (problem.matrices or {}).values()
        for kind in (matrix.durations, matrix.distances, matrix.costs, *(it.durations for it in matrix.slots))
        for row in kind or ()
    )
    if cells > limits.matrix_cells:
        raise MatrixTooLargeError(
            f"The matrices have {cells:,} cells; at most {limits.matrix_cells:,} are allowed."
        )
