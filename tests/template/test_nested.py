"""The nested stacks: their parameters, and that an undivided stack can be updated to them."""

from typing import Any

from infrastructure.__main__ import HERE
from tests.nonempty import nonempty
from tests.stacks import NESTED, ROOT

from .conftest import Deploy

STATELESS = {
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::Role",
    "AWS::S3::Bucket",  # holds what the canary has seen; a new one serves as well
    "AWS::S3::BucketPolicy",
    "AWS::Synthetics::Canary",
}
NAMES = {"Name", "AlarmName", "BucketName", "DashboardName", "RoleName"}
"""Properties that give these types a name."""

Templates = dict[str, dict[str, Any]]


def test_every_template_of_the_folder_is_deployed(template: dict[str, Any]) -> None:
    found = {path for path in HERE.rglob("*.yaml") if "Resources" in path.read_text()}
    stacks = [it for it in template["Resources"].values() if it["Type"] == NESTED]
    assert {ROOT / it["Properties"]["TemplateURL"] for it in stacks} == found


def test_a_nested_template_gets_exactly_its_parameters(template: dict[str, Any], nested: Templates) -> None:
    for name, it in nonempty(nested.items()):
        given = template["Resources"][name]["Properties"]["Parameters"]
        assert given.keys() == it["Parameters"].keys(), name


def test_a_nested_template_accepts_the_values_that_the_root_accepts(
    template: dict[str, Any], nested: Templates
) -> None:
    seen = set()
    for it in nested.values():
        for name, parameter in it["Parameters"].items():
            if "AllowedValues" in parameter:
                seen.add(name)
                # Without minutes there is neither a canary nor its template.
                choices = [value for value in template["Parameters"][name]["AllowedValues"] if value]
                assert parameter["AllowedValues"] == choices, name
    assert seen == {"Alarms", "AuthMode", "CanaryMinutes"}


def test_arns_fit_into_a_parameter_of_the_dashboard(deployed: Deploy) -> None:
    """A parameter holds 4,096 bytes, and a stack's name may have 64 characters."""
    parameters = deployed({"AuthMode": "JWT"}).of_type(NESTED)["DashboardStack"]["Parameters"]
    suffix = "-1234567890123"
    for name in ("WorkerAlarms", "ServiceAlarms", "CacheAlarms"):
        stack = f"{64 * 'x'}-{name}Stack{suffix}"
        longest = f"arn:aws-us-gov:cloudwatch:us-gov-east-1:123456789012:alarm:{stack}-"
        arns = parameters[name].replace(".Arn", suffix).replace('"', "").split(", ")
        assert len(arns) > 1
        assert sum(len(f'"{longest}{arn}", ') for arn in arns) <= 4096, name


def test_a_nested_stack_never_uses_its_own_name_for_the_service(nested: Templates) -> None:
    """Metrics are named after the root stack, whose name is a parameter."""
    for name, it in nonempty(nested.items()):
        assert "AWS::Stack" not in str(it), name


def test_resources_with_state_are_in_the_root_stack(nested: Templates) -> None:
    """A resource that moves to another stack is deleted and created afresh."""
    types = {it["Type"] for template in nested.values() for it in template["Resources"].values()}
    assert types == STATELESS


def test_no_nested_resource_has_a_name_from_the_old_root_stack(deployed: Deploy) -> None:
    """An update creates nested stacks before it deletes resources from the root stack."""
    before = {"milkrun-Api", "local-eu-central-1"}
    named = {
        value
        for kind in STATELESS
        for properties in deployed({}).of_type(kind).values()
        for key, value in properties.items()
        if key in NAMES
    }
    assert named == {"Api-milkrun", "local-overview-eu-central-1"}
    assert not named & before
