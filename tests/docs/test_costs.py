"""The cost tables, computed afresh from their prices and from what the template makes."""

import ast
import re
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from milkrun.observability import UNITS
from tests.nonempty import nonempty
from tests.stacks import Resources, deployment

from .conftest import ROOT, Rows

BY_THE_CANARY = {
    "DependenciesDown",
    "RunsSubmitted",
    "InvokesFailed",
    "QueueSeconds",
    "SolveSeconds",
    "RunsCompleted",
    "RunsErased",
}
"""Metrics that a run of the canary reports, from `/ready` to the erasure of its run."""

FREE = "free"
WATCHING = "Alarms with their key, metrics, dashboard"
NAT = "`NatGateway=true`"
COSTS = {
    "AWS::ApiGateway::Account": FREE,
    "AWS::AppConfig::Application": FREE,  # reading a configuration costs, which nobody does
    "AWS::AppConfig::ConfigurationProfile": FREE,
    "AWS::AppConfig::HostedConfigurationVersion": FREE,
    "AWS::CloudFormation::Stack": FREE,
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
    "AWS::SNS::Topic": FREE,  # a mail for each alarm; a thousand a month are free
    "AWS::SQS::Queue": FREE,  # a message for each worker that fails; a million a month are free
    "AWS::Serverless::Api": "API Gateway",
    "AWS::Serverless::Function": "Other functions",
    "AWS::Serverless::LayerVersion": FREE,
    "AWS::Synthetics::Canary": "Canary",
    "AWS::WAFv2::WebACLAssociation": FREE,  # the operator owns the ACL
}
"""The row on the page that holds the cost of a type of resource."""

NODE = re.compile(r"[a-z0-9]+_[a-z]+_h")
"""The symbol of a node's price."""

MONTHS = ("at rest", "1,000 runs", "1,000,000 runs")

Symbols = dict[str, float]
Table = Callable[[str], Rows]


def number(cell: str) -> float:
    return float(cell.replace(",", "").replace("*", ""))


def value(formula: str, symbols: Symbols) -> float:
    """The value of a formula on the page, which may have numbers, symbols, the four operations, min and
    max."""
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

    def quantity(cell: str) -> float:
        return prices[cell.strip("`")] if cell.startswith("`") else number(cell)

    return [
        prices | {row[0].strip("`"): quantity(row[1 + month]) for row in quantities}
        for month in range(len(MONTHS))
    ]


def price_of_node(kind: str, symbols: Symbols) -> float:
    """The hourly price of `cache.m7g.large`."""
    return symbols[kind.removeprefix("cache.").replace(".", "_") + "_h"]


def sum_of(lines: Rows, symbols: Symbols) -> float:
    return sum(round(value(row[-1].strip("`"), symbols), 2) for row in lines if row[-1])


def metrics_of_sweeps() -> set[str]:
    source = ast.parse((ROOT / "layers/core/milkrun/runs/sweep.py").read_text())
    calls = [it for it in ast.walk(source) if isinstance(it, ast.Call)]
    return {ast.literal_eval(it.args[0]) for it in calls if getattr(it.func, "id", "") == "measure"}


class Made:
    """What a template makes with these parameters, and defaults for the others."""

    def __init__(self, template: dict[str, Any], parameters: dict[str, str]) -> None:
        self.of_type = deployment(template, parameters, "us-east-1").of_type
        self.parameter = {
            name: str(it["Default"]) for name, it in template["Parameters"].items()
        } | parameters

    def watched(self) -> int:
        """The metrics that its alarms watch; alarms are billed by them."""
        alarms = self.of_type("AWS::CloudWatch::Alarm").values()
        return sum(
            sum("MetricStat" in it for it in alarm.get("Metrics", [{"MetricStat": 1}])) for alarm in alarms
        )

    def snapstart_gb(self) -> float:
        functions = self.of_type("AWS::Serverless::Function").values()
        kept: list[int] = [
            it["MemorySize"] for it in functions if it.get("SnapStart") == {"ApplyOn": "PublishedVersions"}
        ]
        return sum(kept) / 1024

    def zones(self) -> int:
        (endpoint,) = self.of_type("AWS::EC2::VPCEndpoint").values()
        return len(endpoint["SubnetIds"])


