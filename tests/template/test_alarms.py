"""The alarms: what they watch, whom they notify, and that they come neither too late nor without cause."""

import re
from typing import Any

import pytest

from milkrun.jobs.scripts import LUA
from milkrun.observability import NAMESPACE, UNITS
from milkrun.runs.work import HAND_OVER_BEFORE
from tests.nonempty import nonempty
from tests.stacks import Deployment, Parameters, Resources
from tests.template.metrics import is_measured, of_alarm

from .conftest import PARAMETER_SETS, Deploy

ALARM = "AWS::CloudWatch::Alarm"
FUNCTIONS = ("Submit", "Status", "Health", "Worker", "Sweeper")
TOKENS = {"AuthMode": "JWT", "JwtIssuer": "https://issuer.example.com", "JwtAudience": "milkrun"}
BY_SILENCE = {"SweeperSilentAlarm", "CanaryAlarm"}
"""Alarms that fire when something does not happen."""
GRADUAL = {
    name: parameters
    for name, parameters in PARAMETER_SETS.items()
    if parameters.get("DeploymentType") != "AllAtOnce"
}
"""Deployment types that move calls to a new version step by step."""
LONGEST_WAIT = 25.0
"""Seconds that `Prefer: wait` may hold a request."""


def alarms_of(deployment: Deployment) -> Resources:
    return deployment.of_type(ALARM)


@pytest.fixture(scope="module")
def alarms(deployed: Deploy) -> Resources:
    """The properties of the alarms of a deployment that has all of them."""
    return alarms_of(deployed(TOKENS))


def test_each_alarm_notifies_when_it_begins_and_ends(any_deployment: Deployment) -> None:
    for name, alarm in nonempty(alarms_of(any_deployment).items()):
        assert alarm["AlarmActions"] == alarm["OKActions"] == ["AlarmTopic"], name
        assert alarm.get("ActionsEnabled", True), name


def test_each_alarm_names_its_entry_in_the_runbook(alarms: Resources) -> None:
    for name, alarm in nonempty(alarms.items()):
        assert alarm["AlarmDescription"].endswith(f"docs/operations.md#{name.lower()}")


