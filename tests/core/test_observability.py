import ast
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Tracer
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.tracing import tracer as powertools

from milkrun import observability
from milkrun.observability import UNITS, begin, get_logger, measure, report_down, traced
from tests.telemetry import Telemetry

ROOT = Path(__file__).parents[2]
CONTEXT: Any = SimpleNamespace(function_name="milkrun-worker", aws_request_id="52fdfc07")


class Segments:
    """Stands in for X-Ray, and records what is put into a trace."""

    def __init__(self) -> None:
        self.metadata: list[Any] = []
        self.opened: list[str] = []
        self.annotations: list[dict[str, Any]] = []

    @contextmanager
    def in_subsegment(self, name: str) -> Any:
        self.opened.append(name)
        annotations: dict[str, Any] = {}
        self.annotations.append(annotations)
        yield SimpleNamespace(
            put_metadata=lambda **kept: self.metadata.append(kept),
            put_annotation=lambda key, value: annotations.update({key: value}),
            add_exception=lambda **_: None,
        )


@pytest.fixture
def segments(monkeypatch: pytest.MonkeyPatch) -> Segments:
    """What is put into traces by a process that has had its first request."""
    segments = Segments()
    tracer = Tracer(service="milkrun", disabled=False, auto_patch=False, provider=segments)  # type: ignore[arg-type]
    monkeypatch.setattr(observability, "get_tracer", lambda: tracer)
    monkeypatch.setattr(powertools, "is_cold_start", False)
    return segments


def traced_answer() -> Any:
    return traced(lambda _event, _context: {"body": "12 Secret Street"})({}, {})


