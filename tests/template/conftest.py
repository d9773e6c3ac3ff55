"""The template as it is written, and as CloudFormation gets it once SAM has translated it."""

import copy
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
REGION = "eu-central-1"

Resources = dict[str, dict[str, Any]]


class NoManagedPolicies:
    """The short names of AWS's managed policies, which SAM asks an account for. The template uses none."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """template.yaml, with short forms such as !Ref written out."""
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
    return parsed


@pytest.fixture(scope="session")
def translated(template: dict[str, Any]) -> dict[str, Any]:
    """What the SAM transform makes of the template, with code in S3 as after `sam package`."""
    packaged = copy.deepcopy(template)
    for resource in packaged["Resources"].values():
        for uri in ("CodeUri", "ContentUri"):
            if uri in resource.get("Properties", {}):
                resource["Properties"][uri] = "s3://bucket/key"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        cloudformation: dict[str, Any] = transform(packaged, {}, NoManagedPolicies())
    return cloudformation


@pytest.fixture(scope="session")
def functions(template: dict[str, Any]) -> Resources:
    """Properties of each function by logical id, without what Globals add."""
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


@pytest.fixture(scope="session")
def lambdas(translated: dict[str, Any]) -> Resources:
    """Properties of each function by logical id, as CloudFormation gets them."""
    return {
        name: resource["Properties"]
        for name, resource in translated["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    }


@pytest.fixture(scope="session")
def routes(functions: Resources) -> dict[tuple[str, str], str]:
    """Function of each (method, path) of the API."""
    return {
        (event["Properties"]["Method"], event["Properties"]["Path"]): name
        for name, properties in functions.items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "Api"
    }