def test_each_alarm_says_what_missing_data_means(alarms: Resources) -> None:
    breaching = {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"}
    assert breaching == BY_SILENCE
    assert {alarm["TreatMissingData"] for alarm in alarms.values()} == {"breaching", "notBreaching"}


def test_each_alarm_watches_a_metric_that_exists(any_deployment: Deployment) -> None:
    for name, alarm in nonempty(alarms_of(any_deployment).items()):
        for metric in nonempty(of_alarm(alarm)):
            assert is_measured(metric), (name, metric)


def test_milkrun_s_metrics_are_those_of_this_stack(any_deployment: Deployment) -> None:
    submit = any_deployment.properties("SubmitFunction")["Environment"]["Variables"]
    watched = [
        metric
        for alarm in alarms_of(any_deployment).values()
        for metric in of_alarm(alarm)
        if metric.namespace == NAMESPACE
    ]
    assert watched
    assert submit["POWERTOOLS_METRICS_NAMESPACE"] == NAMESPACE
    for metric in watched:
        assert metric.dimensions["service"] == submit["POWERTOOLS_SERVICE_NAME"]


def test_only_metrics_in_seconds_are_compared_with_seconds(alarms: Resources) -> None:
    units = {
        name: UNITS[metric.name].value
        for name, alarm in alarms.items()
        for metric in of_alarm(alarm)
        if metric.namespace == NAMESPACE
    }
    assert {name for name, unit in units.items() if unit == "Seconds"} == {"OldestPendingAlarm"}


def test_codes_that_are_watched_are_ones_that_runs_fail_with(alarms: Resources) -> None:
    text = "".join(path.read_text() for path in LUA.rglob("*.lua"))
    codes = {metric.dimensions.get("code") for metric in of_alarm(alarms["LostRunsAlarm"])}
    assert codes == set(re.findall(r"'error_code', '(\w+)'", text))


def test_every_function_has_its_alarms(alarms: Resources) -> None:
    for name in FUNCTIONS:
        assert {f"{name}{kind}Alarm" for kind in ("Errors", "Throttles", "Duration")} <= alarms.keys()


@pytest.mark.parametrize("name", [*FUNCTIONS, "Authorizer"])
def test_errors_are_those_of_the_alias_that_is_called(alarms: Resources, name: str) -> None:
    errors = next(it for it in of_alarm(alarms[f"{name}ErrorsAlarm"]) if it.name == "Errors")
    assert errors.dimensions == {"FunctionName": f"{name}Function", "Resource": f"{name}Function:live"}


def test_an_answer_of_500_counts_as_an_error_of_its_function(alarms: Resources) -> None:
    for name in ("Submit", "Status", "Health"):
        watched = {metric.name: metric for metric in of_alarm(alarms[f"{name}ErrorsAlarm"])}
        assert watched["InternalErrors"].dimensions["function_name"] == f"{name}Function"


def test_duration_alarms_fire_between_the_intended_duration_and_the_timeout(
    alarms: Resources, deployed: Deploy
) -> None:
    for name in FUNCTIONS:
        timeout = deployed({}).properties(f"{name}Function")["Timeout"]
        meant = {
            "Submit": LONGEST_WAIT,
            "Status": LONGEST_WAIT,
            "Worker": timeout - HAND_OVER_BEFORE,
        }.get(name, timeout / 2)
        assert meant < alarms[f"{name}DurationAlarm"]["Threshold"] / 1000 < timeout


def test_an_error_alarm_can_fire_within_the_shortest_deployment(alarms: Resources) -> None:
    for name in ("Submit", "Status", "Health", "Worker", "Api"):
        alarm = alarms[f"{name}ErrorsAlarm"]
        stats = [it["MetricStat"] for it in alarm.get("Metrics", []) if "MetricStat" in it] or [alarm]
        assert {it["Period"] for it in stats} == {60}
        assert alarm["DatapointsToAlarm"] * 60 < 5 * 60


def references(value: Any) -> set[str]:
    """The logical ids that a part of a template depends on."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    found = set().union(*(references(it) for it in value.values()))
    if isinstance(value.get("Ref"), str):
        found.add(value["Ref"])
    if "Fn::GetAtt" in value:
        named = value["Fn::GetAtt"]
        found.add(named.split(".")[0] if isinstance(named, str) else named[0])
    if "Fn::Sub" in value:
        text = value["Fn::Sub"] if isinstance(value["Fn::Sub"], str) else value["Fn::Sub"][0]
        found |= {name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text)}
    if "DependsOn" in value:
        named = value["DependsOn"]
        found |= {named} if isinstance(named, str) else set(named)
    return found


@pytest.mark.parametrize("parameters", [{}, TOKENS, {"DeploymentType": "AllAtOnce"}])
def test_few_alarms_are_three_alarms_about_what_callers_notice(
    deployed: Deploy, parameters: dict[str, str]
) -> None:
    deployment = deployed({**parameters, "Alarms": "few"})
    assert alarms_of(deployment).keys() == {"ApiErrorsAlarm", "LostRunsAlarm", "SweeperSilentAlarm"}


@pytest.mark.parametrize("parameters", GRADUAL.values(), ids=GRADUAL)
def test_a_deployment_checks_only_alarms_that_exist(deployed: Deploy, parameters: Parameters) -> None:
    deployment = deployed(parameters)
    for name, group in nonempty(deployment.of_type("AWS::CodeDeploy::DeploymentGroup").items()):
        asked = [alarm["Name"] for alarm in group["AlarmConfiguration"]["Alarms"]]
        assert asked, name
        assert set(asked) <= alarms_of(deployment).keys(), name


def test_few_alarms_also_roll_back_a_deployment(deployed: Deploy) -> None:
    groups = deployed({"Alarms": "few"}).of_type("AWS::CodeDeploy::DeploymentGroup")
    asked = {
        name: [it["Name"] for it in group["AlarmConfiguration"]["Alarms"]] for name, group in groups.items()
    }
    assert asked.pop("WorkerFunctionDeploymentGroup") == ["LostRunsAlarm"]
    assert set(map(tuple, asked.values())) == {("ApiErrorsAlarm",)}


def test_no_resource_depends_on_itself(translated: dict[str, Any]) -> None:
    waits = {
        name: references(it) & translated["Resources"].keys() for name, it in translated["Resources"].items()
    }
    while ready := {name for name, others in waits.items() if not others}:
        waits = {name: others - ready for name, others in waits.items() if name not in ready}
    assert waits == {}


def test_a_math_expression_uses_all_its_metrics(any_deployment: Deployment) -> None:
    with_math = {name: it for name, it in alarms_of(any_deployment).items() if "Metrics" in it}
    for name, alarm in nonempty(with_math.items()):
        (shown,) = [it for it in alarm["Metrics"] if it.get("ReturnData", True)]
        read = {it["Id"] for it in alarm["Metrics"] if "MetricStat" in it}
        words = set(re.findall(r"[a-z]\w*", shown["Expression"]))
        assert words == read, name
        assert len(read) <= 10, name


def nodes(deployment: Deployment, name: str = "CacheMemoryAlarm") -> list[str | None]:
    alarm = alarms_of(deployment)[name]
    return [metric.dimensions["CacheClusterId"] for metric in of_alarm(alarm)]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, ["001", "002"]),
        ({"CacheReplicas": "0"}, ["001", "002"]),
        ({"CacheReplicas": "2"}, ["001", "002", "003", "004", "005", "006"]),
        ({"CacheShards": "3"}, ["0001-001", "0001-002", "0002-001", "0002-002", "0003-001", "0003-002"]),
    ],
)
def test_the_cache_is_watched_node_by_node(
    deployed: Deploy, parameters: dict[str, str], expected: list[str]
) -> None:
    assert nodes(deployed(parameters)) == [f"Cache-{node}" for node in expected]


def test_all_alarms_of_the_cache_watch_the_same_nodes(any_deployment: Deployment) -> None:
    of_cache = [
        name
        for name, alarm in alarms_of(any_deployment).items()
        if next(of_alarm(alarm)).namespace == "AWS/ElastiCache"
    ]
    assert len(of_cache) == (5 if any_deployment.conditions["WatchesCache"] else 0)
    assert len({tuple(nodes(any_deployment, name)) for name in of_cache}) <= 1


def test_the_canary_is_watched_as_often_as_it_runs(deployed: Deploy, template: dict[str, Any]) -> None:
    for minutes in nonempty(template["Parameters"]["CanaryMinutes"]["AllowedValues"]):
        found = alarms_of(deployed({"CanaryMinutes": str(minutes)})).get("CanaryAlarm")
        assert (found["Period"] if found else 0) == minutes * 60


def test_no_alarm_looks_back_more_than_a_day(any_deployment: Deployment) -> None:
    for name, alarm in nonempty(alarms_of(any_deployment).items()):
        period = alarm.get("Period") or max(
            it["MetricStat"]["Period"] for it in alarm["Metrics"] if "MetricStat" in it
        )
        assert period * alarm["EvaluationPeriods"] <= 86_400, name


def test_alarms_may_publish_to_the_encrypted_topic(deployed: Deploy) -> None:
    deployment = deployed({})
    key = deployment.properties("AlarmTopic")["KmsMasterKeyId"]
    statements = deployment.properties(key)["KeyPolicy"]["Statement"]
    (alarms,) = [it for it in statements if it["Principal"] == {"Service": "cloudwatch.amazonaws.com"}]
    assert alarms["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]


def test_a_mail_is_sent_if_there_is_an_address(deployed: Deploy) -> None:
    assert "AlarmMail" not in deployed({}).resources
    mail = deployed({"AlarmEmail": "operator@example.com"}).properties("AlarmMail")
    assert (mail["Protocol"], mail["Endpoint"]) == ("email", "operator@example.com")


def test_metrics_pass_the_filter_of_the_log(any_deployment: Deployment) -> None:
    """They are lines without a level, which Lambda treats as INFO."""
    for name, function in nonempty(any_deployment.of_type("AWS::Lambda::Function").items()):
        assert function["LoggingConfig"].get("ApplicationLogLevel", "INFO") == "INFO", name
