"""The canary: its script is the tested one, and its role may do exactly what the script does."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.stacks import ROOT, Parameters, Resources

from .conftest import CANARY_SECRET, GIVEN_VPC, Deploy

CANARY = ROOT / "canary"
SIGNED = {"POST/optimize", "GET/optimize/*/status", "GET/optimize/*/result", "DELETE/optimize/*"}
"""Routes that it calls with its role's signature."""


@pytest.fixture(scope="module")
def own_template(nested: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return nested["CanaryStack"]


@pytest.fixture(scope="module")
def parts(own_template: dict[str, Any]) -> Resources:
    """The resources of its stack."""
    found: Resources = own_template["Resources"]
    return found


@pytest.fixture(scope="module")
def canary(parts: Resources) -> dict[str, Any]:
    properties: dict[str, Any] = parts["Canary"]["Properties"]
    return properties


@pytest.fixture(scope="module")
def embedder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("embed", CANARY / "embed.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def statements(parts: Resources) -> dict[str, tuple[Any, Any]]:
    """The resource and condition of each action of the canary's role."""
    return {
        action: (statement["Resource"], statement.get("Condition"))
        for policy in parts["CanaryRole"]["Properties"]["Policies"]
        if "PolicyDocument" in policy  # the right to its secret depends on parameters; see test_permissions
        for statement in policy["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }


def seconds_between_runs(template: dict[str, Any]) -> list[int]:
    minutes = template["Parameters"]["CanaryMinutes"]["AllowedValues"]
    return [60 * it for it in minutes if it]


def script_constants() -> dict[str, float]:
    """BUDGET and the limits of a call, from the script's source, because the script needs Synthetics to be
    imported."""
    wanted = [
        line
        for line in (CANARY / "milkrun_canary.py").read_text().splitlines()
        if line.startswith(("BUDGET", "CONNECT_LIMIT", "WAIT"))
    ]
    values: dict[str, float] = {}
    exec("\n".join(wanted), {}, values)  # noqa: S102 - our own three lines
    return values


def test_the_template_has_the_script_that_is_tested(canary: dict[str, Any]) -> None:
    script = (CANARY / "milkrun_canary.py").read_text()
    assert canary["Code"]["Script"] == script, "`make infrastructure` brings it over"
    assert canary["Code"]["Handler"] == "milkrun_canary.handler"
    assert "\ndef handler(" in script


def test_every_choice_of_minutes_is_in_the_map(own_template: dict[str, Any]) -> None:
    choices = map(str, own_template["Parameters"]["CanaryMinutes"]["AllowedValues"])
    assert set(choices) == own_template["Mappings"]["CanaryPeriods"]["Seconds"].keys()


def test_embedding_replaces_only_the_script(embedder: ModuleType, tmp_path: Path) -> None:
    before = "Code:\n  Script: |\n    old\n\n    old\n  Handler: x\nOther: 1\n"
    after = embedder.embed(before, "import new\n\nif new:\n    pass\n")
    assert after == (
        "Code:\n  Script: |\n    import new\n\n    if new:\n        pass\n  Handler: x\nOther: 1\n"
    )


def test_embedding_twice_changes_nothing(embedder: ModuleType) -> None:
    template = (ROOT / "infrastructure/canary.yaml").read_text()
    assert embedder.embed(template, (CANARY / "milkrun_canary.py").read_text()) == template


def test_embedding_refuses_a_template_without_a_script(embedder: ModuleType) -> None:
    with pytest.raises(ValueError, match="found 0"):
        embedder.embed("Resources: {}\n", "")


def test_the_script_ends_before_it_is_stopped(canary: dict[str, Any]) -> None:
    limits = script_constants()
    one_call = limits["CONNECT_LIMIT"] + limits["READ_LIMIT"]
    worst = limits["BUDGET"] + 2 * one_call  # the current call, and the one that erases
    assert worst + 15 <= canary["RunConfig"]["TimeoutInSeconds"]  # 15 s for Synthetics itself
    assert limits["WAIT"] < limits["READ_LIMIT"]


def test_a_run_ends_before_the_next_one_is_due(template: dict[str, Any], canary: dict[str, Any]) -> None:
    assert min(seconds_between_runs(template)) >= canary["RunConfig"]["TimeoutInSeconds"]
    assert max(seconds_between_runs(template)) <= 3600  # the longest interval of a Synthetics rate expression
    assert canary["Schedule"]["Expression"] == {"Fn::Sub": "rate(${CanaryMinutes} minutes)"}


def test_nothing_of_the_canary_exists_if_it_is_off(deployed: Deploy, parts: Resources) -> None:
    assert parts.keys() <= deployed({}).resources.keys()
    without = deployed({"CanaryMinutes": "0"}).resources
    assert not [name for name in without if name.startswith("Canary")]


def test_it_signs_calls_only_if_callers_sign_theirs(canary: dict[str, Any]) -> None:
    signed = canary["RunConfig"]["EnvironmentVariables"]["SIGNED_RUN"]
    assert signed == {"Fn::If": ["UsesJwt", "false", "true"]}


def variables(deployed: Deploy, parameters: Parameters) -> dict[str, str]:
    """The canary's variables, without the address."""
    canary = deployed(parameters).resources["Canary"]["Properties"]
    known: dict[str, str] = canary["RunConfig"]["EnvironmentVariables"]
    return {name: value for name, value in known.items() if name != "API_URL"}


def test_it_gets_a_token_only_if_callers_use_tokens_and_it_knows_the_issuer(deployed: Deploy) -> None:
    tokens = {"AuthMode": "JWT", "JwtIssuer": "https://issuer.example.com", "JwtAudience": "milkrun"}
    token = {
        "CanaryTokenUrl": "https://issuer.example.com/token",
        "CanarySecretArn": CANARY_SECRET,
        "CanaryScope": "milkrun/runs",
    }
    assert variables(deployed, {}) == variables(deployed, token) == {"SIGNED_RUN": "true"}
    assert variables(deployed, tokens) == {"SIGNED_RUN": "false"}
    assert variables(deployed, tokens | token) == {
        "SIGNED_RUN": "false",
        "TOKEN_URL": token["CanaryTokenUrl"],
        "TOKEN_SECRET_ARN": CANARY_SECRET,
        "TOKEN_SCOPE": "milkrun/runs",
    }


def test_it_begins_once_the_stage_exists(translated: dict[str, Any], canary: dict[str, Any]) -> None:
    url = canary["RunConfig"]["EnvironmentVariables"]["API_URL"]["Fn::Sub"]
    assert url.endswith("/${StageName}")
    resources = translated["Resources"]
    assert resources["CanaryStack"]["Properties"]["Parameters"]["StageName"] == {"Ref": "ApiStage"}
    assert resources["ApiStage"]["Type"] == "AWS::ApiGateway::Stage"


def test_it_begins_once_the_gateway_may_call_what_it_calls(translated: dict[str, Any]) -> None:
    resources = translated["Resources"]
    called = {"GET/health", "GET/ready", *SIGNED}
    permissions = {
        name: it["Properties"]["SourceArn"]["Fn::Sub"][0]
        for name, it in resources.items()
        if it["Type"] == "AWS::Lambda::Permission" and name.endswith("PermissionStage")
    }
    needed = {name for name, arn in permissions.items() if arn.partition("${__Stage__}/")[2] in called}
    assert len(needed) == len(called)
    assert set(resources["CanaryStack"]["DependsOn"]) == needed


def test_it_begins_once_lambda_can_be_reached(translated: dict[str, Any], deployed: Deploy) -> None:
    metadata = translated["Resources"]["CanaryStack"]["Metadata"]
    assert {"Ref": "LambdaEndpoint"} in metadata["DependsOnToo"]["Fn::If"]
    assert deployed(GIVEN_VPC).resources["CanaryStack"]["Metadata"]["DependsOnToo"] == ""


def test_it_may_call_only_the_signed_routes_that_it_calls(
    translated: dict[str, Any], parts: Resources
) -> None:
    resources, _ = statements(parts)["execute-api:Invoke"]
    prefix = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/${StageName}/"
    allowed = {resource["Fn::Sub"].removeprefix(prefix) for resource in resources}
    assert allowed == SIGNED
    operations = {
        f"{method.upper()}{path.replace('{run_id}', '*')}"
        for path, methods in translated["Resources"]["Api"]["Properties"]["Body"]["paths"].items()
        for method in methods
    }
    assert allowed <= operations


def test_it_may_only_report(parts: Resources) -> None:
    rights = statements(parts)
    assert set(rights) == {
        "execute-api:Invoke",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:PutObject",
        "s3:GetBucketLocation",
        "s3:ListAllMyBuckets",
        "cloudwatch:PutMetricData",
    }
    on_everything = {action for action, (resource, _) in rights.items() if resource == "*"}
    assert on_everything == {"s3:ListAllMyBuckets", "cloudwatch:PutMetricData"}
    namespace = {"StringEquals": {"cloudwatch:namespace": "CloudWatchSynthetics"}}
    assert rights["cloudwatch:PutMetricData"][1] == namespace


def test_it_writes_the_log_and_the_artifacts_that_it_may_write(
    parts: Resources, canary: dict[str, Any]
) -> None:
    rights = statements(parts)
    assert canary["Name"] == {"Fn::Sub": "${Api}-milkrun"}
    assert rights["logs:PutLogEvents"][0]["Fn::Sub"].endswith(":/aws/lambda/cwsyn-${Api}-milkrun-*")
    assert canary["ArtifactS3Location"] == {"Fn::Sub": "s3://${CanaryArtifacts}/runs"}
    assert rights["s3:PutObject"][0] == {"Fn::Sub": "${CanaryArtifacts.Arn}/runs/*"}


def test_artifacts_are_encrypted_and_private_and_expire(parts: Resources) -> None:
    bucket = parts["CanaryArtifacts"]
    properties = bucket["Properties"]
    (encryption,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    (rule,) = properties["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["ExpirationInDays"] == 31
    assert bucket["DeletionPolicy"] == "Retain"


def test_artifacts_are_sent_only_over_tls(parts: Resources) -> None:
    policy = parts["CanaryArtifactsPolicy"]["Properties"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Principal"] == statement["Action"].removeprefix("s3:") == "*"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [
        {"Fn::GetAtt": ["CanaryArtifacts", "Arn"]},
        {"Fn::Sub": "${CanaryArtifacts.Arn}/*"},
    ]
