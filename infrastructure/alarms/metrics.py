"""Metrics that alarms of several kinds watch."""

from typing import Any

from infrastructure.alarms.building import Alarm, Json, alarm, math, metric, ref, sub


def own(name: str, statistic: str = "Sum", period: int = 60, **dimensions: Any) -> Json:
    """A metric of Milkrun's own."""
    return metric("Milkrun", name, statistic, {"service": ref("Service"), **dimensions}, period)


def throttles(function: str, period: int = 60) -> Json:
    return metric("AWS/Lambda", "Throttles", "Sum", {"FunctionName": ref(f"{function}Function")}, period)


def durations(function: str, period: int = 60) -> Json:
    return metric("AWS/Lambda", "Duration", "p99", _live(function), period)


def errors(function: str) -> Json:
    return metric("AWS/Lambda", "Errors", "Sum", _live(function))


def share_of_errors(function: str, says: str, percent: int, internal: Json) -> Alarm:
    """An alarm on the share of errors: those that Lambda counts, and answers of 500 (`internal`)."""
    watched = math(
        "share",
        "Errors, %",
        "100 * (errors + FILL(internal, 0)) / calls",
        errors=errors(function),
        calls=metric("AWS/Lambda", "Invocations", "Sum", _live(function)),
        internal=internal,
    )
    return alarm(f"{function}ErrorsAlarm", says, watched, above=percent, periods=5, bad=2)


def _live(function: str) -> dict[str, Json]:
    """The dimensions of a function's alias."""
    return {"FunctionName": ref(f"{function}Function"), "Resource": sub(f"${{{function}Function}}:live")}
