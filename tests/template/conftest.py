"""The templates as written, as CloudFormation gets them, and as deployed with given parameters."""

import copy
import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from local.cloudformation import include
from tests.stacks import ROOT, Deployment, Parameters, Resources, deployment, nested_templates

REGION = "eu-central-1"

GIVEN_VPC = {"VpcId": "vpc-0a1b2c3d", "SubnetIds": "subnet-0a1b2c3d,subnet-4e5f6a7b"}
NEO4J_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:neo4j-AbCdEf"
CANARY_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:canary-GhIjKl"


def samconfig() -> dict[str, Any]:
    return tomllib.loads((ROOT / "samconfig.toml").read_text())


def environment(name: str) -> Parameters:
    """The parameters that an environment in samconfig.toml sets."""
    overrides = samconfig()[name]["global"]["parameters"].get("parameter_overrides", [])
    return dict(override.split("=", 1) for override in overrides)


PARAMETER_SETS: dict[str, Parameters] = {
    "defaults": {},
    "dev": environment("default"),
    "small": environment("small"),
    "staging": environment("staging"),
    "prod": environment("prod"),
    "everything made": {
        "NatGateway": "true",
        "CacheEngine": "redis",
        "CacheShards": "3",
        "CacheSnapshot": "milkrun-before",
        "Neo4jUri": "neo4j+s://1a2b3c4d.databases.neo4j.io",
        "Neo4jSecretArn": NEO4J_SECRET,
        "Architecture": "arm64",
        "AuthMode": "JWT",
        "JwtIssuer": "https://issuer.example.com",
        "JwtAudience": "milkrun",
        "JwtRequiredScope": "milkrun/runs",
        "JwtRequiredClaim": "cognito:groups=dispatch",
        "JwtAccessTokensOnly": "true",
        "CanaryTokenUrl": "https://issuer.example.com/oauth2/token",
        "CanarySecretArn": CANARY_SECRET,
        "CanaryScope": "milkrun/runs",
        "CorsAllowOrigin": "https://planner.example.com",
        "WebAclArn": "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shield/1a2b",
        "AlarmEmail": "operator@example.com",
        "WorkerConcurrency": "50",
    },
    "everything given": {
        **GIVEN_VPC,
        "RedisUrl": "rediss://cache.example.com:6379/0",
        "RedisMinReplicas": "2",
        "Neo4jUri": "bolt://graph.example.com:7687",
        "Neo4jSecretArn": NEO4J_SECRET,
        "Neo4jSecurityGroupId": "sg-0a1b2c3d",
        "CanaryMinutes": "0",
    },
    "a cache that logs its writes": {
        "CacheShards": "2",
        "CacheNodeType": "cache.m7g.large",
        "CacheDurability": "sync",
    },
    "one node of Redis, few alarms": {"CacheReplicas": "0", "CacheEngine": "redis", "Alarms": "few"},
    "Neo4j outside a VPC that is given": {**GIVEN_VPC, "Neo4jUri": "neo4j+s://1a2b3c4d.databases.neo4j.io"},
}
"""Deployments that together see every condition both ways."""


Deploy = Callable[[Parameters], Deployment]


class NoManagedPolicies:
    """The short names of AWS's managed policies, which SAM asks an account for. The template uses none."""

    def load(self) -> dict[str, str]:
        return {}


def translate(template: dict[str, Any], parameters: Parameters) -> dict[str, Any]:
    """Applies the SAM transform to a template, with code in S3 as after `sam package`."""
    packaged = copy.deepcopy(template)
    for resource in packaged["Resources"].values():
        for uri in ("CodeUri", "ContentUri"):
            if uri in resource.get("Properties", {}):
                resource["Properties"][uri] = f"s3://bucket/{resource['Properties'][uri]}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        cloudformation: dict[str, Any] = transform(packaged, dict(parameters), NoManagedPolicies())
    return cloudformation


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """template.yaml, with short forms such as !Ref expanded, and with the files that it includes."""
    parsed: dict[str, Any] = include(yaml_parse((ROOT / "template.yaml").read_text()), ROOT)
    return parsed


@pytest.fixture(scope="session")
def nested(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The template of each nested stack, by the stack's logical id."""
    return nested_templates(template)


@pytest.fixture(scope="session")
def translated(template: dict[str, Any]) -> dict[str, Any]:
    """What CloudFormation gets, with default parameters."""
    return translate(template, {})


@pytest.fixture(scope="session")
def deployed(template: dict[str, Any]) -> Deploy:
    """Makes a deployment with parameters other than the defaults."""
    known: dict[str, Deployment] = {}

    def deploy(parameters: Parameters) -> Deployment:
        key = json.dumps(parameters, sort_keys=True)
        if key not in known:
            known[key] = deployment(translate(template, parameters), parameters, REGION)
        return known[key]

    return deploy


@pytest.fixture(scope="session", params=list(PARAMETER_SETS.values()), ids=list(PARAMETER_SETS))
def any_deployment(request: pytest.FixtureRequest, deployed: Deploy) -> Deployment:
    return deployed(request.param)


@pytest.fixture(scope="session")
def functions(template: dict[str, Any]) -> Resources:
    """The properties of each function by logical id, without what Globals adds."""
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


@pytest.fixture(scope="session")
def lambdas(translated: dict[str, Any]) -> Resources:
    """The properties of each function by logical id, as CloudFormation gets them."""
    return {
        name: resource["Properties"]
        for name, resource in translated["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    }


@pytest.fixture(scope="session")
def routes(functions: Resources) -> dict[tuple[str, str], str]:
    """The function of each method and path of the API."""
    return {
        (event["Properties"]["Method"], event["Properties"]["Path"]): name
        for name, properties in functions.items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "Api"
    }
