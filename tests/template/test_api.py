"""What the gateway does before and after a function."""

import importlib
import json
import re
from http import HTTPStatus
from typing import Any

import pytest
from botocore.session import Session

from milkrun.http import problems
from milkrun.http.cors import EXPOSED
from milkrun.http.headers import MAX_WAIT
from milkrun.http.identity import token_owner
from milkrun.settings import Settings, TokenPolicy
from tests.nonempty import nonempty
from tests.stacks import Deployment, Resources

from .conftest import Deploy

OPEN = {("GET", "/health"), ("GET", "/ready")}
INTEGRATION = "x-amazon-apigateway-integration"
TOKENS = {"AuthMode": "JWT", "JwtIssuer": "https://issuer.example", "JwtAudience": "milkrun"}
ORIGIN = {"CorsAllowOrigin": "https://a.example"}
ACL = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shield/1a2b"

Route = tuple[str, str]


def shape_of(name: str) -> Any:
    """The object that API Gateway calls by this name."""
    return Session().get_service_model("apigateway").shape_for(name)


def body(deployment: Deployment) -> dict[str, Any]:
    found: dict[str, Any] = deployment.properties("Api")["Body"]
    return found


def operations(deployment: Deployment) -> dict[Route, dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in body(deployment)["paths"].items()
        for method, operation in methods.items()
    }


def security_scheme(deployment: Deployment) -> dict[str, Any]:
    (scheme,) = body(deployment)["components"]["securitySchemes"].values()
    return dict(scheme)


def gateway_answers(deployment: Deployment) -> dict[str, dict[str, Any]]:
    """Gateway responses by type, with status, headers and parsed body."""
    return {
        name: {
            "body": json.loads(answer["responseTemplates"]["application/json"]),
            "headers": {
                header.removeprefix("gatewayresponse.header."): value
                for header, value in answer["responseParameters"].items()
            },
            "status": int(answer["statusCode"]),
        }
        for name, answer in body(deployment)["x-amazon-apigateway-gateway-responses"].items()
    }


@pytest.fixture
def by_iam(deployed: Deploy) -> Deployment:
    return deployed({})


@pytest.fixture
def by_tokens(deployed: Deploy) -> Deployment:
    return deployed(TOKENS)


@pytest.fixture(params=[{}, TOKENS, ORIGIN], ids=["IAM", "JWT", "CORS"])
def either(request: pytest.FixtureRequest, deployed: Deploy) -> Deployment:
    return deployed(request.param)


def registered_routes(module: str) -> set[Route]:
    """The method and path of each route in a handler's resolver."""
    paths = importlib.import_module(module).app.get_openapi_schema().paths
    methods = ("get", "put", "post", "delete", "patch")
    return {
        (method.upper(), path) for path, item in paths.items() for method in methods if getattr(item, method)
    }


@pytest.mark.parametrize("name", ["Submit", "Status", "Health"])
def test_a_function_gets_exactly_the_routes_that_its_handler_serves(
    name: str, routes: dict[Route, str]
) -> None:
    given = {route for route, function in routes.items() if function == f"{name}Function"}
    assert given == registered_routes(f"{name.lower()}_handler")


def test_worker_and_sweeper_cannot_be_reached_over_http(routes: dict[Route, str]) -> None:
    assert set(routes.values()) == {"SubmitFunction", "StatusFunction", "HealthFunction"}


def test_each_route_leads_to_the_alias_of_the_function_whose_event_it_is(
    either: Deployment, routes: dict[Route, str]
) -> None:
    served = {
        route: operation[INTEGRATION]
        for route, operation in operations(either).items()
        if operation[INTEGRATION]["type"] == "aws_proxy"
    }
    assert served.keys() == routes.keys()
    for route, integration in served.items():
        assert integration["httpMethod"] == "POST"
        target = re.fullmatch(
            r"arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/(\w+)\.Arn:live/invocations",
            integration["uri"],
        )
        assert target is not None
        assert target[1] == routes[route]


def test_the_gateway_may_invoke_each_function_only_for_its_routes(
    by_iam: Deployment, routes: dict[Route, str]
) -> None:
    permissions = [
        (permission["FunctionName"], permission["SourceArn"].partition("/")[2])
        for permission in by_iam.of_type("AWS::Lambda::Permission").values()
        if permission["Principal"] == "apigateway.amazonaws.com"
    ]
    assert sorted(permissions) == sorted(
        (f"{function}Aliaslive", f"*/{method}{re.sub(r'{[^}]*}', '*', path)}")
        for (method, path), function in routes.items()
    )


