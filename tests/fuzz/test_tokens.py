"""Whatever `Authorization` holds, the authorizer decides: it never fails, and its log stays a log."""

import base64
import json
from typing import Any

import authorizer_handler
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from milkrun.observability import get_logger
from milkrun_authorizer.tokens import TokenVerifier
from tests.authorizer.conftest import Issuer, clock, issuer, keys, verifier  # noqa: F401 (fixtures)
from tests.functions.conftest import Context
from tests.telemetry import Stdout

from .conftest import REQUESTS, SEED
from .hostile import ANY_TEXT, VALUES
from .service import printed
from .verdict import faults_of_log

METHOD = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/v1/GET/optimize"
DEEP = "[" * 3_000


def coded(part: str) -> str:
    return base64.urlsafe_b64encode(part.encode("utf-8", "surrogatepass")).decode().rstrip("=")


_PARTS = st.one_of(
    ANY_TEXT,
    st.sampled_from(
        ["", DEEP, '{"alg":"none"}', '{"alg":"HS256","kid":"first"}', '{"alg":1,"kid":[]}', "null"]
    ),
    st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "jku", "zip"]), VALUES).map(
        json.dumps
    ),
)
_UNSIGNED = st.lists(st.one_of(_PARTS.map(coded), ANY_TEXT), min_size=1, max_size=4).map(".".join)
_CLAIMS = st.dictionaries(
    st.sampled_from(["iss", "sub", "aud", "exp", "nbf", "iat", "client_id", "jti", "x"]),
    st.one_of(VALUES, st.none()),
    max_size=4,
)


@pytest.fixture
def authorizer(verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "milkrun")
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    monkeypatch.setattr(authorizer_handler, "get_verifier", lambda: verifier)
    get_logger.cache_clear()
    monkeypatch.setattr(get_logger().registered_handler, "stream", Stdout())


def decision(authorization: str) -> str:
    """The decision; checks that nothing else is returned."""
    event = {"type": "TOKEN", "authorizationToken": authorization, "methodArn": METHOD}
    with printed() as (out, err):
        answer = authorizer_handler.lambda_handler(event, Context())  # type: ignore[arg-type]
    assert err.getvalue() == ""
    assert faults_of_log(out.getvalue(), [authorization] if len(authorization) > 40 else []) == []
    (statement,) = answer["policyDocument"]["Statement"]
    assert all(isinstance(value, str) for value in answer["context"].values())
    return str(statement["Effect"])


def fuzzed(count: int) -> settings:
    return settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def test_an_unsigned_token_is_denied(authorizer: None) -> None:
    @seed(SEED)
    @fuzzed(max(200, REQUESTS // 50))
    @given(scheme=st.sampled_from(["Bearer ", "bearer  ", "Basic ", ""]), token=_UNSIGNED)
    def send(scheme: str, token: str) -> None:
        assert decision(scheme + token) == "Deny"

    send()


def test_every_signed_token_gets_a_decision(authorizer: None, issuer: Issuer) -> None:  # noqa: F811
    @seed(SEED)
    @fuzzed(max(100, REQUESTS // 100))
    @given(claims=_CLAIMS, header=st.dictionaries(st.sampled_from(["typ", "cty", "x"]), ANY_TEXT))
    def send(claims: dict[str, Any], header: dict[str, str]) -> None:
        decision(f"Bearer {token_of(issuer, claims, header)}")

    send()


def token_of(issuer: Issuer, claims: dict[str, Any], header: dict[str, str]) -> str:  # noqa: F811
    """A signed token with any content. Content that a token cannot hold is left out."""
    try:
        return issuer.token(headers=header, **claims)
    except (TypeError, ValueError):
        return issuer.token()
