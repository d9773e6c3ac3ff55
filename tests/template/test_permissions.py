"""Permissions: each function has its own role, and each right covers only what it names."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.nonempty import nonempty
from tests.stacks import Deployment

from .conftest import CANARY_SECRET, NEO4J_SECRET, Deploy

INVOKERS = {"SubmitRole", "SweeperRole", "WorkerRole"}
FUNCTIONS_OF_RUNS = ("Submit", "Status", "Health", "Worker", "Sweeper")
INTERFACES = {
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
}
KNOWS_NO_RESOURCES = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "cloudwatch:PutMetricData",
    "s3:ListAllMyBuckets",
    *INTERFACES,
}
READS_ALARMS = {"WorkerDeploymentRole", "ApiDeploymentRole"}
"""Roles that may read all alarms: CloudWatch refuses composite alarms to those who may read only some."""

Statement = dict[str, Any]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements_of(deployment: Deployment) -> Iterator[tuple[str, Statement]]:
    """Every statement with the logical id of its role."""
    managed = deployment.of_type("AWS::IAM::ManagedPolicy")
    policies = [(it["RoleName"], it) for it in deployment.of_type("AWS::IAM::RolePolicy").values()]
    for name, role in deployment.of_type("AWS::IAM::Role").items():
        policies += [(name, policy) for policy in role.get("Policies", [])]
        policies += [(name, managed[it]) for it in role.get("ManagedPolicyArns", []) if it in managed]
    for name, policy in policies:
        for statement in policy["PolicyDocument"]["Statement"]:
            yield name, statement


def resources_by_role(deployment: Deployment, action: str) -> dict[str, list[Any]]:
    """The resources on which each role may do this."""
    return {
        role: as_list(statement["Resource"])
        for role, statement in statements_of(deployment)
        if action in as_list(statement["Action"]) and statement["Effect"] == "Allow"
    }


def test_every_function_has_a_role_of_its_own(any_deployment: Deployment) -> None:
    lambdas = any_deployment.of_type("AWS::Lambda::Function")
    roles = [properties["Role"].removesuffix(".Arn") for properties in lambdas.values()]
    assert sorted(roles) == sorted(name.replace("Function", "Role") for name in lambdas)


def test_no_right_covers_everything_where_resources_can_be_named(any_deployment: Deployment) -> None:
    for role, statement in nonempty(statements_of(any_deployment)):
        actions = set(as_list(statement["Action"]))
        assert not any("*" in action for action in actions), role
        if "*" in as_list(statement["Resource"]):
            alarms = {"cloudwatch:DescribeAlarms"} if role in READS_ALARMS else set()
            assert actions <= KNOWS_NO_RESOURCES | alarms, role


def test_functions_have_policies_of_this_stack_only(any_deployment: Deployment) -> None:
    own = any_deployment.of_type("AWS::IAM::ManagedPolicy")
    for name, properties in nonempty(any_deployment.of_type("AWS::Lambda::Function").items()):
        role = any_deployment.properties(properties["Role"].removesuffix(".Arn"))
        assert set(role.get("ManagedPolicyArns", [])) <= set(own), name


def test_every_function_may_write_its_own_log_and_no_other(any_deployment: Deployment) -> None:
    logs = resources_by_role(any_deployment, "logs:PutLogEvents")
    for name in nonempty(any_deployment.of_type("AWS::Lambda::Function")):
        short = name.removesuffix("Function")
        assert logs[f"{short}Role"] == [f"{short}Logs.Arn"]


def test_lambda_may_attach_functions_to_the_vpc_but_their_code_may_not(deployed: Deploy) -> None:
    deployment = deployed({})
    for name in FUNCTIONS_OF_RUNS:
        by_effect = {
            statement["Effect"]: statement
            for role, statement in statements_of(deployment)
            if role == f"{name}Role" and INTERFACES & set(as_list(statement["Action"]))
        }
        assert set(by_effect["Allow"]["Action"]) == INTERFACES
        assert "Condition" not in by_effect["Allow"]
        assert set(by_effect["Deny"]["Action"]) == INTERFACES
        assert by_effect["Deny"]["Condition"] == {"Null": {"lambda:SourceFunctionArn": "false"}}


def test_functions_may_log_in_to_their_cache_as_their_user(deployed: Deploy) -> None:
    cache = "arn:aws:elasticache:eu-central-1:123456789012:replicationgroup:Cache"
    rights = resources_by_role(deployed({}), "elasticache:Connect")
    assert rights == {f"{name}Role": [cache, "CacheUser.Arn"] for name in FUNCTIONS_OF_RUNS}


def test_without_a_cache_nobody_may_log_in(deployed: Deploy) -> None:
    deployment = deployed({"RedisUrl": "rediss://redis.example.com:6379"})
    assert resources_by_role(deployment, "elasticache:Connect") == {}


def test_only_health_and_worker_may_read_the_one_secret(deployed: Deploy) -> None:
    rights = resources_by_role(deployed({"Neo4jSecretArn": NEO4J_SECRET}), "secretsmanager:GetSecretValue")
    assert rights == {"HealthRole": [NEO4J_SECRET], "WorkerRole": [NEO4J_SECRET]}
    assert resources_by_role(deployed({}), "secretsmanager:GetSecretValue") == {}


def test_the_canary_may_read_the_secret_for_its_token_and_no_other(deployed: Deploy) -> None:
    tokens = {"AuthMode": "JWT", "JwtIssuer": "https://issuer.example.com", "JwtAudience": "milkrun"}
    token = {"CanaryTokenUrl": "https://issuer.example.com/token", "CanarySecretArn": CANARY_SECRET}
    reads = "secretsmanager:GetSecretValue"
    assert resources_by_role(deployed(tokens | token), reads) == {"CanaryRole": [CANARY_SECRET]}
    assert resources_by_role(deployed(tokens), reads) == {}
    assert resources_by_role(deployed(token), reads) == {}  # callers sign their requests


def test_only_submit_sweeper_and_worker_may_invoke_the_worker_s_alias(
    any_deployment: Deployment,
) -> None:
    rights = resources_by_role(any_deployment, "lambda:InvokeFunction")
    assert rights == {role: ["WorkerFunctionAliaslive"] for role in INVOKERS}


def test_the_worker_may_report_its_failures(deployed: Deploy) -> None:
    assert resources_by_role(deployed({}), "sqs:SendMessage") == {"WorkerRole": ["WorkerFailures.Arn"]}


@pytest.mark.parametrize(
    ("role", "functions"),
    [("WorkerDeploymentRole", ["Worker"]), ("ApiDeploymentRole", ["Submit", "Status", "Health"])],
)
def test_codedeploy_may_move_the_aliases_that_it_deploys(
    deployed: Deploy, role: str, functions: list[str]
) -> None:
    deployment = deployed({})
    (trusted,) = deployment.properties(role)["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "codedeploy.amazonaws.com"}
    own = {f"{it}FunctionDeploymentGroup" for it in functions}
    groups = deployment.of_type("AWS::CodeDeploy::DeploymentGroup")
    assert {name for name, it in groups.items() if it["ServiceRoleArn"] == f"{role}.Arn"} == own
    named = {it.removesuffix(":live") for it in resources_by_role(deployment, "lambda:UpdateAlias")[role]}
    assert named == {f"{it}Function.Arn" for it in functions}