def test_the_gateway_calls_functions_with_its_own_rights(
    either: Deployment,
) -> None:
    for operation in nonempty(operations(either).values()):
        assert "credentials" not in operation[INTEGRATION]


def test_every_route_except_health_and_readiness_needs_a_caller(either: Deployment) -> None:
    named: list[dict[str, list[str]]] = [{it: []} for it in body(either)["components"]["securitySchemes"]]
    for route, operation in nonempty(operations(either).items()):
        expected = [] if route in OPEN or route[0] == "OPTIONS" else named
        assert operation.get("security", []) == expected, route


def test_callers_sign_their_requests_unless_they_use_tokens(
    by_iam: Deployment, by_tokens: Deployment
) -> None:
    assert security_scheme(by_iam)["x-amazon-apigateway-authtype"] == "awsSigv4"
    assert security_scheme(by_tokens)["x-amazon-apigateway-authtype"] == "custom"


def test_the_authorizer_decides_on_tokens_and_its_decision_is_kept_for_a_minute(
    by_tokens: Deployment,
) -> None:
    authorizer = security_scheme(by_tokens)["x-amazon-apigateway-authorizer"]
    assert authorizer["type"] == "token"
    assert "/functions/AuthorizerFunction.Arn:live/invocations" in authorizer["authorizerUri"]
    assert authorizer["authorizerResultTtlInSeconds"] == 60


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("Bearer aaa.bbb-_.ccc=", True),
        ("bearer  aaa.bbb.ccc", True),
        ("Basic aaa", False),
        ("Bearer", False),
        ("Bearer a b", False),
        ("AWS4-HMAC-SHA256 Credential=AKIA/20261123/eu-central-1/execute-api/aws4_request", False),
    ],
)
def test_a_header_that_is_not_a_token_is_refused_without_the_authorizer(
    by_tokens: Deployment, header: str, asked: bool
) -> None:
    authorizer = security_scheme(by_tokens)["x-amazon-apigateway-authorizer"]
    assert bool(re.fullmatch(authorizer["identityValidationExpression"], header)) is asked


def test_the_authorizer_exists_only_for_tokens(by_iam: Deployment, by_tokens: Deployment) -> None:
    of_tokens = {
        "AuthorizerFunction",
        "AuthorizerFunctionAliaslive",
        "AuthorizerPermission",
        "AuthorizerLogs",
        "AuthorizerRole",
    }
    assert not [name for name in by_iam.resources if name.startswith("Authorizer")]
    assert of_tokens <= by_tokens.resources.keys()


def test_the_authorizer_knows_the_issuer_and_is_outside_the_vpc(by_tokens: Deployment) -> None:
    function = by_tokens.properties("AuthorizerFunction")
    assert "VpcConfig" not in function
    variables = function["Environment"]["Variables"]
    assert variables["JWT_ISSUER"] == TOKENS["JwtIssuer"]
    assert variables["JWT_AUDIENCE"] == TOKENS["JwtAudience"]


def token_policy(deployment: Deployment) -> TokenPolicy:
    """The rules for tokens in a deployment."""
    variables = deployment.properties("AuthorizerFunction")["Environment"]["Variables"]
    of_tokens = {name: value for name, value in variables.items() if name.startswith("JWT_")}
    return Settings.from_env(of_tokens).tokens


def test_the_authorizer_accepts_any_token_for_the_audience_by_default(
    by_tokens: Deployment, deployed: Deploy
) -> None:
    assert token_policy(by_tokens) == TokenPolicy(TOKENS["JwtIssuer"], frozenset([TOKENS["JwtAudience"]]))
    strict = {"JwtRequiredScope": "runs", "JwtRequiredClaim": "group=a b", "JwtAccessTokensOnly": "true"}
    assert token_policy(deployed(TOKENS | strict)) == TokenPolicy(
        TOKENS["JwtIssuer"], frozenset([TOKENS["JwtAudience"]]), "runs", ("group", "a b"), True
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JwtAudience", "milkrun,"),
        ("JwtRequiredScope", "read write"),
        ("JwtRequiredClaim", "group"),
        ("JwtRequiredClaim", "group="),
        ("JwtAccessTokensOnly", "yes"),
    ],
)
def test_parameters_refuse_rules_that_the_authorizer_would_not_start_with(
    template: dict[str, Any], name: str, value: str
) -> None:
    parameter = template["Parameters"][name]
    pattern = parameter.get("AllowedPattern") or "|".join(parameter["AllowedValues"])
    assert re.fullmatch(pattern, parameter["Default"])
    assert not re.fullmatch(pattern, value)


