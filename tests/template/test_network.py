"""The network: what can reach what, in the stack's own VPC and in a given one."""

from typing import Any

import pytest

from tests.nonempty import nonempty
from tests.stacks import Deployment

from .conftest import GIVEN_VPC, NEO4J_SECRET, Deploy

NOWHERE = [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32", "Description": "Nowhere"}]
ANYWHERE = "0.0.0.0/0"
AURA = {"Neo4jUri": "neo4j+s://1a2b3c4d.databases.neo4j.io"}
NEO4J_INSIDE = {"Neo4jUri": "bolt://graph.internal:7687", "Neo4jSecurityGroupId": "sg-0a1b2c3d"}

Flow = tuple[str, str, int]
"""From, to, and TCP port."""


def flows_out(deployment: Deployment) -> set[Flow]:
    """Connections that the outgoing rules allow."""
    return {
        (rule["GroupId"], rule.get("DestinationSecurityGroupId") or rule["CidrIp"], rule["ToPort"])
        for rule in deployment.of_type("AWS::EC2::SecurityGroupEgress").values()
    }


def flows_in(deployment: Deployment) -> set[Flow]:
    """Connections that the incoming rules allow."""
    return {
        (rule.get("SourceSecurityGroupId") or rule["CidrIp"], rule["GroupId"], rule["ToPort"])
        for rule in deployment.of_type("AWS::EC2::SecurityGroupIngress").values()
    }


def from_functions(deployment: Deployment) -> set[tuple[str, int]]:
    return {(to, port) for source, to, port in flows_out(deployment) if source == "FunctionsSecurityGroup"}


def endpoints(deployment: Deployment) -> dict[str, dict[str, Any]]:
    """The endpoints by the last part of their service's name."""
    found = deployment.of_type("AWS::EC2::VPCEndpoint").values()
    return {endpoint["ServiceName"].rpartition(".")[2]: endpoint for endpoint in found}


def test_no_group_allows_more_than_its_own_rules(any_deployment: Deployment) -> None:
    for name, group in nonempty(any_deployment.of_type("AWS::EC2::SecurityGroup").items()):
        assert group["SecurityGroupEgress"] == NOWHERE, name
        assert "SecurityGroupIngress" not in group, name


def test_every_rule_is_for_one_port_of_tcp(any_deployment: Deployment) -> None:
    for kind in ("Egress", "Ingress"):
        for name, rule in nonempty(any_deployment.of_type(f"AWS::EC2::SecurityGroup{kind}").items()):
            assert rule["IpProtocol"] == "tcp", name
            assert rule["FromPort"] == rule["ToPort"], name


def test_each_outgoing_rule_to_a_group_has_an_incoming_rule_there(any_deployment: Deployment) -> None:
    to_groups = {flow for flow in flows_out(any_deployment) if flow[1] != ANYWHERE}
    assert to_groups == flows_in(any_deployment)
    assert {source for source, _, _ in to_groups} == {"FunctionsSecurityGroup"} or not to_groups


def test_functions_reach_only_the_cache_and_lambda(deployed: Deploy) -> None:
    assert from_functions(deployed({})) == {("CacheSecurityGroup", 6379), ("EndpointsSecurityGroup", 443)}


def test_in_a_given_vpc_functions_reach_lambda_by_the_vpc_s_own_routes(deployed: Deploy) -> None:
    assert from_functions(deployed(GIVEN_VPC)) == {("CacheSecurityGroup", 6379), (ANYWHERE, 443)}


def test_a_given_redis_is_reached_wherever_it_is(deployed: Deploy) -> None:
    reached = from_functions(deployed({"RedisUrl": "rediss://redis.example.com:6379"}))
    assert (ANYWHERE, 6379) in reached
    assert ("CacheSecurityGroup", 6379) not in reached


@pytest.mark.parametrize(
    ("parameters", "to"),
    [
        ({}, set()),
        (AURA, set()),  # there is no way out of the stack's own VPC
        ({**AURA, "NatGateway": "true"}, {ANYWHERE}),
        ({**AURA, **GIVEN_VPC}, {ANYWHERE}),
        ({**NEO4J_INSIDE, **GIVEN_VPC}, {"sg-0a1b2c3d"}),
        ({**NEO4J_INSIDE, "NatGateway": "true"}, {"sg-0a1b2c3d"}),
    ],
)
def test_functions_reach_neo4j_at_its_address(
    deployed: Deploy, parameters: dict[str, str], to: set[str]
) -> None:
    assert {target for target, port in from_functions(deployed(parameters)) if port == 7687} == to


def test_functions_and_cache_are_in_two_private_subnets(deployed: Deploy) -> None:
    deployment = deployed({"NatGateway": "true"})
    private = ["PrivateSubnetA", "PrivateSubnetB"]
    for function in deployment.of_type("AWS::Lambda::Function").values():
        if "VpcConfig" in function:
            assert function["VpcConfig"]["SubnetIds"] == private
    assert deployment.properties("CacheSubnets")["SubnetIds"] == private
    for subnet in deployment.of_type("AWS::EC2::Subnet").values():
        assert not subnet.get("MapPublicIpOnLaunch", False)


def test_the_subnets_have_different_zones_and_addresses(template: dict[str, Any]) -> None:
    subnets = [template["Resources"][f"PrivateSubnet{it}"]["Properties"] for it in "AB"]
    subnets.append(template["Resources"]["PublicSubnet"]["Properties"])
    zones = [subnet["AvailabilityZone"]["Fn::Select"][0] for subnet in subnets]
    blocks = [subnet["CidrBlock"]["Fn::Select"][0] for subnet in subnets]
    assert zones[:2] == [0, 1]
    assert sorted(blocks) == [0, 1, 2]


def test_every_function_that_uses_runs_is_in_the_vpc(any_deployment: Deployment) -> None:
    for name in ("Submit", "Status", "Health", "Worker", "Sweeper"):
        config = any_deployment.properties(f"{name}Function")["VpcConfig"]
        assert config["SecurityGroupIds"] == ["FunctionsSecurityGroup"]


def test_the_authorizer_reads_the_keys_of_its_issuer_outside_the_vpc(deployed: Deploy) -> None:
    tokens = {
        "AuthMode": "JWT",
        "JwtIssuer": "https://issuer.example.com",
        "JwtAudience": "milkrun",
    }
    assert "VpcConfig" not in deployed(tokens).properties("AuthorizerFunction")


def test_in_a_given_vpc_the_stack_makes_no_network(deployed: Deploy) -> None:
    deployment = deployed({**GIVEN_VPC, "NatGateway": "true"})
    subnets = GIVEN_VPC["SubnetIds"].split(",")
    assert {it["Type"] for it in deployment.resources.values() if it["Type"].startswith("AWS::EC2::")} == {
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
    }
    assert deployment.properties("SubmitFunction")["VpcConfig"]["SubnetIds"] == subnets
    assert deployment.properties("CacheSubnets")["SubnetIds"] == subnets
    for group in deployment.of_type("AWS::EC2::SecurityGroup").values():
        assert group["VpcId"] == GIVEN_VPC["VpcId"]


def test_without_a_nat_gateway_nothing_leaves_the_vpc(deployed: Deploy) -> None:
    deployment = deployed({})
    for kind in ("InternetGateway", "NatGateway", "EIP", "Route"):
        assert deployment.of_type(f"AWS::EC2::{kind}") == {}


def test_the_nat_gateway_is_the_private_subnets_way_out(deployed: Deploy) -> None:
    deployment = deployed({"NatGateway": "true"})
    tables = {
        it["SubnetId"]: it["RouteTableId"]
        for it in deployment.of_type("AWS::EC2::SubnetRouteTableAssociation").values()
    }
    ways_out = {
        it["RouteTableId"]: it.get("NatGatewayId") or it["GatewayId"]
        for it in deployment.of_type("AWS::EC2::Route").values()
        if it["DestinationCidrBlock"] == ANYWHERE
    }
    assert ways_out[tables["PrivateSubnetA"]] == "Nat"
    assert ways_out[tables["PrivateSubnetB"]] == "Nat"
    assert ways_out[tables[deployment.properties("Nat")["SubnetId"]]] == "InternetGateway"


def test_lambda_is_called_under_its_own_name_by_an_endpoint(deployed: Deploy) -> None:
    deployment = deployed({})
    endpoint = endpoints(deployment)["lambda"]
    assert endpoint["PrivateDnsEnabled"] is True
    assert endpoint["SecurityGroupIds"] == ["EndpointsSecurityGroup"]
    vpc = deployment.properties("Vpc")
    assert vpc["EnableDnsSupport"] is True
    assert vpc["EnableDnsHostnames"] is True


def test_the_endpoint_lets_this_account_invoke_the_worker_and_nothing_else(deployed: Deploy) -> None:
    (statement,) = endpoints(deployed({}))["lambda"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "lambda:InvokeFunction"
    assert statement["Resource"] == "WorkerFunctionAliaslive"
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}


def test_secrets_manager_has_an_endpoint_if_there_is_a_secret(deployed: Deploy) -> None:
    assert set(endpoints(deployed({}))) == {"lambda"}
    with_secret = endpoints(deployed({"Neo4jSecretArn": NEO4J_SECRET}))
    (statement,) = with_secret["secretsmanager"]["PolicyDocument"]["Statement"]
    assert statement["Resource"] == NEO4J_SECRET
    assert with_secret["secretsmanager"]["PrivateDnsEnabled"] is True


def test_the_outputs_name_the_ids_for_peering_and_firewalls(
    template: dict[str, Any],
) -> None:
    outputs = template["Outputs"]
    assert outputs["FunctionsSecurityGroupId"]["Value"] == {"Ref": "FunctionsSecurityGroup"}
    made = {name: it["Value"] for name, it in outputs.items() if it.get("Condition") == "MakesVpc"}
    assert made == {
        "MadeVpcId": {"Ref": "Vpc"},
        "MadeSubnetIds": {"Fn::Sub": "${PrivateSubnetA},${PrivateSubnetB}"},
        "MadeRouteTableId": {"Ref": "PrivateRoutes"},
    }


@pytest.mark.parametrize(
    ("zones", "subnets"), [("1", ["PrivateSubnetA"]), ("2", ["PrivateSubnetA", "PrivateSubnetB"])]
)
def test_endpoints_are_in_as_many_zones_as_configured(
    deployed: Deploy, zones: str, subnets: list[str]
) -> None:
    found = endpoints(deployed({"EndpointZones": zones, "Neo4jSecretArn": NEO4J_SECRET}))
    assert found.keys() == {"lambda", "secretsmanager"}
    assert all(endpoint["SubnetIds"] == subnets for endpoint in found.values())
