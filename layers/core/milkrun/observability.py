"""Logs, metrics and traces: one of each per process."""

from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer

Handler = Callable[[Any, Any], Any]


@cache
def get_logger() -> Logger:
    """JSON lines on stdout; the correlation id is set anew for each event."""
    return Logger(utc=True)


@cache
def get_metrics() -> Metrics:
    """Embedded metrics, in the namespace that the environment names."""
    return Metrics(namespace="Milkrun")


@cache
def get_tracer() -> Tracer:
    """X-Ray segments. Patching every client library would import them all."""
    return Tracer(auto_patch=False)


def traced(handler: Handler) -> Handler:
    """A handler with a segment around it. What it returns, a caller's data, stays out of the trace."""
    return get_tracer().capture_lambda_handler(handler, capture_response=False)


def flush_metrics() -> None:
    """Writes the metrics of this event, if there are any."""
    metrics = get_metrics()
    if metrics.metric_set:
        metrics.flush_metrics()
