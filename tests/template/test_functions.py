"""The functions: their code, settings, versions and logs, and what happens to their failures."""

import ast
import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from local.cloudformation import Resolver
from milkrun.settings import Settings
from tests.nonempty import nonempty
from tests.stacks import ROOT, Deployment, Parameters, Resources

from .conftest import GIVEN_VPC, NEO4J_SECRET, PARAMETER_SETS, REGION, Deploy, environment, translate

SET_BY_LAMBDA = {"AWS_REGION"}
SET_BY_SAM_LOCAL = {"AWS_SAM_LOCAL"}
SET_WHERE_AWS_IS_ELSEWHERE = {"AWS_ENDPOINT_URL_SECRETS_MANAGER"}
READ_BY_OTHERS = {"AWS_ENDPOINT_URL_LAMBDA"}
TOKENS = {"AuthMode": "JWT", "JwtIssuer": "https://issuer.example.com", "JwtAudience": "milkrun"}
INVOKERS = {"SubmitFunction", "SweeperFunction"}
USERS_OF_NEO4J = {"HealthFunction", "WorkerFunction"}
SHIFTED = {"SubmitFunction", "StatusFunction", "HealthFunction", "WorkerFunction"}
WAITED_FOR = {"SubmitFunction", "StatusFunction", "HealthFunction", "AuthorizerFunction"}
NO_PART_OF_A_VERSION = {"ReservedConcurrentExecutions", "RecursiveLoop", "Tags", "Description"}
OTHER_VALUES = {
    **GIVEN_VPC,
    "VpcCidr": "10.61.0.0/16",
    "CacheReplicas": "0",
    "RedisUrl": "rediss://redis.example.com:6379",
    "Neo4jUri": "bolt://graph.example.com:7687",
    "Neo4jSecretArn": NEO4J_SECRET,
    "JwtIssuer": "https://issuer.example.com",
    "JwtAudience": "milkrun",
    "JwtRequiredScope": "milkrun/runs",
    "JwtRequiredClaim": "cognito:groups=dispatch",
    "CorsAllowOrigin": "https://planner.example.com",
}
"""Values for text parameters that allow any text, and for those where any other number makes no
difference."""


