"""The log of a run from submit to end, by submit, sweeper and worker."""

import json
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import health_handler
import pytest
import status_handler
import submit_handler
import sweeper_handler
import worker_handler

from milkrun.jobs.factory import get_jobs, get_reader
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.run import Run
from milkrun.runs.work import Tools
from milkrun.settings import Limits, get_settings
from tests.nonempty import nonempty
from tests.telemetry import Line, Telemetry

from .conftest import Context, Invokes, recorded, send

SWEEP_ID = "0e7dd8b2-4f0b-4ffc-a1f6-0d8a7a6f3d0a"


def make_due(run: Run) -> None:
    get_reader()._redis.zadd(OwnerKeys(run.owner).active, {f"{run.owner}:{run.run_id}": 1})


def unforeseen(*_: Any, **__: Any) -> None:
    raise RuntimeError("no way to 12 Secret Street")


@pytest.fixture
def run(invokes: Invokes, environment: pytest.MonkeyPatch) -> Run:
    """A run handled by submit, sweeper and a worker with a broken solver, and then asked for by its
    caller."""
    environment.setattr(sweeper_handler, "get_invoker", lambda: invokes)
    environment.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793")
    send(submit_handler, "submit", headers={"X-Correlation-ID": "order-7"})
    run = invokes.runs[0]
    make_due(run)
    sweeper_handler.lambda_handler(recorded("sweeper"), Context(aws_request_id=SWEEP_ID))  # type: ignore[arg-type]
    jobs = get_jobs()
    tools = Tools(jobs, invokes, unforeseen, lambda _: None, Limits())  # type: ignore[arg-type]
    environment.setattr(worker_handler, "get_tools", lambda _: tools)
    event = {"owner": run.owner, "run_id": run.run_id, "correlation_id": run.correlation_id}
    worker_handler.lambda_handler(event, Context())  # type: ignore[arg-type]
    send(status_handler, "status", run_id=run.run_id, headers={"X-Correlation-ID": "look-1"})
    return run


@pytest.fixture
def lines(telemetry: Telemetry, run: Run) -> list[Line]:
    """All lines that they logged."""
    return telemetry.lines()


def messages(lines: list[Line], **keys: str) -> list[str]:
    return [line["message"] for line in lines if keys.items() <= line.items()]


def test_the_correlation_id_connects_the_lines_of_submit_sweeper_and_worker(lines: list[Line]) -> None:
    assert messages(lines, correlation_id="order-7") == [
        "run submitted",
        "request",
        "run dispatched",
        "run claimed",
        "search failed",
        "run ended",
    ]


def test_the_run_id_is_in_the_lines_of_later_calls_too(lines: list[Line], run: Run) -> None:
    assert messages(lines, run_id=run.run_id)[-1] == "request"
    assert lines[-1]["correlation_id"] == "look-1"


def test_every_line_about_a_run_has_the_same_three_keys(lines: list[Line], run: Run) -> None:
    about = [line for line in lines if line["message"].startswith(("run ", "search ", "lease ", "worker "))]
    assert about
    for line in about:
        assert (line["run_id"], line["owner"], line["correlation_id"]) == (run.run_id, run.owner, "order-7")


def test_a_sweep_is_logged_under_its_own_request(lines: list[Line]) -> None:
    assert messages(lines, correlation_id=SWEEP_ID) == ["swept"]


def test_every_line_names_its_function_its_request_and_its_trace(lines: list[Line]) -> None:
    for line in nonempty(lines):
        assert {"function_name", "function_request_id", "level", "timestamp"} <= line.keys()
        assert line["xray_trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"


def test_no_line_contains_a_server_s_address_or_text_of_the_problem(lines: list[Line]) -> None:
    text = json.dumps(lines)
    address = get_settings().redis_url.split("//")[1].split("/")[0]
    problem = json.loads(recorded("submit")["body"])
    for secret in (address, "Secret Street", "Altona", *(str(job["location"][0]) for job in problem["jobs"])):
        assert secret not in text


def test_lines_are_in_order_of_time(lines: list[Line]) -> None:
    assert all(before["timestamp"] <= after["timestamp"] for before, after in nonempty(pairwise(lines)))


def test_a_request_that_fails_is_counted_for_its_function(
    telemetry: Telemetry, environment: pytest.MonkeyPatch
) -> None:
    environment.setattr(status_handler, "get_reader", lambda: SimpleNamespace(status=unforeseen))
    answer = send(status_handler, "status", run_id="01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert answer.status == 500
    found = [metric for metric in telemetry.metrics() if metric.name == "InternalErrors"]
    assert {"service": "milkrun", "function_name": "milkrun"} in [metric.dimensions for metric in found]


def test_a_refused_request_is_counted_by_its_code(telemetry: Telemetry, invokes: Invokes) -> None:
    send(submit_handler, "submit", body="{")
    (by_code,) = [metric for metric in telemetry.metrics() if "code" in metric.dimensions]
    assert (by_code.name, by_code.dimensions["code"]) == ("RequestsRefused", "invalid_json")


def test_a_missing_run_is_not_counted_as_refused(
    telemetry: Telemetry, environment: pytest.MonkeyPatch
) -> None:
    assert send(status_handler, "status", run_id="01ARZ3NDEKTSV4RRFFQ69G5FAV").status == 404
    assert telemetry.metrics() == []


def test_a_stop_and_an_erasure_are_counted(telemetry: Telemetry, invokes: Invokes) -> None:
    send(submit_handler, "submit")
    run_id = invokes.runs[0].run_id
    telemetry.metrics()
    send(status_handler, "cancel", run_id=run_id)
    send(status_handler, "cancel", run_id=run_id, query={"erase": "true"})
    assert [metric.name for metric in telemetry.metrics()] == ["StopsAsked", "RunsErased"]


def test_a_dependency_that_is_down_is_counted(telemetry: Telemetry, environment: pytest.MonkeyPatch) -> None:
    probe = SimpleNamespace(ask=lambda: {"redis": "down: timed out", "neo4j": "not configured"})
    environment.setattr(health_handler, "get_probe", lambda: probe)
    send(health_handler, "ready")
    (metric,) = telemetry.metrics()
    assert (metric.name, metric.values) == ("DependenciesDown", [1])
