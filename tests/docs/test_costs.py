"""The tables of costs, computed anew from their prices and from what the template makes."""

import ast
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Rows

MONTHS = ("at rest", "1,000 runs", "1,000,000 runs")

Symbols = dict[str, float]
Table = Callable[[str], Rows]


def number(cell: str) -> float:
    return float(cell.replace(",", "").replace("*", ""))


def value(formula: str, symbols: Symbols) -> float:
    """What a formula of the page comes to. It has numbers, symbols, the four operations, min and max."""
    tree = ast.parse(formula, mode="eval")
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert names <= symbols.keys() | {"min", "max"}
    result: float = eval(  # noqa: S307 - our own page
        compile(tree, "deploy.md", "eval"), {"__builtins__": {}, "min": min, "max": max}, dict(symbols)
    )
    return result


@pytest.fixture(scope="module")
def months(table: Table) -> list[Symbols]:
    """Every quantity and price by its symbol, for each of the three months."""
    prices = {name.strip("`"): number(price) for name, price, _ in table("price | US dollars")}
    quantities = table("quantity | at rest")
    return [
        prices | {row[0].strip("`"): number(row[1 + month]) for row in quantities}
        for month in range(len(MONTHS))
    ]


@pytest.fixture(scope="module")
def rest(months: list[Symbols]) -> Symbols:
    return months[0]


def test_each_line_is_what_its_arithmetic_gives(table: Table, months: list[Symbols]) -> None:
    lines = [row for row in table("line | at rest") if row[-1]]
    assert len(lines) > 10
    for name, *shown, formula in lines:
        computed = [f"{value(formula.strip('`'), symbols):,.2f}" for symbols in months]
        assert shown == computed, name


def test_the_last_line_is_the_sum_of_the_others(table: Table) -> None:
    *lines, total = table("line | at rest")
    for month in range(len(MONTHS)):
        together = sum(number(line[1 + month]) for line in lines)
        assert number(total[1 + month]) == pytest.approx(together, abs=0.005)


@pytest.mark.parametrize("header", ["to spend less | saves at rest", "with | adds at rest"])
def test_what_changes_the_bill_is_what_its_arithmetic_gives(table: Table, rest: Symbols, header: str) -> None:
    for name, shown, formula in table(header):
        assert shown == f"{value(formula.strip('`'), rest):,.2f}", name


def test_a_quantity_that_follows_from_others_does(table: Table, months: list[Symbols]) -> None:
    derived = [row for row in table("quantity | at rest") if " * " in row[-1]]
    assert derived
    for row in derived:
        for month, symbols in enumerate(months):
            assert number(row[1 + month]) == value(row[-1].strip("`"), symbols)


def test_every_quantity_and_every_price_is_used(table: Table, rest: Symbols) -> None:
    tables = ("line | at rest", "to spend less | saves at rest", "with | adds at rest", "quantity | at rest")
    formulas = [row[-1] for header in tables for row in table(header) if " * " in row[-1]]
    used = {
        node.id
        for formula in formulas
        for node in ast.walk(ast.parse(formula.strip("`"), mode="eval"))
        if isinstance(node, ast.Name)
    }
    assert rest.keys() == used - {"min", "max"}


def test_the_months_are_those_that_the_headers_name(months: list[Symbols]) -> None:
    assert [symbols["runs"] for symbols in months] == [0, 1_000, 1_000_000]


def test_the_stack_is_the_template_s_with_its_defaults(template: dict[str, Any], rest: Symbols) -> None:
    defaults = {name: it["Default"] for name, it in template["Parameters"].items()}
    assert rest["worker_gb"] == pytest.approx(defaults["WorkerMemory"] / 1024, abs=0.001)
    assert rest["nodes"] == defaults["CacheReplicas"] + 1
    assert defaults["CacheShards"] == 1
    assert rest["ttl_days"] == defaults["JobTtlDays"]
    assert rest["snapshots"] == defaults["SnapshotRetentionDays"]
    assert rest["canary_runs"] == rest["hours"] * 60 / defaults["CanaryMinutes"]
    assert rest["seconds"] == rest["hours"] * 3600


def test_the_node_that_is_priced_is_the_template_s(template: dict[str, Any], table: Table) -> None:
    (node,) = [row[-1] for row in table("quantity | at rest") if row[0] == "`node_h`"]
    assert f"`{template['Parameters']['CacheNodeType']['Default']}`" in node


def test_functions_cost_what_the_template_gives_them(template: dict[str, Any], rest: Symbols) -> None:
    functions = {
        name: it["Properties"]
        for name, it in template["Resources"].items()
        if it["Type"] == "AWS::Serverless::Function"
    }
    kept = [it["MemorySize"] for it in functions.values() if "SnapStart" in it]
    assert rest["snapstart_gb"] == sum(kept) / 1024
    sweeper = functions["SweeperFunction"]
    assert rest["sweep_gb"] == sweeper["MemorySize"] / 1024
    (event,) = sweeper["Events"].values()
    assert event["Properties"]["Schedule"] == "rate(1 minute)"
    assert rest["sweeps"] == rest["hours"] * 60


def test_the_canary_costs_what_the_template_gives_it(template: dict[str, Any], rest: Symbols) -> None:
    run = template["Resources"]["Canary"]["Properties"]["RunConfig"]
    assert rest["canary_gb"] == run["MemoryInMB"] / 1024


def test_endpoints_are_counted(template: dict[str, Any], rest: Symbols) -> None:
    endpoints = {
        name: it for name, it in template["Resources"].items() if it["Type"] == "AWS::EC2::VPCEndpoint"
    }
    always = [name for name, it in endpoints.items() if it["Condition"] == "MakesVpc"]
    assert always == ["LambdaEndpoint"]
    assert rest["zones"] == len(endpoints["LambdaEndpoint"]["Properties"]["SubnetIds"])


def test_alarms_are_counted_by_the_metrics_that_they_watch(template: dict[str, Any], rest: Symbols) -> None:
    alarms = [
        it["Properties"] for it in template["Resources"].values() if it["Type"] == "AWS::CloudWatch::Alarm"
    ]
    watched = [
        sum("MetricStat" in metric for metric in alarm["Metrics"]) if "Metrics" in alarm else 1
        for alarm in alarms
    ]
    assert rest["alarms"] == sum(watched)
