"""Who may do what: each function by a role of its own, each right on one named resource."""

from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Resources

INVOKERS = {"SubmitRole", "SweeperRole", "WorkerRole"}
KNOWS_NO_RESOURCES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}

Statement = dict[str, Any]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements_of(translated: dict[str, Any]) -> Iterator[tuple[str, Statement]]:
    """Every statement with the logical id of the role it gives something to."""
    for name, resource in translated["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::IAM::Role":
            for policy in properties.get("Policies", []):
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name, statement
        elif resource["Type"] in ("AWS::IAM::RolePolicy", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            role = properties["RoleName"]["Ref"]
            for statement in properties["PolicyDocument"]["Statement"]:
                yield role, statement


@pytest.fixture(scope="module")
def statements(translated: dict[str, Any]) -> list[tuple[str, Statement]]:
    return list(statements_of(translated))


def test_every_function_has_a_role_of_its_own(lambdas: Resources) -> None:
    roles = [properties["Role"]["Fn::GetAtt"][0] for properties in lambdas.values()]
    assert sorted(roles) == sorted(name.replace("Function", "Role") for name in lambdas)


def test_no_right_is_on_everything_but_tracing(statements: list[tuple[str, Statement]]) -> None:
    for role, statement in statements:
        actions = set(as_list(statement["Action"]))
        assert not any("*" in action for action in actions), role
        if "*" in as_list(statement["Resource"]):
            assert actions <= KNOWS_NO_RESOURCES, role


def test_no_function_has_a_managed_policy(translated: dict[str, Any], lambdas: Resources) -> None:
    for properties in lambdas.values():
        role = translated["Resources"][properties["Role"]["Fn::GetAtt"][0]]
        assert "ManagedPolicyArns" not in role["Properties"]


def test_every_function_may_write_its_own_log_and_no_other(statements: list[tuple[str, Statement]]) -> None:
    logs = {role: s["Resource"] for role, s in statements if "logs:PutLogEvents" in as_list(s["Action"])}
    assert logs == {
        f"{name}Role": {"Fn::GetAtt": [f"{name}Logs", "Arn"]}
        for name in ("Submit", "Status", "Health", "Worker", "Sweeper")
    }


def test_only_submit_sweeper_and_worker_may_invoke_and_only_the_worker(
    statements: list[tuple[str, Statement]],
) -> None:
    rights = {
        role: s["Resource"] for role, s in statements if "lambda:InvokeFunction" in as_list(s["Action"])
    }
    assert rights == {role: {"Fn::GetAtt": ["WorkerFunction", "Arn"]} for role in INVOKERS}


def test_the_worker_may_report_its_failures(statements: list[tuple[str, Statement]]) -> None:
    senders = {role: s["Resource"] for role, s in statements if "sqs:SendMessage" in as_list(s["Action"])}
    assert senders == {"WorkerRole": {"Fn::GetAtt": ["WorkerFailures", "Arn"]}}
