"""The dashboard: CloudWatch accepts its JSON, and it shows only metrics that exist."""

import json
from typing import Any

import pytest

from milkrun.observability import NAMESPACE, UNITS
from tests.nonempty import nonempty
from tests.stacks import Deployment
from tests.template.metrics import is_measured, of_widget

from .conftest import REGION


@pytest.fixture
def widgets(any_deployment: Deployment) -> list[dict[str, Any]]:
    body = json.loads(any_deployment.properties("Dashboard")["DashboardBody"])
    found: list[dict[str, Any]] = body["widgets"]
    return found


def titles(widgets: list[dict[str, Any]]) -> set[str]:
    return {widget["properties"]["title"] for widget in widgets}


def test_it_shows_only_metrics_that_exist(widgets: list[dict[str, Any]]) -> None:
    shown = [
        (widget["properties"].get("title"), metric) for widget in widgets for metric in of_widget(widget)
    ]
    for title, metric in nonempty(shown):
        assert is_measured(metric), (title, metric)


def test_every_metric_of_its_own_is_on_it(widgets: list[dict[str, Any]]) -> None:
    shown = {metric.name for widget in widgets for metric in of_widget(widget)}
    assert set(UNITS) <= shown


def test_a_widget_shows_one_unit(widgets: list[dict[str, Any]]) -> None:
    for widget in nonempty(widgets):
        units = {UNITS[metric.name].value for metric in of_widget(widget) if metric.namespace == NAMESPACE}
        assert len(units) <= 1
        if "Seconds" in units:
            assert "econds" in widget["properties"]["title"]


def test_it_shows_the_state_of_every_alarm(widgets: list[dict[str, Any]], any_deployment: Deployment) -> None:
    (state,) = [widget for widget in widgets if widget["type"] == "alarm"]
    shown = [arn.removesuffix(".Arn") for arn in state["properties"]["alarms"]]
    assert sorted(shown) == sorted(any_deployment.of_type("AWS::CloudWatch::Alarm"))


def test_it_shows_cache_and_canary_if_the_stack_has_them(
    widgets: list[dict[str, Any]], any_deployment: Deployment
) -> None:
    conditions = any_deployment.conditions
    assert ("Cache: memory, %" in titles(widgets)) == conditions["MakesCache"]
    assert ("Canary" in titles(widgets)) == conditions["RunsCanary"]


def test_rows_are_full(widgets: list[dict[str, Any]]) -> None:
    filled = 0
    for widget in widgets:
        filled = (filled + widget["width"]) % 24 if filled + widget["width"] <= 24 else -1
        assert filled >= 0
    assert filled == 0


def test_each_widget_looks_at_this_region(widgets: list[dict[str, Any]]) -> None:
    for widget in nonempty(widgets):
        assert widget["type"] == "alarm" or widget["properties"]["region"] == REGION


def test_its_log_lines_are_those_of_all_functions(
    widgets: list[dict[str, Any]], any_deployment: Deployment
) -> None:
    (lines,) = [widget for widget in widgets if widget["type"] == "log"]
    for function in nonempty(any_deployment.of_type("AWS::Lambda::Function").values()):
        assert f"SOURCE '{function['LoggingConfig']['LogGroup']}'" in lines["properties"]["query"]