def test_only_this_api_s_authorizers_may_invoke_the_authorizer(by_tokens: Deployment) -> None:
    permission = by_tokens.properties("AuthorizerPermission")
    assert permission["FunctionName"] == "AuthorizerFunctionAliaslive"
    assert permission["SourceArn"].endswith(":Api/authorizers/*")


def test_only_gzip_bodies_are_binary(by_iam: Deployment) -> None:
    assert body(by_iam)["x-amazon-apigateway-binary-media-types"] == ["application/gzip"]


def test_every_request_is_logged_as_one_line_of_json(by_iam: Deployment) -> None:
    (stage,) = by_iam.of_type("AWS::ApiGateway::Stage").values()
    log = stage["AccessLogSetting"]
    assert log["DestinationArn"] == "AccessLogs.Arn"
    assert "\n" not in log["Format"]
    line = json.loads(log["Format"])
    assert line["request_id"] == "$context.requestId"
    assert line["account"] == "$context.identity.accountId"
    assert line["owner"] == "$context.authorizer.principalId"


@pytest.mark.parametrize("parameters", [{}, TOKENS], ids=["IAM", "JWT"])
def test_no_field_of_the_access_log_identifies_a_person(deployed: Deploy, parameters: dict[str, str]) -> None:
    """Session names are often e-mail addresses, and the gateway logs them in several places."""
    (stage,) = deployed(parameters).of_type("AWS::ApiGateway::Stage").values()
    told = {
        variable
        for variable in re.findall(r"\$context\.([\w.]+)", stage["AccessLogSetting"]["Format"])
        if variable.startswith(("identity.", "authorizer.", "requestOverride."))
    }
    assert told == {"identity.sourceIp", "identity.accountId", "authorizer.principalId"}


def test_the_principal_in_the_access_log_is_a_hash() -> None:
    """The authorizer sets the principal to a hash; it identifies nobody by name."""
    issuer, subject = "https://issuer.example.com", "jane@example.com"
    assert re.fullmatch(r"[0-9a-f]+", token_owner(issuer, subject))


def test_requests_are_traced_and_rate_limited(by_iam: Deployment) -> None:
    (stage,) = by_iam.of_type("AWS::ApiGateway::Stage").values()
    assert stage["TracingEnabled"] is True
    (settings,) = [it for it in stage["MethodSettings"] if it["ResourcePath"] == "/*"]
    assert settings["HttpMethod"] == "*"
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (100, 200)


def test_busy_callers_do_not_use_up_the_rate_of_health_checks(deployed: Deploy) -> None:
    deployment = deployed({"ApiRateLimit": "1", "ApiBurstLimit": "1"})
    (stage,) = deployment.of_type("AWS::ApiGateway::Stage").values()
    own = {
        (it["HttpMethod"], it["ResourcePath"].replace("/~1", "/")): it
        for it in stage["MethodSettings"]
        if it["ResourcePath"] != "/*"
    }
    assert own.keys() == OPEN
    for settings in own.values():
        assert settings["ThrottlingRateLimit"] >= 10
        assert settings["ThrottlingBurstLimit"] >= settings["ThrottlingRateLimit"]


def test_the_api_s_address_and_its_domain_require_tls_1_2(either: Deployment) -> None:
    """The gateway negotiates by the API's policy; a domain's own policy does not count."""
    policy = body(either)["x-amazon-apigateway-security-policy"]
    assert policy.startswith("SecurityPolicy_TLS13_1_2_")
    assert policy in shape_of("SecurityPolicy").enum
    assert body(either)["x-amazon-apigateway-endpoint-access-mode"] in shape_of("EndpointAccessMode").enum


def test_metrics_of_each_method_are_off_because_they_cost_extra(by_iam: Deployment) -> None:
    """Alarms and dashboard use the metrics of the stage, with the dimensions in metrics.py."""
    (stage,) = by_iam.of_type("AWS::ApiGateway::Stage").values()
    assert all("MetricsEnabled" not in settings for settings in nonempty(stage["MethodSettings"]))


def test_the_api_has_one_stage(any_deployment: Deployment) -> None:
    assert len(any_deployment.of_type("AWS::ApiGateway::Stage")) == 1
    deployments = any_deployment.of_type("AWS::ApiGateway::Deployment")
    assert deployments
    assert not any("StageName" in properties for properties in deployments.values())


def test_a_parameter_that_changes_what_the_gateway_does_reaches_the_stage(template: dict[str, Any]) -> None:
    assert template["Resources"]["Api"]["Properties"]["AlwaysDeploy"] is True