def test_a_callers_data_stays_out_of_the_trace(segments: Segments, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988;Parent=53995c3f42cd8ad8;Sampled=1")
    assert traced_answer() == {"body": "12 Secret Street"}
    assert segments.opened
    assert segments.metadata == []


@pytest.mark.parametrize("trace", ["", "Root=1-5759e988;Parent=53995c3f42cd8ad8;Sampled=0"])
def test_a_request_without_a_trace_opens_no_segment(
    trace: str, segments: Segments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", trace)
    assert traced_answer() == {"body": "12 Secret Street"}
    assert segments.opened == []


def test_only_the_first_request_is_a_cold_start(segments: Segments, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(powertools, "is_cold_start", True)
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988;Parent=53995c3f42cd8ad8;Sampled=0")
    traced_answer()
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988;Parent=53995c3f42cd8ad8;Sampled=1")
    traced_answer()
    assert [annotations["ColdStart"] for annotations in segments.annotations] == [True, False]


def test_every_line_of_an_invocation_carries_its_ids(telemetry: Telemetry) -> None:
    begin(CONTEXT, "order-7", run_id="R", owner="o")
    get_logger().info("run claimed")
    (line,) = telemetry.lines()
    assert line["correlation_id"] == "order-7"
    assert (line["run_id"], line["owner"]) == ("R", "o")
    assert (line["function_name"], line["function_request_id"]) == ("milkrun-worker", "52fdfc07")


def test_each_dependency_that_is_down_is_reported_with_its_reason(telemetry: Telemetry) -> None:
    states = {"redis": "down: timed out", "neo4j": "not configured", "issuer": "down: /keys: URLError"}
    report_down(states, "run delayed", attempt=2)
    told = [
        [line[key] for key in ("level", "message", "dependency", "reason", "attempt")]
        for line in telemetry.lines()
    ]
    assert told == [
        ["WARNING", "run delayed", "redis", "timed out", 2],
        ["WARNING", "run delayed", "issuer", "/keys: URLError", 2],
    ]


def test_an_invocation_knows_nothing_of_the_one_before(telemetry: Telemetry) -> None:
    begin(CONTEXT, "order-7", run_id="R", owner="o")
    begin(CONTEXT, "order-8")
    get_logger().info("swept")
    (line,) = telemetry.lines()
    assert line["correlation_id"] == "order-8"
    assert not {"run_id", "owner"} & line.keys()


@pytest.mark.parametrize("text", ["\n{}", "\x1b[2J", "\x7f\x80\x9b31m", "\x85\u2028\u202e", "\ud800", "Łódź"])
def test_what_a_caller_sends_is_printable_ascii_in_a_line(
    text: str, telemetry: Telemetry, capsys: pytest.CaptureFixture[str]
) -> None:
    get_logger().info("request", path=text)
    line = capsys.readouterr().out.removesuffix("\n")
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["path"] == text


def test_a_line_names_its_trace(telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8")
    get_logger().info("swept")
    assert telemetry.lines()[0]["xray_trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"


def test_a_line_has_the_keys_of_powertools_in_its_order(telemetry: Telemetry) -> None:
    begin(CONTEXT, "order-7")
    record = logging.LogRecord("milkrun", logging.INFO, __file__, 7, "swept %d", (3,), None, "sweep")
    record.run_id, record.nothing = "R", None
    formatter: Any = get_logger().registered_formatter
    line = formatter.format(record)
    assert line == LambdaPowertoolsFormatter.format(formatter, record)
    assert list(json.loads(line))[:5] == ["level", "location", "message", "timestamp", "service"]


def test_a_line_has_the_level_and_the_time_that_lambda_filters_by(telemetry: Telemetry) -> None:
    get_logger().info("swept")
    (line,) = telemetry.lines()
    assert line["level"] == "INFO"
    assert datetime.fromisoformat(line["timestamp"]).utcoffset() is not None


def failing() -> None:
    try:
        raise ConnectionError("Error 111 connecting to cache.internal:6379")
    except ConnectionError as cause:
        error = ValueError("input_value='12 Secret Street'")
        error.add_note("in 12 Secret Street")
        raise error from cause


def test_an_error_is_logged_by_type_and_place_without_its_message(telemetry: Telemetry) -> None:
    try:
        failing()
    except ValueError as error:
        get_logger().error("search failed", exc_info=error)
    (line,) = telemetry.lines()
    assert line["exception_name"] == "ValueError"
    assert "test_observability.py" in line["exception"]
    assert " failing" in line["exception"]
    assert "ConnectionError" in line["exception"]  # and what caused it
    assert "Secret Street" not in str(line)
    assert "cache.internal" not in str(line)


def test_an_error_that_is_its_own_cause_is_logged_once(telemetry: Telemetry) -> None:
    error = ValueError()
    error.__cause__ = KeyError()
    error.__cause__.__cause__ = error
    get_logger().error("search failed", exc_info=error)
    (line,) = telemetry.lines()
    assert line["exception"].splitlines() == ["ValueError", "KeyError"]


def test_the_solver_s_lines_carry_the_run_too(telemetry: Telemetry) -> None:
    begin(CONTEXT, "order-7", run_id="R", owner="o")
    logging.getLogger("milkrun_solver.solve").error("%s failed", "vroom")
    (line,) = telemetry.lines()
    assert (line["message"], line["run_id"], line["correlation_id"]) == ("vroom failed", "R", "order-7")


def test_a_metric_has_its_unit_and_the_stack_as_its_dimension(telemetry: Telemetry) -> None:
    measure("OldestDue", 7.5)
    assert telemetry.metrics() == [("Milkrun", "OldestDue", "Seconds", [7.5], {"service": "milkrun"})]


def test_values_of_one_event_are_all_kept(telemetry: Telemetry) -> None:
    measure("InvokesFailed", 0)
    measure("InvokesFailed", 1)
    (metric,) = telemetry.metrics()
    assert metric.values == [0, 1]


def test_a_metric_with_a_dimension_also_counts_in_the_total(telemetry: Telemetry) -> None:
    measure("RunsFailed", code="worker_lost")
    by_code, total = telemetry.metrics()
    assert by_code.dimensions == {"service": "milkrun", "code": "worker_lost"}
    assert total.dimensions == {"service": "milkrun"}
    assert by_code.values == total.values == [1]


def test_a_metric_that_is_not_listed_is_refused(telemetry: Telemetry) -> None:
    with pytest.raises(KeyError):
        measure("Misspelt")


def measured() -> Iterator[str]:
    """The names of metrics wherever the core or a handler records one."""
    for folder in ("layers/core/milkrun", "functions"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id == "measure"
                ):
                    yield ast.literal_eval(node.args[0])


def test_every_listed_metric_is_measured_somewhere() -> None:
    assert set(measured()) == set(UNITS)


def somewhere() -> None:
    get_logger().info("request", status=200)


def test_a_line_names_the_function_and_the_line_that_wrote_it(telemetry: Telemetry) -> None:
    somewhere()
    assert telemetry.lines()[0]["location"] == f"somewhere:{somewhere.__code__.co_firstlineno + 1}"


def test_a_line_written_directly_equals_one_made_from_a_log_record(telemetry: Telemetry) -> None:
    begin(CONTEXT, "order-7", run_id="R")
    ways: list[dict[str, Any]] = [
        {},
        {"exc_info": None},
    ]  # what is logged through logging itself takes the long way
    for options in ways:
        get_logger().info("run claimed", run_id="S", nothing=None, count=3, **options)
    one, other = telemetry.lines()
    assert list(one) == list(other)
    assert {**one, "timestamp": ""} == {**other, "timestamp": ""}


def test_lines_below_the_chosen_level_are_not_written(
    telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    get_logger().setLevel("WARNING")
    get_logger().info("request")
    get_logger().warning("no credentials")
    get_logger().setLevel("INFO")
    assert [line["message"] for line in telemetry.lines()] == ["no credentials"]


def test_a_line_that_cannot_be_written_fails_nothing(
    telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(logging, "raiseExceptions", False)
    monkeypatch.setattr(get_logger().registered_handler, "stream", closed)
    get_logger().info("request")