class RecordingEnvironment(Mapping[str, str]):
    """An empty environment that records which variables are read."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@pytest.fixture(scope="module")
def settings_names() -> set[str]:
    environment = RecordingEnvironment()
    Settings.from_env(environment)
    return environment.asked


def variables(lambdas: Resources, name: str) -> dict[str, Any]:
    values: dict[str, Any] = lambdas[name]["Environment"]["Variables"]
    return values


def resource_behind(reference: Any, translated: dict[str, Any]) -> dict[str, Any]:
    """The resource that a Ref or GetAtt refers to."""
    name = reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0]
    resource: dict[str, Any] = translated["Resources"][name]
    return resource


def test_there_are_five_functions_and_the_authorizer(functions: Resources) -> None:
    assert set(functions) == {
        f"{name}Function" for name in ("Submit", "Status", "Health", "Worker", "Sweeper", "Authorizer")
    }


def test_every_handler_is_a_function_in_a_file_that_exists(functions: Resources) -> None:
    for properties in nonempty(functions.values()):
        module, name = properties["Handler"].split(".")
        source = (ROOT / properties["CodeUri"] / f"{module}.py").read_text()
        defined = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
        assert name in defined


def test_only_the_worker_has_the_solver(template: dict[str, Any], functions: Resources) -> None:
    assert template["Globals"]["Function"]["Layers"] == [{"Ref": "CoreLayer"}]
    added = {name: properties["Layers"] for name, properties in functions.items() if "Layers" in properties}
    assert added == {
        "WorkerFunction": [{"Ref": "SolverLayer"}],
        "AuthorizerFunction": [{"Ref": "AuthorizerLayer"}],
    }


def test_every_function_is_traced(any_deployment: Deployment) -> None:
    for properties in nonempty(any_deployment.of_type("AWS::Lambda::Function").values()):
        assert properties["TracingConfig"] == {"Mode": "Active"}


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_every_function_runs_where_its_layers_were_built_for(deployed: Deploy, architecture: str) -> None:
    deployment = deployed({"Architecture": architecture})
    for properties in nonempty(deployment.of_type("AWS::Lambda::Function").values()):
        assert properties["Runtime"] == "python3.13"
        assert properties["Architectures"] == [architecture]
    for properties in nonempty(deployment.of_type("AWS::Lambda::LayerVersion").values()):
        assert properties["CompatibleRuntimes"] == ["python3.13"]
        assert properties["CompatibleArchitectures"] == [architecture]


def test_every_setting_can_be_set(lambdas: Resources, settings_names: set[str]) -> None:
    declared = {variable for name in lambdas for variable in variables(lambdas, name)}
    elsewhere = SET_BY_LAMBDA | SET_BY_SAM_LOCAL | SET_WHERE_AWS_IS_ELSEWHERE
    assert settings_names - elsewhere <= declared


def test_every_variable_that_is_set_is_read(lambdas: Resources, settings_names: set[str]) -> None:
    for name in nonempty(lambdas):
        set_here = {v for v in variables(lambdas, name) if not v.startswith("POWERTOOLS_")}
        assert set_here <= settings_names | READ_BY_OTHERS


def test_a_setting_left_alone_is_the_same_in_the_template_and_in_the_code(deployed: Deploy) -> None:
    environment = {
        name: str(value)
        for name, value in variables(deployed({}).of_type("AWS::Lambda::Function"), "WorkerFunction").items()
        if not name.startswith("REDIS_")  # the stack's own cache, which the code does not know
    }
    assert Settings.from_env(environment) == Settings.from_env({})


@pytest.mark.parametrize("name", PARAMETER_SETS)
def test_functions_accept_their_settings(deployed: Deploy, name: str) -> None:
    deployment = deployed(PARAMETER_SETS[name])
    for properties in deployment.of_type("AWS::Lambda::Function").values():
        environment = {
            key: re.sub(r"Cache\.\w+\.Port", "6379", str(value))  # CloudFormation sets it
            for key, value in properties["Environment"]["Variables"].items()
        }
        Settings.from_env({**environment, "AWS_REGION": REGION})


def test_functions_that_start_workers_know_the_worker_s_alias(any_deployment: Deployment) -> None:
    lambdas = any_deployment.of_type("AWS::Lambda::Function")
    named = {name for name in lambdas if "WORKER_FUNCTION" in variables(lambdas, name)}
    assert named == INVOKERS
    for name in named:
        assert variables(lambdas, name)["WORKER_FUNCTION"] == "WorkerFunctionAliaslive"


def test_only_functions_that_use_neo4j_know_of_it(lambdas: Resources) -> None:
    for variable in ("NEO4J_URI", "NEO4J_SECRET_ARN", "NEO4J_USER", "NEO4J_PASSWORD"):
        assert {name for name in lambdas if variable in variables(lambdas, name)} == USERS_OF_NEO4J


def test_no_secret_is_in_a_variable(template: dict[str, Any], any_deployment: Deployment) -> None:
    assert not any("NoEcho" in parameter for parameter in nonempty(template["Parameters"].values()))
    for name, properties in nonempty(any_deployment.of_type("AWS::Lambda::Function").items()):
        for variable, value in properties["Environment"]["Variables"].items():
            if re.search(r"PASSWORD|SECRET|TOKEN|CREDENTIAL|_KEY", variable):
                assert value in ("", "true", "false", NEO4J_SECRET), f"{name} {variable}"
            assert "resolve:" not in str(value), f"{name} {variable}"


@pytest.mark.parametrize("uri", ["neo4j://user:secret@host", "bolt+s://:secret@host:7687"])
def test_a_password_in_the_address_of_neo4j_is_refused(template: dict[str, Any], uri: str) -> None:
    assert re.fullmatch(template["Parameters"]["Neo4jUri"]["AllowedPattern"], uri) is None


# ── Versions and aliases


def test_every_function_has_an_alias_on_its_newest_version(any_deployment: Deployment) -> None:
    aliases = any_deployment.of_type("AWS::Lambda::Alias")
    versions = any_deployment.of_type("AWS::Lambda::Version")
    assert {alias["FunctionName"] for alias in aliases.values()} == set(
        any_deployment.of_type("AWS::Lambda::Function")
    )
    for alias in aliases.values():
        assert alias["Name"] == "live"
        version = alias["FunctionVersion"].removesuffix(".Version")
        assert versions[version]["FunctionName"] == alias["FunctionName"]


def test_functions_that_callers_wait_for_use_snapstart(deployed: Deploy) -> None:
    lambdas = deployed(PARAMETER_SETS["everything made"]).of_type("AWS::Lambda::Function")
    settings = {name: properties.get("SnapStart") for name, properties in lambdas.items()}
    assert {name for name, setting in settings.items() if setting} == WAITED_FOR
    assert all(settings[name] == {"ApplyOn": "PublishedVersions"} for name in WAITED_FOR)


def test_snapstart_can_be_turned_off(deployed: Deploy) -> None:
    for properties in nonempty(deployed({"SnapStart": "false"}).of_type("AWS::Lambda::Function").values()):
        assert properties.get("SnapStart", {"ApplyOn": "None"}) == {"ApplyOn": "None"}


def test_no_default_reserves_concurrency(deployed: Deploy) -> None:
    """A new account has a quota of 10 and nothing to reserve: 100 must be left unreserved."""
    for parameters in ({}, TOKENS):
        for name, properties in nonempty(deployed(parameters).of_type("AWS::Lambda::Function").items()):
            assert "ReservedConcurrentExecutions" not in properties, name
        for name, properties in nonempty(deployed(parameters).of_type("AWS::Lambda::Alias").items()):
            assert "ProvisionedConcurrencyConfig" not in properties, name


@pytest.mark.parametrize("name", ["default", "small"])
def test_environments_for_a_new_account_reserve_no_concurrency(deployed: Deploy, name: str) -> None:
    for properties in nonempty(deployed(environment(name)).of_type("AWS::Lambda::Function").values()):
        assert "ReservedConcurrentExecutions" not in properties


def test_concurrency_is_reserved_for_workers_where_it_is_asked_for(deployed: Deploy) -> None:
    lambdas = deployed({"WorkerConcurrency": "50"}).of_type("AWS::Lambda::Function")
    reserved = {name: it.get("ReservedConcurrentExecutions") for name, it in lambdas.items()}
    assert {name: it for name, it in reserved.items() if it} == {"WorkerFunction": "50"}


@pytest.mark.parametrize("kind", ["Canary10Percent30Minutes", "Linear10PercentEvery1Minute"])
def test_calls_move_to_a_new_version_as_the_environment_says(deployed: Deploy, kind: str) -> None:
    deployment = deployed({"DeploymentType": kind})
    groups = deployment.of_type("AWS::CodeDeploy::DeploymentGroup")
    assert set(groups) == {f"{name}DeploymentGroup" for name in SHIFTED}
    for name in SHIFTED:
        group = groups[f"{name}DeploymentGroup"]
        assert group["DeploymentConfigName"] == f"CodeDeployDefault.Lambda{kind}"
        alias = deployment.resources[f"{name}Aliaslive"]
        assert alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"] == (
            f"{name}DeploymentGroup"
        )


def test_every_deployment_type_except_all_at_once_is_gradual(template: dict[str, Any]) -> None:
    gradual = template["Mappings"]["Deployments"]["Gradual"]
    assert gradual.keys() == set(template["Parameters"]["DeploymentType"]["AllowedValues"])
    assert [kind for kind, value in gradual.items() if value == "false"] == ["AllAtOnce"]


def test_all_at_once_checks_no_alarm_so_that_a_fix_can_be_deployed(deployed: Deploy) -> None:
    deployment = deployed({"DeploymentType": "AllAtOnce"})
    assert not any(it["Type"].startswith("AWS::CodeDeploy") for it in deployment.resources.values())
    aliases = [it for it in deployment.resources.values() if it["Type"] == "AWS::Lambda::Alias"]
    assert aliases
    assert not any("UpdatePolicy" in alias for alias in aliases)


def test_all_at_once_after_a_failed_deployment_makes_different_versions(
    template: dict[str, Any],
) -> None:
    before, settings_before = configurations(template, {})
    after, settings_after = configurations(template, {"DeploymentType": "AllAtOnce"})
    assert before == after
    assert settings_before != settings_after


def test_an_alarm_moves_the_calls_back(deployed: Deploy) -> None:
    deployment = deployed({})
    for name, group in nonempty(deployment.of_type("AWS::CodeDeploy::DeploymentGroup").items()):
        alarms = [name.replace("FunctionDeploymentGroup", "ErrorsAlarm")]
        if not name.startswith("Worker"):
            alarms.append("ApiErrorsAlarm")  # also counts 503, which is not an error of a function
        assert group["AlarmConfiguration"] == {"Enabled": True, "Alarms": [{"Name": it} for it in alarms]}
        assert all(deployment.resources[it]["Type"] == "AWS::CloudWatch::Alarm" for it in alarms)
        assert group["AutoRollbackConfiguration"]["Enabled"] is True
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


@pytest.mark.parametrize("layer", ["CoreLayer", "SolverLayer"])
def test_a_new_layer_makes_new_versions_of_the_functions_that_use_it(
    template: dict[str, Any], functions: Resources, layer: str
) -> None:
    changed = copy.deepcopy(template)
    changed["Resources"][layer]["Properties"]["ContentUri"] += "-changed"
    before, after = (versions(translate(document, {})) for document in (template, changed))
    renewed = {name for name in before if before[name] != after[name]}
    always = {name for name in functions if name in before}
    assert renewed == (always if layer == "CoreLayer" else {"WorkerFunction"})


def versions(translated: dict[str, Any]) -> dict[str, str]:
    """The logical id of each function's version, by function."""
    return {
        resource["Properties"]["FunctionName"]["Ref"]: name
        for name, resource in translated["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Version" and resource.get("Condition") != "UsesJwt"
    }


def configurations(template: dict[str, Any], parameters: Parameters) -> tuple[dict[str, Any], str]:
    """What becomes part of each function's version, and the document of settings."""
    document = translate(template, parameters)
    resolver = Resolver(document, REGION, parameters)
    found = {
        name: {
            key: resolver.resolve(value)
            for key, value in resource["Properties"].items()
            if key not in NO_PART_OF_A_VERSION
        }
        for name, resource in document["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    settings: str = resolver.resolve(document["Resources"]["Settings"]["Properties"]["Content"])
    return found, settings


def another_value(name: str, parameter: dict[str, Any]) -> str | None:
    """A value other than the default; None if none is listed."""
    if name in OTHER_VALUES:
        return OTHER_VALUES[name]
    if "AllowedValues" in parameter:
        return next(str(it) for it in parameter["AllowedValues"] if str(it) != str(parameter["Default"]))
    if parameter["Type"] == "Number":
        return str(int(parameter["Default"]) + 1)
    return None


def test_every_value_that_reaches_a_function_makes_new_versions(template: dict[str, Any]) -> None:
    before, settings_before = configurations(template, {})
    reach = set()
    values = {name: another_value(name, parameter) for name, parameter in template["Parameters"].items()}
    for name, value in values.items():
        if value is None:
            continue
        after, settings_after = configurations(template, {name: value})
        if after != before:
            reach.add(name)
            assert settings_after != settings_before, name
    assert {"VpcId", "RedisUrl", "CacheReplicas", "CacheShards", "Neo4jUri", "WorkerMemory"} <= reach


def test_no_deployment_deletes_the_version_before(any_deployment: Deployment) -> None:
    versions = [it for it in any_deployment.resources.values() if it["Type"] == "AWS::Lambda::Version"]
    assert versions
    for version in versions:
        assert version["DeletionPolicy"] == "Retain"  # SAM does this if the code changes
        assert version["UpdateReplacePolicy"] == "Retain"  # and this if a parameter changes


def test_every_version_is_described_by_the_settings(any_deployment: Deployment) -> None:
    number = "settings Settings.VersionNumber"
    for name, version in nonempty(any_deployment.of_type("AWS::Lambda::Version").items()):
        assert version["Description"] == number, name
    for name, properties in nonempty(any_deployment.of_type("AWS::Lambda::Function").items()):
        # Lambda publishes no version that equals the last one, so each function must change when they do.
        assert f"({number})" in properties["Description"], name


# ── Logs, failures and schedules


def test_every_function_logs_json_to_a_group_of_its_own_that_expires(
    lambdas: Resources, translated: dict[str, Any]
) -> None:
    groups = {name: it["LoggingConfig"]["LogGroup"]["Ref"] for name, it in lambdas.items()}
    assert len(set(groups.values())) == len(lambdas)
    for name, group in groups.items():
        assert lambdas[name]["LoggingConfig"]["LogFormat"] == "JSON"
        assert "RetentionInDays" in translated["Resources"][group]["Properties"]


def test_lambda_retries_no_event_that_the_sweeper_sends_again(functions: Resources) -> None:
    for name in ("WorkerFunction", "SweeperFunction"):
        assert functions[name]["EventInvokeConfig"]["MaximumRetryAttempts"] == 0


def test_failed_worker_events_end_in_an_encrypted_queue(
    functions: Resources, translated: dict[str, Any]
) -> None:
    destination = functions["WorkerFunction"]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
    queue = resource_behind(destination["Destination"], translated)
    assert queue["Type"] == "AWS::SQS::Queue"
    assert queue["Properties"]["SqsManagedSseEnabled"] is True


def test_the_guard_against_endless_chains_of_workers_is_on(lambdas: Resources) -> None:
    assert lambdas["WorkerFunction"]["RecursiveLoop"] == "Terminate"


def test_the_sweeper_runs_every_minute(functions: Resources) -> None:
    (event,) = functions["SweeperFunction"]["Events"].values()
    assert event == {"Type": "Schedule", "Properties": {"Schedule": "rate(1 minute)"}}


# ── Room in the account's concurrency


def taken(parameters: dict[str, str], template: dict[str, Any]) -> int:
    """The functions that runs and waiting calls may occupy at the same time."""
    given = {name: it["Default"] for name, it in template["Parameters"].items()} | parameters
    return int(given["MaxRunning"]) + int(given["MaxWaitingCalls"])


@pytest.mark.parametrize(
    ("name", "quota"), [("default", 10), ("small", 10), ("staging", 1_000), ("prod", 1_000)]
)
def test_runs_and_waiting_calls_leave_room_in_the_account(
    template: dict[str, Any], name: str, quota: int
) -> None:
    assert taken(environment(name), template) <= quota * 0.8


def test_the_defaults_leave_room_in_an_ordinary_account(template: dict[str, Any]) -> None:
    assert taken({}, template) <= 800


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_runs_within_their_limits_are_not_throttled(template: dict[str, Any], name: str) -> None:
    chosen = environment(name)
    most = int(chosen.get("MaxRunning", template["Parameters"]["MaxRunning"]["Default"]))
    assert most <= int(chosen["WorkerConcurrency"])


@pytest.mark.parametrize("function", ["Submit", "Status", "Health", "Worker", "Sweeper"])
def test_every_function_that_reads_settings_knows_the_limits_of_runs(deployed: Deploy, function: str) -> None:
    limits = {"MaxRunning": "5", "MaxBytesPerOwner": "1000000", "MaxSubmitsPerMinute": "60"}
    given = deployed(limits).properties(f"{function}Function")["Environment"]["Variables"]
    assert {
        name: given[name]
        for name in ("MAX_RUNNING", "MAX_BYTES_PER_OWNER", "MAX_SUBMITS_PER_MINUTE_PER_OWNER")
    } == {"MAX_RUNNING": "5", "MAX_BYTES_PER_OWNER": "1000000", "MAX_SUBMITS_PER_MINUTE_PER_OWNER": "60"}
