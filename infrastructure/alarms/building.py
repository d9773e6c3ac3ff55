"""The building blocks of a template of alarms."""

from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]
Alarm = tuple[str, Json]
"""Logical id and resource."""

SERVICE = {"Service": "Name of the root stack and of its API."}
CHOICE = {"Alarms": "all, or few for only those on what callers notice."}
TOPIC = {"AlarmTopic": "Topic that alarms are sent to."}
"""Parameters that several templates have, with their descriptions."""

ALL = "HasAllAlarms"
"""The condition of an alarm that `Alarms=few` leaves out."""


def ref(name: str) -> Json:
    return {"Ref": name}


def sub(text: str) -> Json:
    return {"Fn::Sub": text}


def equals(parameter: str, value: str) -> Json:
    return {"Fn::Equals": [ref(parameter), value]}


def differs(parameter: str, value: str) -> Json:
    return {"Fn::Not": [equals(parameter, value)]}


def where(condition: str, value: Any) -> Json:
    """`value` if the condition holds, nothing otherwise."""
    return {"Fn::If": [condition, value, ref("AWS::NoValue")]}


def metric(namespace: str, name: str, statistic: str, dimensions: Json, period: int = 60) -> Json:
    """A series for an alarm to watch: one statistic of a metric, over periods of `period` seconds."""
    return {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "ExtendedStatistic" if statistic.startswith("p") else "Statistic": statistic,
        "Period": period,
    }


def math(name: str, label: str, expression: Any, **metrics: Json) -> Json:
    """A series for an alarm to watch, calculated from metrics."""
    shown = {"Id": name, "Label": label, "Expression": expression}
    return {"Metrics": [shown, *(series(key, it) for key, it in metrics.items())]}


def series(name: str, it: Json) -> Json:
    """A metric under the name that an expression uses for it."""
    of_metric = {key: it[key] for key in ("Namespace", "MetricName", "Dimensions")}
    stat = {"Metric": of_metric, "Period": it["Period"], "Stat": it["Statistic"]}
    return {"Id": name, "ReturnData": False, "MetricStat": stat}


def alarm(
    name: str,
    says: str,
    watched: Json,
    *,
    above: float | None = None,
    below: float | None = None,
    periods: int,
    bad: int | None = None,
    silence: str = "notBreaching",
    condition: str | None = ALL,
) -> Alarm:
    """An alarm that goes off when `bad` of the latest `periods` (by default all) are beyond a threshold."""
    properties = {
        "AlarmDescription": f"{says} Runbook docs/operations.md#{name.lower()}",
        "AlarmActions": [ref("AlarmTopic")],
        "OKActions": [ref("AlarmTopic")],
        "TreatMissingData": silence,
        **watched,
        "ComparisonOperator": "GreaterThanThreshold" if below is None else "LessThanThreshold",
        "Threshold": above if below is None else below,
        "EvaluationPeriods": periods,
        **({"DatapointsToAlarm": bad} if bad else {}),
    }
    resource = {"Type": "AWS::CloudWatch::Alarm", "Condition": condition, "Properties": properties}
    return name, {key: value for key, value in resource.items() if value is not None}


def template(
    description: str,
    parameters: Mapping[str, str],
    conditions: Json,
    alarms: Iterable[Alarm],
    asked: Iterable[str] = (),
) -> Json:
    """A nested template. Its outputs are `AlarmArns`, for the dashboard, and the alarms in `asked`, which
    deployments check."""
    resources = dict(alarms)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description,
        "Parameters": {name: {"Type": "String", "Description": says} for name, says in parameters.items()},
        "Conditions": conditions,
        "Resources": resources,
        "Outputs": {"AlarmArns": _arns(resources), **{name: _name(name, resources[name]) for name in asked}},
    }


def _name(name: str, resource: Json) -> Json:
    condition = {"Condition": resource["Condition"]} if "Condition" in resource else {}
    return {**condition, "Description": "An alarm that deployments check.", "Value": ref(name)}


def _arns(alarms: Mapping[str, Json]) -> Json:
    by_condition: dict[str | None, list[str]] = {}
    for name, it in alarms.items():
        by_condition.setdefault(it.get("Condition"), []).append(f'"${{{name}.Arn}}"')
    parts = [
        where(condition, sub(", ".join(arns))) if condition else sub(", ".join(arns))
        for condition, arns in by_condition.items()
    ]
    return {"Description": "The alarms, as items of a JSON list.", "Value": {"Fn::Join": [", ", parts]}}
