from functools import cache
from typing import Any

import authorizer_handler
import jwt
import pytest
from authorizer_handler import get_verifier

from milkrun.http.identity import owner_of, token_owner
from milkrun.settings import get_settings
from milkrun_authorizer.errors import IssuerUnavailableError, TokenRefusedError
from milkrun_authorizer.tokens import Caller
from tests.telemetry import Telemetry

from .conftest import Context

API = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/v1"
JANE = Caller("https://issuer.example", "jane")


class Verifier:
    """Accepts one token."""

    def verify(self, token: str) -> Caller:
        match token:
            case "good":
                return JANE
            case "away":
                raise IssuerUnavailableError("the issuer is away")
        raise TokenRefusedError("this is not the token")


@pytest.fixture(autouse=True)
def verifier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    monkeypatch.setattr(authorizer_handler, "get_verifier", Verifier)


def decide(authorization: str) -> dict[str, Any]:
    event = {"type": "TOKEN", "authorizationToken": authorization, "methodArn": f"{API}/GET/optimize"}
    return authorizer_handler.lambda_handler(event, Context())  # type: ignore[arg-type]


def statement(decision: dict[str, Any]) -> dict[str, Any]:
    (only,) = decision["policyDocument"]["Statement"]
    return dict(only)


@pytest.mark.parametrize("authorization", ["Bearer good", "bearer good", "BEARER  good "])
def test_the_bearer_of_a_good_token_may_call_every_route_of_the_stage(authorization: str) -> None:
    expected = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{API}/*"}
    assert statement(decide(authorization)) == expected


@pytest.mark.parametrize("authorization", ["Bearer bad", "Bearer", "", "good", "Basic good", "Bearer good x"])
def test_any_other_caller_is_denied_without_a_function_error(authorization: str) -> None:
    decision = decide(authorization)
    assert statement(decision)["Effect"] == "Deny"
    assert (decision["principalId"], decision["context"]) == ("nobody", {})


def test_functions_get_the_owner_that_the_access_log_names() -> None:
    decision = decide("Bearer good")
    event = {"requestContext": {"authorizer": {**decision["context"], "principalId": "…"}, "identity": {}}}
    assert owner_of(event, local=False) == decision["principalId"] == token_owner(*JANE)


def test_the_function_fails_while_the_issuer_is_unavailable() -> None:
    with pytest.raises(IssuerUnavailableError):
        decide("Bearer away")


def test_an_unavailable_issuer_is_logged_without_its_address(
    monkeypatch: pytest.MonkeyPatch, telemetry: Telemetry
) -> None:
    monkeypatch.setenv("JWT_ISSUER", "https://127.0.0.1:1")
    monkeypatch.setenv("JWT_AUDIENCE", "milkrun")
    monkeypatch.setattr(authorizer_handler, "get_verifier", cache(get_verifier.__wrapped__))
    get_settings.cache_clear()
    token = jwt.encode({}, "s" * 32, headers={"kid": "k"})
    with pytest.raises(IssuerUnavailableError):
        decide(f"Bearer {token}")
    (line,) = telemetry.lines()
    assert (line["level"], line["dependency"]) == ("WARNING", "issuer")
    assert line["reason"] == "/.well-known/openid-configuration: URLError"
    assert "127.0.0.1" not in str(line)


@pytest.mark.parametrize("missing", ["JWT_ISSUER", "JWT_AUDIENCE"])
@pytest.mark.parametrize("empty", [True, False])
def test_without_issuer_and_audience_no_token_is_accepted(
    monkeypatch: pytest.MonkeyPatch, missing: str, empty: bool
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("JWT_ISSUER", "https://issuer.example")
    monkeypatch.setenv("JWT_AUDIENCE", "milkrun")
    if empty:
        monkeypatch.setenv(missing, "")
    else:
        monkeypatch.delenv(missing)
    authorizer_handler.get_verifier.cache_clear()
    get_settings.cache_clear()
    with pytest.raises(ValueError, match="must be set"):
        authorizer_handler.get_verifier()
