"""The tables of costs, computed anew from their prices and from what the template makes."""

import ast
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from milkrun.observability import UNITS

from .conftest import ROOT, Rows

WITH_DEFAULTS = {None, "MakesCache", "RunsCanary"}
"""Conditions that hold where every parameter has its default."""

FREE = "free"
WATCHING = "Alarms with their key, metrics, dashboard"
NAT = "`NatGateway=true`"
COSTS = {
    "AWS::ApiGateway::Account": FREE,
    "AWS::AppConfig::Application": FREE,  # what costs is to read a configuration, which nobody does
    "AWS::AppConfig::ConfigurationProfile": FREE,
    "AWS::AppConfig::HostedConfigurationVersion": FREE,
    "AWS::CloudWatch::Alarm": WATCHING,
    "AWS::CloudWatch::Dashboard": WATCHING,
    "AWS::EC2::EIP": NAT,
    "AWS::EC2::InternetGateway": FREE,
    "AWS::EC2::NatGateway": NAT,
    "AWS::EC2::Route": FREE,
    "AWS::EC2::RouteTable": FREE,
    "AWS::EC2::SecurityGroup": FREE,
    "AWS::EC2::SecurityGroupEgress": FREE,
    "AWS::EC2::SecurityGroupIngress": FREE,
    "AWS::EC2::Subnet": FREE,
    "AWS::EC2::SubnetRouteTableAssociation": FREE,
    "AWS::EC2::VPC": FREE,
    "AWS::EC2::VPCEndpoint": "Endpoint for Lambda",
    "AWS::EC2::VPCGatewayAttachment": FREE,
    "AWS::ElastiCache::ParameterGroup": FREE,
    "AWS::ElastiCache::ReplicationGroup": "Cache",
    "AWS::ElastiCache::SubnetGroup": FREE,
    "AWS::ElastiCache::User": FREE,
    "AWS::ElastiCache::UserGroup": FREE,
    "AWS::IAM::ManagedPolicy": FREE,
    "AWS::IAM::Role": FREE,
    "AWS::IAM::RolePolicy": FREE,
    "AWS::KMS::Key": WATCHING,
    "AWS::Lambda::Permission": FREE,
    "AWS::Logs::LogGroup": "Logs",
    "AWS::S3::Bucket": "Canary",
    "AWS::S3::BucketPolicy": FREE,
    "AWS::SNS::Subscription": FREE,
    "AWS::SNS::Topic": FREE,  # a mail for each alarm: a thousand a month cost nothing
    "AWS::SQS::Queue": FREE,  # a message for each worker that fails: a million a month cost nothing
    "AWS::Serverless::Api": "API Gateway",
    "AWS::Serverless::Function": "Other functions",
    "AWS::Serverless::LayerVersion": FREE,
    "AWS::Synthetics::Canary": "Canary",
    "AWS::WAFv2::WebACLAssociation": FREE,  # the ACL is the operator's
}
"""The row of the page that tells what a type of resource costs."""

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
        if it["Type"] == "AWS::Serverless::Function" and it.get("Condition") in WITH_DEFAULTS
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


def test_whatever_the_template_makes_has_its_row_or_is_free(template: dict[str, Any], table: Table) -> None:
    assert {it["Type"] for it in template["Resources"].values()} == COSTS.keys()
    rows = {row[0] for header in ("line | at rest", "with | adds at rest") for row in table(header)}
    assert set(COSTS.values()) - {FREE} <= rows


def test_what_tokens_add_is_the_authorizer_s_snapshots_and_its_alarm(
    template: dict[str, Any], table: Table, rest: Symbols
) -> None:
    with_tokens = [it for it in template["Resources"].values() if it.get("Condition") == "UsesJwt"]
    (memory,) = [it["Properties"]["MemorySize"] for it in with_tokens if "MemorySize" in it["Properties"]]
    assert [it["Type"] for it in with_tokens].count("AWS::CloudWatch::Alarm") == 1
    (formula,) = [row[-1] for row in table("with | adds at rest") if row[0].startswith("`AuthMode=JWT`")]
    kept = rest["versions"] * memory / 1024 * rest["seconds"] * rest["snapstart_gb_s"]
    assert value(formula.strip("`"), rest) == pytest.approx(kept + rest["alarm"])


def test_endpoints_are_counted(template: dict[str, Any], rest: Symbols) -> None:
    endpoints = {
        name: it for name, it in template["Resources"].items() if it["Type"] == "AWS::EC2::VPCEndpoint"
    }
    always = [name for name, it in endpoints.items() if it["Condition"] == "MakesVpc"]
    assert always == ["LambdaEndpoint"]
    assert rest["zones"] == len(endpoints["LambdaEndpoint"]["Properties"]["SubnetIds"])


def test_alarms_are_counted_by_the_metrics_that_they_watch(template: dict[str, Any], rest: Symbols) -> None:
    alarms = [
        it["Properties"]
        for it in template["Resources"].values()
        if it["Type"] == "AWS::CloudWatch::Alarm" and it.get("Condition") in WITH_DEFAULTS
    ]
    watched = [
        sum("MetricStat" in metric for metric in alarm["Metrics"]) if "Metrics" in alarm else 1
        for alarm in alarms
    ]
    assert rest["alarms"] == sum(watched)


def test_metrics_are_counted_with_some_for_their_dimensions(rest: Symbols) -> None:
    assert len(UNITS) < rest["metrics"] < 2 * len(UNITS)


def test_there_is_one_dashboard_and_one_key(template: dict[str, Any]) -> None:
    types = [it["Type"] for it in template["Resources"].values()]
    assert types.count("AWS::CloudWatch::Dashboard") == types.count("AWS::KMS::Key") == 1


def test_each_environment_costs_what_its_parameters_make_of_it(
    table: Table, template: dict[str, Any], rest: Symbols
) -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    prices = {row[0].strip("`"): number(row[1]) for row in table("node type | an hour")}
    formulas = [row[-1].strip("`") for row in table("line | at rest") if row[-1]]
    (requests,) = [row[-1].strip("`") for row in table("quantity | at rest") if row[0] == "`requests`"]
    for label, month, cache in table("environment | a month"):
        name = label.strip("`").replace("dev", "default")
        chosen = dict(it.split("=", 1) for it in config[name]["global"]["parameters"]["parameter_overrides"])
        given = {parameter: it["Default"] for parameter, it in template["Parameters"].items()} | chosen
        minutes = int(given["CanaryMinutes"])
        symbols = rest | {
            "nodes": int(given["CacheReplicas"]) + 1,
            "node_h": prices[given["CacheNodeType"]],
            "worker_gb": int(given["WorkerMemory"]) / 1024,
            "canary_runs": rest["hours"] * 60 / minutes if minutes else 0,
        }
        symbols["requests"] = value(requests, symbols)
        assert month == f"{sum(round(value(formula, symbols), 2) for formula in formulas):,.2f}", label
        assert cache == f"{symbols['nodes']} `{given['CacheNodeType']}`"


def test_a_node_keeps_as_many_runs_as_three_quarters_of_it_hold(table: Table, rest: Symbols) -> None:
    for name, _, gib, runs in table("node type | an hour"):
        room = number(gib) * 2**30 * 0.75 / (rest["run_kb"] * 1_000)
        assert 0 <= room - number(runs) < 1_000, name


def test_the_nodes_that_are_counted_have_room_for_the_runs(table: Table, months: list[Symbols]) -> None:
    room = {number(row[1]): number(row[3]) for row in table("node type | an hour")}
    for symbols in months:
        assert symbols["runs"] / 30 * symbols["ttl_days"] < room[symbols["node_h"]]
