"""Lambda authorizer: tells API Gateway who the bearer of a token is."""

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from milkrun.dependencies import down
from milkrun.http.identity import token_owner
from milkrun.observability import begin, get_logger, report_down, traced
from milkrun.settings import get_settings
from milkrun.snapshot import prime_before_snapshot
from milkrun_authorizer.errors import TokenRefusedError
from milkrun_authorizer.keys import IssuerKeys
from milkrun_authorizer.tokens import TokenVerifier

NOBODY = "nobody"


@cache
def get_verifier() -> TokenVerifier:
    """The token verifier of this process.

    Raises:
        ValueError: The settings name no issuer or no audience.
    """
    policy = get_settings().tokens
    keys = IssuerKeys(policy.issuer, on_failure=lambda why: report_down({"issuer": down(why)}))
    return TokenVerifier(policy, keys)


prime_before_snapshot(get_verifier)


def authorize(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    """Allows or denies the bearer of a token access to the API.

    A rejected token is a denial, not an error: the gateway caches denials, and errors are for operators to
        see.

    Raises:
        IssuerUnavailableError: The issuer's keys cannot be fetched. The gateway then answers 503.
    """
    scheme, _, token = event["authorizationToken"].partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise TokenRefusedError("the request has no bearer token")
        caller = get_verifier().verify(token.strip())
    except TokenRefusedError as refusal:
        get_logger().info("token rejected", reason=refusal.detail)
        return _decision("Deny", event["methodArn"], NOBODY, {})
    owner = token_owner(caller.issuer, caller.subject)
    get_logger().info("token accepted", owner=owner)  # the subject may be an email address
    return _decision("Allow", event["methodArn"], owner, caller._asdict())


def _decision(effect: str, method_arn: str, principal: str, context: dict[str, str]) -> dict[str, Any]:
    """A policy for all routes of the stage, because the gateway caches it by token and reuses it for other
    routes."""
    api, stage = method_arn.split("/")[:2]
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{api}/{stage}/*"}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point of the function. The event has no correlation id, so log lines have the id of this
    request."""
    begin(context, context.aws_request_id)
    decision: dict[str, Any] = traced(authorize)(event, context)
    return decision
