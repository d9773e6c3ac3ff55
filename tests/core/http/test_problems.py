import inspect
from http import HTTPStatus

import pytest

from milkrun import errors
from milkrun.errors import FieldError, MilkrunError
from milkrun.http.problems import STATUS_OF, problem, title_of

BASES = {errors.MilkrunError, errors.RequestError, errors.RunStateError}
NEVER_ANSWERED = {
    errors.CredentialsUnavailableError,
    errors.TransitionRefusedError,
    errors.SolveError,
    errors.NetworkNotFoundError,
}
"""Errors that end a run or an invocation rather than a request, and errors that clients translate."""
ALL = {
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, MilkrunError) and kind.__module__ == errors.__name__
}


def test_every_error_that_a_caller_can_meet_has_its_status() -> None:
    assert set(STATUS_OF) == ALL - BASES - NEVER_ANSWERED


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in ALL]
    assert len(set(codes)) == len(codes)


def test_every_error_ends_in_error() -> None:
    assert all(kind.__name__.endswith("Error") for kind in ALL)


def test_a_problem_has_all_members_of_the_rfc() -> None:
    status, headers, body = problem(errors.RunNotFoundError(), "corr-1")
    assert status is HTTPStatus.NOT_FOUND
    assert headers == {}
    assert body == {
        "type": "urn:milkrun:problem:run_not_found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no such run.",
        "code": "run_not_found",
        "correlation_id": "corr-1",
    }


def test_an_invalid_problem_lists_its_fields() -> None:
    _, _, body = problem(errors.InvalidProblemError([FieldError("$.jobs[0]", "is wrong")]), "c")
    assert body["errors"] == [{"loc": "$.jobs[0]", "message": "is wrong"}]


def test_the_detail_counts_the_errors_beside_the_first() -> None:
    broken = [FieldError(f"$.jobs[{number}]", "is wrong") for number in range(3)]
    assert errors.InvalidProblemError(broken[:1]).detail == "$.jobs[0]: is wrong."
    assert errors.InvalidProblemError(broken[:2]).detail == "$.jobs[0]: is wrong (and 1 more error)."
    assert errors.InvalidProblemError(broken).detail == "$.jobs[0]: is wrong (and 2 more errors)."


def test_titles_do_not_depend_on_the_version_of_python() -> None:
    assert title_of(HTTPStatus.UNPROCESSABLE_ENTITY) == "Unprocessable Entity"
    assert title_of(HTTPStatus.REQUEST_ENTITY_TOO_LARGE) == "Request Entity Too Large"


def test_an_unavailable_dependency_is_named_and_worth_a_retry() -> None:
    away = errors.DependencyUnavailableError({"redis": "down: timed out", "neo4j": "ok"})
    status, headers, body = problem(away, "c")
    assert status is HTTPStatus.SERVICE_UNAVAILABLE
    assert headers["Retry-After"] == "5"
    assert body["dependencies"] == {"redis": "down: timed out", "neo4j": "ok"}
    assert body["detail"] == "Redis is unavailable: timed out. Try again."


def test_a_failed_run_answers_with_its_own_code() -> None:
    status, _, body = problem(errors.RunFailedError("worker_lost", "Lost."), "c")
    assert "errors" not in body
    assert (status, body["code"]) == (HTTPStatus.CONFLICT, "worker_lost")


def test_a_failed_run_names_the_fields_at_fault() -> None:
    fields = (errors.FieldError("$.jobs[0].location", "lies in the sea"),)
    body = problem(errors.RunFailedError("location_off_network", "One.", fields), "c")[2]
    assert body["errors"] == [{"loc": "$.jobs[0].location", "message": "lies in the sea"}]


@pytest.mark.parametrize("error", [ValueError("secret at 10.0.0.1"), errors.SolveError("secret at 10.0.0.1")])
def test_an_error_outside_the_table_reveals_nothing(error: Exception) -> None:
    status, _, body = problem(error, "c")
    assert status is HTTPStatus.INTERNAL_SERVER_ERROR
    assert body["code"] == "internal_error"
    assert "secret" not in str(body)
