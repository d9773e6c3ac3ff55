"""What the gateway does before and after a function."""

import importlib
import json
from http import HTTPStatus
from typing import Any

import pytest

from milkrun.http import problems
from milkrun.http.headers import MAX_WAIT

from .conftest import Resources

OPEN = {("GET", "/health"), ("GET", "/ready")}


@pytest.fixture(scope="module")
def rest_api(translated: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = translated["Resources"]["Api"]["Properties"]
    return properties


@pytest.fixture(scope="module")
def operations(rest_api: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in rest_api["Body"]["paths"].items()
        for method, operation in methods.items()
    }


@pytest.fixture(scope="module")
def gateway_answers(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Gateway responses by type: status, headers and parsed body."""
    answers = template["Resources"]["Api"]["Properties"]["GatewayResponses"]
    return {
        name: {
            "body": json.loads(answer["ResponseTemplates"]["application/json"]),
            "headers": answer["ResponseParameters"]["Headers"],
            "status": answer["StatusCode"],
        }
        for name, answer in answers.items()
    }


def registered_routes(module: str) -> set[tuple[str, str]]:
    """(method, path) of each route that a handler's resolver knows."""
    paths = importlib.import_module(module).app.get_openapi_schema().paths
    methods = ("get", "put", "post", "delete", "patch")
    return {
        (method.upper(), path) for path, item in paths.items() for method in methods if getattr(item, method)
    }


@pytest.mark.parametrize("name", ["Submit", "Status", "Health"])
def test_a_function_gets_exactly_the_routes_that_its_handler_serves(
    name: str, routes: dict[tuple[str, str], str]
) -> None:
    given = {route for route, function in routes.items() if function == f"{name}Function"}
    assert given == registered_routes(f"{name.lower()}_handler")


def test_worker_and_sweeper_cannot_be_reached_over_http(routes: dict[tuple[str, str], str]) -> None:
    assert set(routes.values()) == {"SubmitFunction", "StatusFunction", "HealthFunction"}


def test_every_route_but_health_and_readiness_takes_signed_requests_only(
    operations: dict[tuple[str, str], dict[str, Any]],
) -> None:
    unsigned = {
        route for route, operation in operations.items() if {"AWS_IAM": []} not in operation["security"]
    }
    assert unsigned == OPEN


def test_functions_are_called_by_the_gateway_and_not_with_the_rights_of_its_caller(
    operations: dict[tuple[str, str], dict[str, Any]],
) -> None:
    for operation in operations.values():
        assert "credentials" not in operation["x-amazon-apigateway-integration"]


def test_only_gzip_bodies_are_binary(rest_api: dict[str, Any]) -> None:
    assert rest_api["Body"]["x-amazon-apigateway-binary-media-types"] == ["application/gzip"]


def test_every_request_is_logged_as_one_line_of_json(translated: dict[str, Any]) -> None:
    stage = next(r for r in translated["Resources"].values() if r["Type"] == "AWS::ApiGateway::Stage")
    log = stage["Properties"]["AccessLogSetting"]
    assert log["DestinationArn"] == {"Fn::GetAtt": ["AccessLogs", "Arn"]}
    assert "\n" not in log["Format"]
    assert json.loads(log["Format"])["request_id"] == "$context.requestId"


def test_what_the_gateway_says_itself_is_a_problem_like_any_other(
    gateway_answers: dict[str, dict[str, Any]],
) -> None:
    members = list(problems.problem_body(HTTPStatus.NOT_FOUND, "code", "Detail.", "id"))
    for name, answer in gateway_answers.items():
        body = answer["body"]
        assert list(body) == members, name
        assert body["type"] == f"urn:milkrun:problem:{body['code']}", name
        assert body["status"] == answer["status"], name
        assert body["correlation_id"] == "$context.requestId", name
        assert answer["headers"]["Content-Type"] == f"'{problems.CONTENT_TYPE}'", name


def test_gateway_and_functions_mean_the_same_by_a_code(gateway_answers: dict[str, dict[str, Any]]) -> None:
    status_of = {error.code: status for error, status in problems.STATUS_OF.items()}
    shared = [answer for answer in gateway_answers.values() if answer["body"]["code"] in status_of]
    assert {answer["body"]["code"] for answer in shared} >= {"unauthenticated", "body_too_large"}
    for answer in shared:
        assert answer["status"] == status_of[answer["body"]["code"]]


def test_who_sends_too_much_is_told_when_to_come_back(gateway_answers: dict[str, dict[str, Any]]) -> None:
    for name in ("THROTTLED", "QUOTA_EXCEEDED"):
        assert gateway_answers[name]["headers"]["Retry-After"].strip("'").isdecimal()


def test_a_request_may_wait_as_long_as_the_contract_says(lambdas: Resources) -> None:
    for name in ("SubmitFunction", "StatusFunction"):
        assert MAX_WAIT < lambdas[name]["Timeout"] <= 29
