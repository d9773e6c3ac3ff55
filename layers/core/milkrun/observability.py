"""Logs, metrics and traces: one of each per process."""

import logging
import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.tracing import tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

from milkrun.dependencies import why_down
from milkrun.lines import TRACE, Formatter, Lines

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
"""Every metric with its unit. docs/operations.md explains them to operators."""

_OTHER_LOGGERS = ("milkrun_solver",)
"""Loggers of the standard library whose lines get the same format, and the keys of their run."""


_CHOSEN = "Sampled=1"


@cache
def get_logger() -> Logger:
    """JSON lines on stdout, with timestamps in the format by which Lambda recognises their level."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # no line contains them
    logger = Lines(logger_formatter=Formatter(utc=True, use_rfc3339=True, serialize_stacktrace=False))
    for name in _OTHER_LOGGERS:
        other = logging.getLogger(name)
        other.handlers, other.propagate = [logger.registered_handler], False
        other.setLevel(logger.log_level)
    return logger


@cache
def get_metrics() -> Metrics:
    """Embedded metrics: log lines that CloudWatch reads. Their dimension `service` is the stack."""
    return Metrics(namespace=NAMESPACE)


@cache
def get_tracer() -> Tracer:
    """X-Ray segments. Automatic patches are off, because they would import every client library."""
    return Tracer(auto_patch=False)


def begin(context: LambdaContext, correlation_id: str, **keys: str) -> None:
    """Adds the correlation id and `keys` to every line of this invocation, and drops those of the last one.

    In the functions of the API, the id is the request's. The worker and the sweeper use the id of the request
    that submitted the run.
    """
    lines_have: dict[str, Any] = {
        "function_name": context.function_name,
        "function_request_id": context.aws_request_id,
        "correlation_id": correlation_id,
        **keys,
    }
    get_logger().structure_logs(**lines_have)


def report_down(dependencies: Mapping[str, str], message: str = "dependency down", **fields: Any) -> None:
    """Logs a warning about each dependency that is down: its name, and the reason without an address.

    Args:
        dependencies: State of each by name, such as `{"redis": "down: timed out", "neo4j": "ok"}`.
        fields: More fields of the line.
    """
    for name, state in dependencies.items():
        reason = why_down(state)
        if reason is not None:
            get_logger().warning(message, dependency=name, reason=reason, **fields)


def measure(name: str, value: float = 1, **dimension: str) -> None:
    """Adds a value to a metric. With a dimension, such as `code="worker_lost"`, adds it there too.

    Raises:
        KeyError: UNITS has no such metric.
    """
    get_metrics().add_metric(name=name, unit=UNITS[name], value=value)
    for key, text in dimension.items():
        with single_metric(name=name, unit=UNITS[name], value=value, namespace=NAMESPACE) as metric:
            metric.add_dimension(key, text)


def traced(handler: Handler) -> Handler:
    """Wraps a handler in a segment. What it returns, a caller's data, stays out of the trace.

    If the request is not sampled, the handler gets no segment. The first request of a process always gets
    one, because Powertools takes the first that it sees for the cold start.
    """
    if not tracer.is_cold_start and _CHOSEN not in os.environ.get(TRACE, ""):
        return handler
    return get_tracer().capture_lambda_handler(handler, capture_response=False)


def flush_metrics() -> None:
    """Writes the metrics of this event, if there are any."""
    metrics = get_metrics()
    if metrics.metric_set:
        metrics.flush_metrics()