def test_a_given_firewall_protects_the_stage(deployed: Deploy) -> None:
    association = deployed({"WebAclArn": ACL}).properties("WebAclAssociation")
    assert association["WebACLArn"] == ACL
    assert association["ResourceArn"] == "arn:aws:apigateway:eu-central-1::/restapis/Api/stages/ApiStage"
    assert "WebAclAssociation" not in deployed({}).resources


def test_a_preflight_says_what_pages_of_the_origin_may_send(deployed: Deploy) -> None:
    deployment = deployed(ORIGIN)
    paths = body(deployment)["paths"]
    for methods in nonempty(paths.values()):
        integration = methods["options"][INTEGRATION]
        assert integration["type"] == "mock"
        given = {
            name.removeprefix("method.response.header.Access-Control-"): value.strip("'").split(",")
            for name, value in integration["responses"]["default"]["responseParameters"].items()
        }
        assert given["Allow-Origin"] == ["https://a.example"]
        assert {method.upper() for it in paths.values() for method in it} == set(given["Allow-Methods"])
        assert set(given["Allow-Headers"]) >= {
            "Authorization",
            "Content-Type",
            "Content-Encoding",
            "Idempotency-Key",
            "Prefer",
            "X-Correlation-ID",
            "X-Amz-Date",
            "X-Amz-Security-Token",
        }
        declared = methods["options"]["responses"]["204"]["headers"]
        assert {f"Access-Control-{name}" for name in given} == set(declared)


def test_a_page_may_read_the_gateway_s_own_errors(deployed: Deploy) -> None:
    for name, answer in nonempty(gateway_answers(deployed(ORIGIN)).items()):
        assert answer["headers"]["Access-Control-Allow-Origin"] == "'https://a.example'", name
        assert answer["headers"]["Access-Control-Expose-Headers"] == f"'{','.join(EXPOSED)}'", name


def test_without_an_origin_there_are_no_cors_headers(by_iam: Deployment) -> None:
    assert not [route for route in operations(by_iam) if route[0] == "OPTIONS"]
    assert "Access-Control" not in json.dumps(body(by_iam))


def test_the_gateway_s_own_answers_are_problems_like_any_other(either: Deployment) -> None:
    members = list(problems.problem_body(HTTPStatus.NOT_FOUND, "code", "Detail.", "id"))
    for name, answer in nonempty(gateway_answers(either).items()):
        said = answer["body"]
        assert list(said) == members, name
        assert said["type"] == f"urn:milkrun:problem:{said['code']}", name
        assert said["status"] == answer["status"], name
        assert said["correlation_id"] == "$context.requestId", name
        assert answer["headers"]["Content-Type"] == f"'{problems.CONTENT_TYPE}'", name
        assert answer["headers"]["X-Correlation-ID"] == "context.requestId", name


def test_gateway_and_functions_mean_the_same_by_a_code(either: Deployment) -> None:
    status_of = {error.code: status for error, status in problems.STATUS_OF.items()}
    shared = [it for it in gateway_answers(either).values() if it["body"]["code"] in status_of]
    assert {answer["body"]["code"] for answer in shared} >= {"unauthenticated", "body_too_large"}
    for answer in shared:
        assert answer["status"] == status_of[answer["body"]["code"]]


def test_a_rejected_token_is_401_and_a_firewall_s_refusal_403(
    by_iam: Deployment, by_tokens: Deployment
) -> None:
    assert gateway_answers(by_iam)["ACCESS_DENIED"]["status"] == 403
    for name, status in {"ACCESS_DENIED": 401, "UNAUTHORIZED": 401, "WAF_FILTERED": 403}.items():
        assert gateway_answers(by_tokens)[name]["status"] == status
        challenge = gateway_answers(by_tokens)[name]["headers"].get("WWW-Authenticate")
        assert challenge == ("'Bearer'" if status == 401 else None)


def test_a_token_that_cannot_be_judged_is_a_server_error(by_tokens: Deployment) -> None:
    for name in ("AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR"):
        assert gateway_answers(by_tokens)[name]["status"] == 503


def test_retryable_answers_say_when_to_retry(either: Deployment) -> None:
    again = {name: it for name, it in gateway_answers(either).items() if it["status"] in (429, 503)}
    assert {"THROTTLED", "QUOTA_EXCEEDED", "AUTHORIZER_FAILURE"} <= again.keys()
    for answer in again.values():
        assert answer["headers"]["Retry-After"].strip("'").isdecimal()


def test_a_request_may_wait_as_long_as_the_contract_says(lambdas: Resources) -> None:
    for name in ("SubmitFunction", "StatusFunction"):
        assert MAX_WAIT < lambdas[name]["Timeout"] <= 29
