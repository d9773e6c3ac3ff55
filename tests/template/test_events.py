"""The sample events equal those that API Gateway, the scheduler and the functions themselves would send."""

import json
from typing import Any

import pytest

from milkrun.http.identity import owner_of
from milkrun.schema.parse import parse_problem
from milkrun.settings import Limits
from tests.stacks import ROOT, Resources

from .conftest import Deploy

EVENTS = ROOT / "events"
API_EVENTS = ("submit", "list", "status", "result", "cancel", "health", "ready")
REST_PROXY_KEYS = {
    "resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters",
    "multiValueQueryStringParameters", "pathParameters", "stageVariables", "requestContext", "body",
    "isBase64Encoded",
}  # fmt: skip
REST_CONTEXT_KEYS = {
    "accountId", "apiId", "deploymentId", "domainName", "domainPrefix", "extendedRequestId",
    "httpMethod", "identity", "operationName", "path", "protocol", "requestId", "requestTime",
    "requestTimeEpoch", "resourceId", "resourcePath", "stage",
}  # fmt: skip


def read(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def test_every_route_has_an_event_and_every_event_a_route(routes: dict[tuple[str, str], str]) -> None:
    events = [read(name) for name in API_EVENTS]
    assert {(event["httpMethod"], event["resource"]) for event in events} == set(routes)


def test_every_file_of_the_folder_is_known() -> None:
    names = {path.stem for path in EVENTS.iterdir()}
    assert names == {*API_EVENTS, "worker", "sweeper", "env"}


@pytest.mark.parametrize("name", API_EVENTS)
def test_an_event_has_every_field_that_a_rest_api_sends(name: str) -> None:
    event = read(name)
    assert set(event) == REST_PROXY_KEYS
    assert set(event["requestContext"]) == REST_CONTEXT_KEYS


@pytest.mark.parametrize("name", API_EVENTS)
def test_the_parts_of_an_event_agree(name: str) -> None:
    event, context = read(name), read(name)["requestContext"]
    assert event["resource"].format(**event["pathParameters"] or {}) == event["path"]
    assert context["path"] == f"/{context['stage']}{event['path']}"
    assert (context["resourcePath"], context["httpMethod"]) == (event["resource"], event["httpMethod"])
    for single, multi in (
        ("headers", "multiValueHeaders"),
        ("queryStringParameters", "multiValueQueryStringParameters"),
    ):
        assert {key: values[-1] for key, values in (event[multi] or {}).items()} == (event[single] or {})


def test_the_problem_of_the_submit_event_is_valid() -> None:
    problem = parse_problem(read("submit")["body"].encode(), Limits())
    assert [job.id for job in problem.jobs] == [1, 2, 3, 4]


def test_the_worker_event_has_the_caller_of_the_other_events() -> None:
    worker = read("worker")
    assert set(worker) == {"owner", "run_id", "correlation_id"}
    assert worker["owner"] == owner_of(read("submit"), local=False)
    assert worker["run_id"] == read("status")["pathParameters"]["run_id"]


def test_the_env_file_overrides_only_variables_that_functions_have(
    deployed: Deploy, lambdas: Resources
) -> None:
    overrides = read("env")
    assert set(overrides) == set(deployed({}).of_type("AWS::Lambda::Function"))
    for name, variables in overrides.items():
        assert variables.keys() <= lambdas[name]["Environment"]["Variables"].keys()
