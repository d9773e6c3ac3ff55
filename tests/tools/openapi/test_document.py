"""The document is valid and complete, and agrees with the code and the template."""

import inspect
import json
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

from local import ROOT
from local.rest_api import Api
from local.template import read_template
from milkrun import errors
from milkrun.errors import MilkrunError
from milkrun.http.cors import EXPOSED
from milkrun.http.problems import STATUS_OF
from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.model.travel import travel_source
from milkrun_solver.verification.verifier import Verifier
from tests.contract import breaches_of_schema
from tests.nonempty import nonempty
from tools.openapi.codes import run_codes
from tools.openapi.document import build_document, routes
from tools.openapi.operations import OPERATIONS
from tools.openapi.text import as_yaml

FILE = ROOT / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return build_document()


def api(auth_mode: str) -> Api:
    return read_template(ROOT / "template.yaml", "us-east-1", {"AuthMode": auth_mode}).api


def codes_of(document: dict[str, Any]) -> set[str]:
    """Every code that an error answer of some route may have."""
    return {
        code
        for methods in document["paths"].values()
        for operation in methods.values()
        for response in operation["responses"].values()
        for content in response.get("content", {}).values()
        for part in content.get("schema", {}).get("allOf", [])
        for code in part.get("properties", {}).get("code", {}).get("enum", [])
    }


def test_the_file_is_what_the_code_generates(document: dict[str, Any]) -> None:
    assert FILE.read_text() == as_yaml(document), "run `make openapi`"


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_handlers_template_and_document_have_the_same_routes(document: dict[str, Any]) -> None:
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    served = {(route.method, route.resource) for route in api("IAM").routes}
    assert described == served == set(routes()) == set(OPERATIONS)


def test_only_open_routes_need_no_caller(document: dict[str, Any]) -> None:
    opened = {
        path
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if operation.get("security") == []
    }
    assert opened == {"/health", "/ready"}


def test_every_error_of_the_functions_has_its_code_in_it(document: dict[str, Any]) -> None:
    assert {kind.code for kind in STATUS_OF} - {errors.RunFailedError.code} <= codes_of(document)


def test_every_error_that_can_end_a_run_has_its_code_in_it(document: dict[str, Any]) -> None:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    ending = {kind.code for kind in kinds if issubclass(kind, errors.SolveError)}
    promised = {"never_started", "worker_lost", "location_off_network", "location_unreachable"}
    assert ending | promised | {MilkrunError.code} <= set(run_codes()) <= codes_of(document)


@pytest.mark.parametrize("auth_mode", ["IAM", "JWT"])
def test_every_error_of_the_gateway_has_its_code_in_it(document: dict[str, Any], auth_mode: str) -> None:
    problems = [json.loads(it.templates["application/json"]) for it in api(auth_mode).responses.values()]
    assert {problem["code"] for problem in problems} <= codes_of(document)


def test_every_code_is_explained_to_people(document: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    assert [code for code in nonempty(sorted(codes_of(document))) if f"`{code}`" not in page] == []


def test_every_retryable_answer_has_retry_after(document: dict[str, Any]) -> None:
    answers = [
        operation["responses"][status]
        for methods in document["paths"].values()
        for operation in methods.values()
        for status in {"429", "503"} & operation["responses"].keys()
    ]
    for answer in nonempty(answers):
        assert answer["headers"]["Retry-After"]["required"] is True


def test_pages_may_read_exactly_the_headers_of_the_document(document: dict[str, Any]) -> None:
    assert set(EXPOSED) == set(document["components"]["headers"]) - {"WWW-Authenticate", "Vary"}


@pytest.mark.parametrize("name", yaml.safe_load(FILE.read_text())["components"]["examples"])
def test_every_example_matches_its_schema(document: dict[str, Any], name: str) -> None:
    example = document["components"]["examples"][name]["value"]
    assert breaches_of_schema(f"/components/schemas/{name}", example) == []


def test_the_example_of_a_solution_solves_the_example_of_a_problem(document: dict[str, Any]) -> None:
    examples = document["components"]["examples"]
    problem = Problem.model_validate_json(json.dumps(examples["Problem"]["value"]))
    solution = Solution.model_validate(examples["Solution"]["value"])
    assert Verifier(problem, travel_source(problem)).faults(solution) == []


def test_the_document_refuses_what_the_parser_refuses() -> None:
    vehicle = {"id": 1, "start": [0, 0]}
    some: list[dict[str, Any]] = [
        {},
        {"vehicles": []},
        {"vehicles": [vehicle], "speed": 3},
        {"vehicles": [vehicle | {"id": "1"}]},
        {"vehicles": [vehicle | {"start": [0, 91]}]},
        {"vehicles": [vehicle], "jobs": [{"id": 1, "time_windows": [[1]]}]},
        {"vehicles": [vehicle], "options": {"time_limit": 0}},
        {"vehicles": [vehicle], "network": "No Such Name"},
    ]
    for broken in some:
        assert breaches_of_schema("/components/schemas/Problem", broken) != []


def test_deprecated_names_are_in_the_document(document: dict[str, Any]) -> None:
    amount = document["components"]["schemas"]["Job"]["properties"]["amount"]
    assert amount["deprecated"] is True
    job = {"id": 1, "location": [0, 0], "amount": [1]}
    problem = {"vehicles": [{"id": 1, "start": [0, 0]}], "jobs": [job]}
    assert breaches_of_schema("/components/schemas/Problem", problem) == []


def test_fields_that_are_described_in_a_docstring_are_described_here(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert "Attributes" not in json.dumps(schemas)
    assert schemas["Options"]["properties"]["time_limit"]["description"].startswith("Seconds of solving")
    assert schemas["RunStatus"]["properties"]["hops"]["description"].startswith("Hand-overs")
