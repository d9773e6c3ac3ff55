"""Submit, worker and result through the SAM CLI's own gateway and Lambda service, in Lambda's image."""

import gzip
import json
from collections.abc import Iterator

import boto3
import httpx
import numpy as np
import pytest
from botocore.config import Config

from local import ROOT
from milkrun_solver.roads.compiled import CompiledNetwork
from tests.e2e.conftest import Json, deliveries, ended, result, submit
from tests.waiting import until

from .conftest import SamStack

pytestmark = pytest.mark.long
"""The quick tests make the same calls on the local stack, in tests/e2e."""


@pytest.fixture
def api(stack: SamStack, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A caller of this test's own. The timeout allows for the first call of a function, which builds its
    image."""
    headers = {"Authorization": f"Bearer {request.node.name}"}
    with httpx.Client(base_url=stack.api, headers=headers, timeout=120) as client:
        yield client


def test_a_run_goes_from_submit_through_the_worker_to_its_result(api: httpx.Client) -> None:
    accepted = api.post(
        "/optimize", json=deliveries(20, seconds=600, stall_limit=2), headers={"X-Correlation-ID": "order-1"}
    )
    assert accepted.status_code == 202, accepted.text
    assert accepted.headers["X-Correlation-ID"] == "order-1"
    run_id = accepted.json()["run_id"]
    assert accepted.headers["Location"] == f"/optimize/{run_id}/status"
    state = ended(api, run_id)
    assert (state["status"], state["attempt"], state["correlation_id"]) == ("completed", 1, "order-1")
    solution = result(api, run_id)
    assert solution["code"] == 0
    assert solution["summary"]["unassigned"] == 0
    assert solution["meta"]["engine"] == "sisr"


def test_a_run_is_listed_and_erased(api: httpx.Client) -> None:
    run_id = submit(api, deliveries(5, seconds=600))
    ended(api, run_id)
    assert [run["run_id"] for run in api.get("/optimize").json()["runs"]] == [run_id]
    assert api.delete(f"/optimize/{run_id}").json()["status"] == "completed"
    assert api.delete(f"/optimize/{run_id}", params={"erase": "true"}).status_code == 204
    assert api.get(f"/optimize/{run_id}/status").status_code == 404


def test_a_running_run_stops_early_and_keeps_its_best_routes(api: httpx.Client) -> None:
    run_id = submit(api, deliveries(60, seconds=300))

    def has_routes() -> bool:
        return api.get(f"/optimize/{run_id}/result", params={"best": "true"}).status_code == 200

    until(has_routes)
    assert api.delete(f"/optimize/{run_id}").status_code == 202
    assert ended(api, run_id)["stopped_early"] is True
    assert result(api, run_id)["summary"]["unassigned"] == 0


def test_a_run_on_a_road_network_reads_it_from_neo4j(api: httpx.Client, road_graph: CompiledNetwork) -> None:
    reached = sorted({int(target) for target in road_graph.target[np.isfinite(road_graph.seconds["car"])]})[
        ::12
    ]
    places = [[float(road_graph.longitude[i]), float(road_graph.latitude[i])] for i in reached]
    problem: Json = {
        "network": "town",
        "vehicles": [{"id": 1, "start": places[0], "end": places[0]}],
        "jobs": [{"id": i, "location": place} for i, place in enumerate(places[1:])],
        "options": {"time_limit": 1},
    }
    run_id = submit(api, problem)
    assert ended(api, run_id)["status"] == "completed"
    assert result(api, run_id)["meta"]["matrix"] == "network"


def test_health_and_readiness_need_no_caller(stack: SamStack) -> None:
    health = httpx.get(f"{stack.api}/health", timeout=120)
    ready = httpx.get(f"{stack.api}/ready", timeout=120)
    assert (health.status_code, health.json()["status"]) == (200, "ok")
    assert (ready.status_code, ready.json()["dependencies"]) == (200, {"redis": "ok", "neo4j": "ok"})


def test_an_invalid_problem_gets_problem_json(api: httpx.Client) -> None:
    answer = api.post("/optimize", json={"vehicles": []})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid_problem"


def test_a_gzipped_problem_is_accepted(api: httpx.Client) -> None:
    body = gzip.compress(json.dumps(deliveries(5, seconds=600)).encode())
    answer = api.post("/optimize", content=body, headers={"Content-Type": "application/gzip"})
    assert answer.status_code == 202, answer.text


def test_another_caller_cannot_see_a_run(stack: SamStack, api: httpx.Client) -> None:
    run_id = submit(api, deliveries(5, seconds=600))
    answer = httpx.get(
        f"{stack.api}/optimize/{run_id}/status", headers={"Authorization": "Bearer other"}, timeout=120
    )
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("PUT", "/optimize"), ("POST", "/health"), ("OPTIONS", "/optimize")],
)
def test_the_gateway_refuses_paths_that_the_template_does_not_route(
    api: httpx.Client, method: str, path: str
) -> None:
    answer = api.request(method, path)
    assert answer.status_code == 403  # the SAM CLI ignores GatewayResponses, which make this a 404 on AWS
    assert answer.json() == {"message": "Missing Authentication Token"}


def test_the_sweeper_runs_on_the_event_of_its_schedule(stack: SamStack) -> None:
    lambdas = boto3.client(
        "lambda",
        endpoint_url=stack.lambdas,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(read_timeout=120, retries={"max_attempts": 0}, proxies={}),
    )
    event = (ROOT / "events/sweeper.json").read_bytes()
    answer = lambdas.invoke(FunctionName="SweeperFunction", Payload=event)
    assert "FunctionError" not in answer, answer["Payload"].read()
