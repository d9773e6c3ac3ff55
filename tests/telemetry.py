"""What a function writes: its log lines, and the metrics among them."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from milkrun.observability import flush_metrics, get_logger, get_metrics

Line = dict[str, Any]


class Metric(NamedTuple):
    """One metric as CloudWatch reads it from a line."""

    namespace: str
    name: str
    unit: str
    values: list[float]
    dimensions: dict[str, str]


@dataclass
class Telemetry:
    """Reads what was written since the last read."""

    capture: pytest.CaptureFixture[str]

    def lines(self) -> list[Line]:
        """The log lines, without metrics."""
        return [line for line in self._read() if "_aws" not in line]

    def metrics(self) -> list[Metric]:
        """All metrics, including those of an event that has not ended yet."""
        flush_metrics()
        return [metric for line in self._read() if "_aws" in line for metric in metrics_of(line)]

    def totals(self) -> dict[str, tuple[str, list[float]]]:
        """The unit and values of each metric over all codes."""
        whole = [metric for metric in self.metrics() if metric.dimensions.keys() == {"service"}]
        return {metric.name: (metric.unit, metric.values) for metric in whole}

    def _read(self) -> list[Line]:
        return [json.loads(text) for text in self.capture.readouterr().out.splitlines()]


def metrics_of(line: Line) -> Iterator[Metric]:
    """The metrics of a line in the embedded metric format, once for each set of dimensions."""
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = {name: line[name] for name in names}
            for metric in directive["Metrics"]:
                values = line[metric["Name"]]
                yield Metric(
                    directive["Namespace"],
                    metric["Name"],
                    metric["Unit"],
                    values if isinstance(values, list) else [values],
                    dimensions,
                )


class Stdout:
    """Writes to the current stdout, because pytest replaces stdout in each phase of a test."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


@pytest.fixture
def telemetry(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Telemetry]:
    """What is written from now on by a stack named `milkrun`."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "milkrun")
    for made in (get_logger, get_metrics):
        made.cache_clear()
    get_metrics().clear_metrics()
    get_logger().clear_state()
    monkeypatch.setattr(get_logger().registered_handler, "stream", Stdout())
    yield Telemetry(capsys)
    get_metrics().clear_metrics()
