"""Logs, metrics and traces: one of each per process."""

import json
import logging
import os
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer, single_metric
from aws_lambda_powertools.logging.formatter import RESERVED_LOG_ATTRS, LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.tracing import tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

Handler = Callable[[Any, Any], Any]

NAMESPACE = "Milkrun"
UNITS: Mapping[str, MetricUnit] = {
    "RequestsRefused": MetricUnit.Count,  # by code
    "InternalErrors": MetricUnit.Count,  # answered with 500, by function_name
    "DependenciesDown": MetricUnit.Count,
    "RunsSubmitted": MetricUnit.Count,
    "RunsReplayed": MetricUnit.Count,
    "StopsAsked": MetricUnit.Count,
    "RunsErased": MetricUnit.Count,
    "InvokesFailed": MetricUnit.Count,
    "QueueSeconds": MetricUnit.Seconds,  # from submission to the first claim
    "SolveSeconds": MetricUnit.Seconds,  # of a completed run, over all its attempts and hops
    "Hops": MetricUnit.Count,
    "LeasesLost": MetricUnit.Count,
    "RunsDelayed": MetricUnit.Count,
    "RunsCompleted": MetricUnit.Count,
    "RunsFailed": MetricUnit.Count,  # by code
    "RunsExpired": MetricUnit.Count,
    "RunsDispatched": MetricUnit.Count,
    "ActiveRuns": MetricUnit.Count,
    "PendingRuns": MetricUnit.Count,
    "DueRuns": MetricUnit.Count,
    "StalledRuns": MetricUnit.Count,
    "OldestPending": MetricUnit.Seconds,
    "OldestDue": MetricUnit.Seconds,
}
"""Every metric with its unit. What it means for an operator is in docs/operations.md."""

_OTHER_LOGGERS = ("milkrun_solver",)
"""Loggers of the standard library whose lines get the same shape, and the keys of the run they are about."""


_TRACE = "_X_AMZN_TRACE_ID"
"""Where Lambda keeps the trace of a request: `Root=...;Parent=...;Sampled=1`."""
_CHOSEN = "Sampled=1"
_OF_A_RECORD = frozenset(RESERVED_LOG_ATTRS)


class Formatter(LambdaPowertoolsFormatter):
    """JSON lines in which an error is told by its kind and its place alone.

    The message of an error that nobody foresaw may hold the address of a server, or a caller's data. Keys and
    their order are those of Powertools, which would look for JSON in each message.
    """

    def format(self, record: logging.LogRecord) -> str:
        """A record as a line: the keys of the invocation, and those of the record itself over them."""
        line = dict(self.log_format)
        line["level"] = record.levelname
        line["location"] = f"{record.funcName}:{record.lineno}"
        line["message"] = record.getMessage()
        line["timestamp"] = self.formatTime(record)
        line.update((key, value) for key, value in vars(record).items() if key not in _OF_A_RECORD)
        if record.exc_info and record.exc_info[0]:
            line["exception"] = self.formatException(record.exc_info)
            line["exception_name"] = record.exc_info[0].__name__
        if trace := os.environ.get(_TRACE):
            line["xray_trace_id"] = trace.partition(";")[0].removeprefix("Root=")
        return self.serialize({key: value for key, value in line.items() if value is not None})

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's name)
        """The error and what caused it, the last one first, each with the calls that lead to it."""
        error: BaseException | None = ei[1]
        told: dict[int, str] = {}
        while error is not None and id(error) not in told:  # one may be its own cause
            told[id(error)] = "\n".join([type(error).__name__, *_calls(error.__traceback__)])
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(told.values())

    def serialize(self, log: dict[str, Any]) -> str:  # type: ignore[override]
        """One line of printable ASCII: what callers send steers no terminal and ends no line."""
        return _ENCODER.encode(log).replace("\x7f", "\\u007f")


_ENCODER = json.JSONEncoder(default=str, separators=(",", ":"))


def _calls(trace: TracebackType | None) -> Iterator[str]:
    for call in traceback.extract_tb(trace):
        yield f"  {Path(call.filename).name}:{call.lineno} {call.name}"


@cache
def get_logger() -> Logger:
    """JSON lines on stdout, in time's own format, by which Lambda tells their level."""
    logger = Logger(logger_formatter=Formatter(utc=True, use_rfc3339=True, serialize_stacktrace=False))
    for name in _OTHER_LOGGERS:
        other = logging.getLogger(name)
        other.handlers, other.propagate = [logger.registered_handler], False
        other.setLevel(logger.log_level)
    return logger


@cache
def get_metrics() -> Metrics:
    """Embedded metrics: lines of the log that CloudWatch reads. Their dimension `service` is the stack."""
    return Metrics(namespace=NAMESPACE)


@cache
def get_tracer() -> Tracer:
    """X-Ray segments. Patching every client library would import them all."""
    return Tracer(auto_patch=False)


def begin(context: LambdaContext, correlation_id: str, **keys: str) -> None:
    """Gives every line of this invocation its correlation id and `keys`, and forgets those of the last.

    In the functions of the API the id is the request's. Whatever is done for a run, the worker's work and
    what the sweeper does about it, is told under the id of the request that submitted it.
    """
    lines_have: dict[str, Any] = {
        "function_name": context.function_name,
        "function_request_id": context.aws_request_id,
        "correlation_id": correlation_id,
        **keys,
    }
    get_logger().structure_logs(**lines_have)


def measure(name: str, value: float = 1, **dimension: str) -> None:
    """Adds a value of a metric, and with a dimension the same once more under that: `code="worker_lost"`.

    Raises:
        KeyError: UNITS has no such metric.
    """
    get_metrics().add_metric(name=name, unit=UNITS[name], value=value)
    for key, text in dimension.items():
        with single_metric(name=name, unit=UNITS[name], value=value, namespace=NAMESPACE) as metric:
            metric.add_dimension(key, text)


def traced(handler: Handler) -> Handler:
    """A handler with a segment around it. What it returns, a caller's data, stays out of the trace.

    There is none where a request's trace is not kept, but for the first request of a process: what Powertools
    sees first is the cold start to it.
    """
    if not tracer.is_cold_start and _CHOSEN not in os.environ.get(_TRACE, ""):
        return handler
    return get_tracer().capture_lambda_handler(handler, capture_response=False)


def flush_metrics() -> None:
    """Writes the metrics of this event, if there are any."""
    metrics = get_metrics()
    if metrics.metric_set:
        metrics.flush_metrics()