@pytest.fixture(scope="module")
def defaults(template: dict[str, Any]) -> Made:
    return Made(template, {})


@pytest.fixture(scope="module")
def rest(months: list[Symbols]) -> Symbols:
    return months[0]


def test_each_line_is_the_result_of_its_arithmetic(table: Table, months: list[Symbols]) -> None:
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
def test_each_change_of_the_bill_is_the_result_of_its_arithmetic(
    table: Table, rest: Symbols, header: str
) -> None:
    for name, shown, formula in nonempty(table(header)):
        assert shown == f"{value(formula.strip('`'), rest):,.2f}", name


def test_a_derived_quantity_follows_from_the_others(table: Table, months: list[Symbols]) -> None:
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
    nodes = {name for name in rest if NODE.fullmatch(name)}
    assert rest.keys() - nodes == used - nodes - {"min", "max"}


def test_the_months_are_those_that_the_headers_name(months: list[Symbols]) -> None:
    assert [symbols["runs"] for symbols in months] == [0, 1_000, 1_000_000]


def test_the_stack_is_the_template_s_with_its_defaults(template: dict[str, Any], rest: Symbols) -> None:
    defaults = {name: it["Default"] for name, it in template["Parameters"].items()}
    assert rest["zones"] == defaults["EndpointZones"]
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


def test_functions_cost_what_the_template_gives_them(defaults: Made, rest: Symbols) -> None:
    assert rest["snapstart_gb"] == defaults.snapstart_gb()
    sweeper = defaults.of_type("AWS::Serverless::Function")["SweeperFunction"]
    assert rest["sweep_gb"] == sweeper["MemorySize"] / 1024
    (event,) = sweeper["Events"].values()
    assert event["Properties"]["Schedule"] == "rate(1 minute)"
    assert rest["sweeps"] == rest["hours"] * 60


def test_the_canary_costs_what_the_template_gives_it(parts: Resources, rest: Symbols) -> None:
    run = parts["Canary"]["Properties"]["RunConfig"]
    assert rest["canary_gb"] == run["MemoryInMB"] / 1024


def test_every_resource_of_the_template_has_a_row_or_is_free(parts: Resources, table: Table) -> None:
    assert {it["Type"] for it in parts.values()} == COSTS.keys()
    rows = {row[0] for header in ("line | at rest", "with | adds at rest") for row in table(header)}
    assert set(COSTS.values()) - {FREE} <= rows


def test_tokens_add_only_the_authorizer_s_snapshots_and_its_alarm(
    template: dict[str, Any], table: Table, rest: Symbols
) -> None:
    tokens = Made(template, {"AuthMode": "JWT"})
    memory = tokens.of_type("AWS::Serverless::Function")["AuthorizerFunction"]["MemorySize"]
    assert tokens.watched() == Made(template, {}).watched() + 1
    (formula,) = [row[-1] for row in table("with | adds at rest") if row[0].startswith("`AuthMode=JWT`")]
    kept = rest["versions"] * memory / 1024 * rest["seconds"] * rest["snapstart_gb_s"]
    assert value(formula.strip("`"), rest) == pytest.approx(kept + rest["alarm"])


def test_endpoints_are_counted(defaults: Made, rest: Symbols) -> None:
    assert list(defaults.of_type("AWS::EC2::VPCEndpoint")) == ["LambdaEndpoint"]
    assert rest["zones"] == defaults.zones()


def test_alarms_are_counted_by_the_metrics_that_they_watch(defaults: Made, rest: Symbols) -> None:
    assert rest["alarms"] == defaults.watched()


def test_few_alarms_look_at_four_metrics(template: dict[str, Any]) -> None:
    few = Made(template, {"Alarms": "few"})
    assert few.watched() == 4


def test_metrics_are_counted_while_they_are_reported(months: list[Symbols]) -> None:
    sweeps = metrics_of_sweeps()
    assert not sweeps & BY_THE_CANARY
    assert sweeps | BY_THE_CANARY <= UNITS.keys()
    rest, some, many = (symbols["metrics"] for symbols in months)
    assert rest == len(sweeps) + len(BY_THE_CANARY)
    assert rest < some < len(UNITS) < many < 2 * len(UNITS)  # some are also reported by their dimensions


