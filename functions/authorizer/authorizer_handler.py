"""The gateway's question about a bearer token: who is calling?"""

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
    """The verifier of this process.

    Raises:
        ValueError: The settings name no issuer or no audience.
    """
    policy = get_settings().tokens
    keys = IssuerKeys(policy.issuer, on_failure=lambda why: report_down({"issuer": down(why)}))
    return TokenVerifier(policy, keys)


prime_before_snapshot(get_verifier)


def authorize(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    """Allows or denies the bearer of a token what the API offers.

    A token that is not taken is a denial and no error: those are for an operator to see, and a denial is
    remembered by the gateway. Raises IssuerUnavailableError, which it answers with 503.
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
    get_logger().info("token accepted", owner=owner)  # a subject may be an address
    return _decision("Allow", event["methodArn"], owner, caller._asdict())


def _decision(effect: str, method_arn: str, principal: str, context: dict[str, str]) -> dict[str, Any]:
    """For all routes of the stage: the gateway remembers it by token, and uses it for other routes too."""
    api, stage = method_arn.split("/")[:2]
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{api}/{stage}/*"}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point of the function. The gateway's question has no correlation id: its lines have its own."""
    begin(context, context.aws_request_id)
    decision: dict[str, Any] = traced(authorize)(event, context)
    return decision
