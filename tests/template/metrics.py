"""Metrics as alarms and dashboards name them, and the metrics that exist."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from milkrun.observability import NAMESPACE, UNITS

OF_AWS = {
    "AWS/Lambda": {
        "AsyncEventAge",
        "ConcurrentExecutions",
        "Duration",
        "Errors",
        "Invocations",
        "Throttles",
    },
    "AWS/ApiGateway": {"4XXError", "5XXError", "Count", "IntegrationLatency", "Latency"},
    "AWS/ElastiCache": {
        "CurrConnections",
        "DatabaseMemoryUsagePercentage",
        "EngineCPUUtilization",
        "Evictions",
        "ReplicationLag",
    },
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible"},
    "CloudWatchSynthetics": {"Duration", "SuccessPercent"},
}
"""AWS's metrics that are used here, from the lists in each service's documentation."""
MEASURED = {NAMESPACE: set(UNITS), **OF_AWS}
DIMENSIONS = {
    NAMESPACE: [{"service"}, {"service", "code"}, {"service", "function_name"}],
    "AWS/Lambda": [{"FunctionName"}, {"FunctionName", "Resource"}],
    "AWS/ApiGateway": [{"ApiName", "Stage"}],
    "AWS/ElastiCache": [{"CacheClusterId"}],
    "AWS/SQS": [{"QueueName"}],
    "CloudWatchSynthetics": [{"CanaryName"}],
}
"""The dimensions of these metrics."""

_SEARCH = re.compile(r"SEARCH\('\{(?P<schema>[^}]+)\} MetricName=\"(?P<name>\w+)\"[^']*', '\w+'\)")


class Named(NamedTuple):
    """A metric that an alarm or widget uses. The values of a search's dimensions are not known."""

    namespace: str
    name: str
    dimensions: dict[str, str | None]


def of_alarm(alarm: dict[str, Any]) -> Iterator[Named]:
    """The metrics that an alarm watches."""
    stats = [metric["MetricStat"]["Metric"] for metric in alarm.get("Metrics", []) if "MetricStat" in metric]
    for stat in stats or [alarm]:
        dimensions = {it["Name"]: it["Value"] for it in stat["Dimensions"]}
        yield Named(stat["Namespace"], stat["MetricName"], dimensions)


def of_widget(widget: dict[str, Any]) -> Iterator[Named]:
    """The metrics that a dashboard widget shows; `.` repeats the value above it."""
    above: list[str] = []
    for row in widget["properties"].get("metrics", []):
        if isinstance(row[0], dict):
            found = _SEARCH.fullmatch(row[0]["expression"])
            assert found, row
            namespace, *names = found["schema"].split(",")
            yield Named(namespace, found["name"], dict.fromkeys(names))
            continue
        cells = [cell for cell in row if isinstance(cell, str)]
        above = [above[place] if cell == "." else cell for place, cell in enumerate(cells)]
        namespace, name, *pairs = above
        yield Named(namespace, name, dict(zip(pairs[::2], pairs[1::2], strict=True)))


def is_measured(metric: Named) -> bool:
    """Whether this metric is published with these dimensions."""
    return (
        metric.name in MEASURED.get(metric.namespace, ())
        and set(metric.dimensions) in DIMENSIONS[metric.namespace]
    )