def test_there_is_one_dashboard_and_one_key(parts: Resources) -> None:
    types = [it["Type"] for it in parts.values()]
    assert types.count("AWS::CloudWatch::Dashboard") == types.count("AWS::KMS::Key") == 1


def with_parameters(made: Made, symbols: Symbols, requests: str) -> Symbols:
    """A month's quantities for this stack."""
    given = made.parameter
    minutes = int(given["CanaryMinutes"])
    found = symbols | {
        "nodes": (int(given["CacheReplicas"]) + 1) * int(given["CacheShards"]),
        "node_h": price_of_node(given["CacheNodeType"], symbols),
        "zones": made.zones(),
        "snapshots": int(given["SnapshotRetentionDays"]),
        "worker_gb": int(given["WorkerMemory"]) / 1024,
        "snapstart_gb": made.snapstart_gb(),
        "snapstart_restore": symbols["snapstart_restore"] if made.snapstart_gb() else 0,
        "alarms": made.watched(),
        "canary_runs": symbols["hours"] * 60 / minutes if minutes else 0,
    }
    if not symbols["runs"] and not minutes:
        found["metrics"] = len(metrics_of_sweeps())
    found["requests"] = value(requests, found)
    return found


def environments(template: dict[str, Any]) -> dict[str, Made]:
    """The deployed environments of samconfig.toml, by their names on the page."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    return {
        it["global"]["parameters"]["stack_name"].removeprefix("milkrun-"): Made(
            template, dict(pair.split("=", 1) for pair in it["global"]["parameters"]["parameter_overrides"])
        )
        for it in config.values()
        if isinstance(it, dict) and "global" in it
    }


def test_each_environment_costs_what_its_parameters_imply(
    table: Table, template: dict[str, Any], months: list[Symbols]
) -> None:
    lines = table("line | at rest")
    (requests,) = [row[-1].strip("`") for row in table("quantity | at rest") if row[0] == "`requests`"]
    shown = {label.strip("`"): rest for label, *rest in table("environment | at rest")}
    made = environments(template)
    assert shown.keys() == made.keys()
    for name, (*sums, cache) in shown.items():
        symbols = [with_parameters(made[name], month, requests) for month in months[:2]]
        assert sums == [f"{sum_of(lines, it):,.2f}" for it in symbols], name
        assert cache == f"{symbols[0]['nodes']} `{made[name].parameter['CacheNodeType']}`"


def test_the_small_environment_stays_below_30_dollars(table: Table) -> None:
    (sums,) = [row[1:3] for row in table("environment | at rest") if row[0] == "`small`"]
    assert all(number(it) < 30 for it in nonempty(sums))


def test_the_readme_says_what_the_page_says(table: Table) -> None:
    told = re.findall(r"(\d+) US dollars a\s+month", (ROOT / "README.md").read_text())
    *_, total = table("line | at rest")
    (small,) = [row for row in table("environment | at rest") if row[0] == "`small`"]
    assert told == [f"{number(total[1]):.0f}", f"{number(small[1]):.0f}"]


def test_a_price_is_stated_in_one_place(page: str) -> None:
    """No node price, the kind that a page tends to repeat, is written twice, and the one place has a date."""
    section = page.partition("### Prices\n")[2]
    assert re.search(r"as of \w+ 20\d\d", section.partition("|")[0])
    prices = re.findall(rf"^\| `{NODE.pattern}` \| ([0-9.]+) \|", section, re.MULTILINE)
    assert len(prices) > 4
    assert {price: page.count(price) for price in prices} == dict.fromkeys(prices, 1)


def test_a_node_keeps_as_many_runs_as_three_quarters_of_it_hold(table: Table, rest: Symbols) -> None:
    for name, gib, runs in nonempty(table("node type | GiB")):
        room = number(gib) * 2**30 * 0.75 / (rest["run_kb"] * 1_000)
        assert 0 <= room - number(runs) < 1_000, name


def test_the_nodes_that_are_counted_have_room_for_the_runs(table: Table, months: list[Symbols]) -> None:
    for symbols in nonempty(months):
        room = {price_of_node(row[0].strip("`"), symbols): number(row[2]) for row in table("node type | GiB")}
        assert symbols["runs"] / 30 * symbols["ttl_days"] < room[symbols["node_h"]]
