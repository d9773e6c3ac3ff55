"""From the bytes of a body to a checked problem."""

from pydantic import ValidationError

from milkrun.errors import (
    FieldError,
    InvalidJsonError,
    InvalidProblemError,
    MatrixTooLargeError,
    TooManyLocationsError,
    TooManyVehiclesError,
)
from milkrun.schema.problem import Matrix, Problem
from milkrun.schema.rules import breaches, json_path
from milkrun.settings import Limits

MAX_REPORTED = 20
"""Broken rules that an answer lists at most: a caller mends a few at a time."""

_PLAIN_MESSAGES = {
    "extra_forbidden": "is not a key of this object",
    "missing": "is needed",
    "finite_number": "is not a finite number",
}


def parse_problem(body: bytes, limits: Limits) -> Problem:
    """Parses and checks a problem.

    Raises:
        InvalidJsonError: The body is not JSON.
        InvalidProblemError: The body breaks the schema; it names each field.
        TooManyLocationsError, TooManyVehiclesError, MatrixTooLargeError: It is larger than `limits`.
    """
    try:
        problem = Problem.model_validate_json(body)
    except ValidationError as error:
        raise _invalid(error) from None
    problem = _without_deprecated_matrix(problem)
    _check_size(problem, limits)
    broken = [FieldError(json_path(breach.path), breach.message) for breach in breaches(problem)]
    if broken:
        raise InvalidProblemError(broken[:MAX_REPORTED])
    return problem


def _invalid(error: ValidationError) -> InvalidJsonError | InvalidProblemError:
    details = error.errors(include_url=False, include_input=False, include_context=False)
    if details[0]["type"] == "json_invalid":
        return InvalidJsonError(f"The body is not JSON: {details[0]['msg'].removeprefix('Invalid JSON: ')}.")
    return InvalidProblemError(
        [
            FieldError(json_path(entry["loc"]), _PLAIN_MESSAGES.get(entry["type"]) or _sentence(entry["msg"]))
            for entry in details[:MAX_REPORTED]
        ]
    )


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should", "should")


def _without_deprecated_matrix(problem: Problem) -> Problem:
    if problem.matrix is None:
        return problem
    if problem.matrices is not None:
        raise InvalidProblemError(
            [FieldError("$.matrix", "is the deprecated form of `matrices`: give one of them")]
        )
    matrices = {"car": Matrix.model_construct(durations=problem.matrix, distances=None, costs=None)}
    return problem.model_copy(update={"matrices": matrices, "matrix": None})


def _check_size(problem: Problem, limits: Limits) -> None:
    vehicles = len(problem.vehicles)
    if vehicles > limits.vehicles:
        raise TooManyVehiclesError(
            f"The problem has {vehicles} vehicles; at most {limits.vehicles} are taken."
        )
    ends = {(v.start, v.start_index) for v in problem.vehicles} | {
        (v.end, v.end_index) for v in problem.vehicles
    }
    locations = len(problem.jobs) + 2 * len(problem.shipments) + len(ends - {(None, None)})
    if locations > limits.locations:
        raise TooManyLocationsError(
            f"The problem has {locations} locations; at most {limits.locations} are taken."
        )
    cells = sum(
        len(row)
        for matrix in (problem.matrices or {}).values()
        for kind in (matrix.durations, matrix.distances, matrix.costs)
        for row in kind or ()
    )
    if cells > limits.matrix_cells:
        raise MatrixTooLargeError(
            f"The matrices have {cells} cells; at most {limits.matrix_cells} are taken."
        )
