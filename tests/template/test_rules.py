"""Combinations of parameters that are refused before anything is created, and similar ones that are
accepted."""

from collections.abc import Callable
from typing import Any

import pytest

from local.cloudformation import Resolver
from tests.nonempty import nonempty
from tests.stacks import Parameters

from .conftest import GIVEN_VPC, PARAMETER_SETS, REGION

REDIS = {"RedisUrl": "rediss://redis.example.com:6379"}
AURA = {"Neo4jUri": "neo4j+s://1a2b3c4d.databases.neo4j.io"}
NAT = {"NatGateway": "true"}
INSIDE = {"Neo4jSecurityGroupId": "sg-0a1b2c3d"}
DURABLE = {"CacheDurability": "sync", "CacheShards": "2", "CacheNodeType": "cache.m7g.large"}
TOKENS = {"AuthMode": "JWT", "JwtIssuer": "https://issuer.example.com", "JwtAudience": "milkrun"}
CANARY_TOKEN = {
    **TOKENS,
    "CanaryTokenUrl": "https://issuer.example.com/token",
    "CanarySecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:canary-AbCdEf",
}

Refused = Callable[[Parameters], set[str]]


@pytest.fixture
def refused(template: dict[str, Any]) -> Refused:
    """The names of the rules that these parameters break."""

    def broken(parameters: Parameters) -> set[str]:
        resolver = Resolver(template, REGION, parameters)
        return {
            name
            for name, rule in template["Rules"].items()
            if resolver.resolve(rule["RuleCondition"])
            and not all(resolver.resolve(it["Assert"]) for it in rule["Assertions"])
        }

    return broken


def without(parameters: Parameters, name: str) -> Parameters:
    return {key: value for key, value in parameters.items() if key != name}


@pytest.mark.parametrize("name", PARAMETER_SETS)
def test_environments_and_the_deployments_of_these_tests_are_accepted(refused: Refused, name: str) -> None:
    assert refused(PARAMETER_SETS[name]) == set()


@pytest.mark.parametrize(
    ("rule", "parameters"),
    [
        ("GivenVpcHasSubnets", without(GIVEN_VPC, "SubnetIds")),
        ("GivenSubnetsHaveVpc", without(GIVEN_VPC, "VpcId")),
        ("ShardsHaveReplicas", {"CacheShards": "2", "CacheReplicas": "0"}),
        ("GivenRedisIsReached", REDIS),
        ("Neo4jIsReached", AURA),
        ("DurableCacheCanBe", without(DURABLE, "CacheShards")),
        ("DurableCacheCanBe", {**DURABLE, "CacheEngine": "valkey8"}),
        ("DurableCacheCanBe", {**DURABLE, "CacheEngine": "redis"}),
        ("DurableCacheCanBe", {**DURABLE, **REDIS, **NAT}),  # another server would have to be durable
        ("JwtHasIssuerAndAudience", without(TOKENS, "JwtIssuer")),
        ("JwtHasIssuerAndAudience", without(TOKENS, "JwtAudience")),
        ("CanaryTokenHasSecret", without(CANARY_TOKEN, "CanarySecretArn")),
        ("CanarySecretHasTokenUrl", without(CANARY_TOKEN, "CanaryTokenUrl")),
        ("CanarySecretHasTokenUrl", {"CanaryScope": "milkrun/runs"}),
    ],
)
def test_impossible_parameters_are_refused(refused: Refused, rule: str, parameters: Parameters) -> None:
    assert refused(parameters) == {rule}


def test_a_durable_cache_needs_a_second_zone(refused: Refused) -> None:
    assert "DurableCacheCanBe" in refused({**DURABLE, "CacheReplicas": "0"})


@pytest.mark.parametrize("family", ["t2", "t3", "t4g"])
@pytest.mark.parametrize("size", ["micro", "small", "medium"])
def test_a_durable_cache_has_no_burstable_nodes(refused: Refused, family: str, size: str) -> None:
    assert refused({**DURABLE, "CacheNodeType": f"cache.{family}.{size}"}) == {"DurableCacheCanBe"}


@pytest.mark.parametrize(
    "parameters",
    [
        GIVEN_VPC,
        {"CacheShards": "2"},
        {"CacheReplicas": "0"},
        DURABLE,
        {**DURABLE, "CacheNodeType": "cache.r7g.xlarge"},
        {**DURABLE, "CacheNodeType": "cache.c7gn.large"},
        {**REDIS, **NAT, "CacheShards": "2", "CacheReplicas": "0"},  # of a cache that is not created
        {**REDIS, **GIVEN_VPC},
        {**REDIS, **NAT},
        {**AURA, **GIVEN_VPC},
        {**AURA, **NAT},
        {**AURA, **INSIDE},
        TOKENS,
        CANARY_TOKEN,
    ],
)
def test_parameters_that_work_are_accepted(refused: Refused, parameters: Parameters) -> None:
    assert refused(parameters) == set()


def test_a_rule_says_which_parameters_it_is_about(template: dict[str, Any]) -> None:
    for name, rule in nonempty(template["Rules"].items()):
        for assertion in nonempty(rule["Assertions"]):
            assert any(it in assertion["AssertDescription"] for it in template["Parameters"]), name
