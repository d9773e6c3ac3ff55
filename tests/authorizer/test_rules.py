"""Which tokens of the issuer are accepted and which are not."""

from dataclasses import replace
from typing import Any

import pytest

from milkrun.settings import TokenPolicy
from milkrun_authorizer.errors import TokenRefusedError
from milkrun_authorizer.keys import IssuerKeys
from milkrun_authorizer.rules import check
from milkrun_authorizer.tokens import TokenVerifier

from .conftest import AUDIENCE, Issuer

ID_TOKEN = {"token_use": "id", "email": "jane@example.com", "nonce": "n"}
COGNITO = {"aud": None, "client_id": AUDIENCE, "token_use": "access"}
RULES = TokenPolicy("https://issuer.example", frozenset([AUDIENCE]))


@pytest.fixture
def taken(issuer: Issuer, keys: IssuerKeys) -> Any:
    """Whether a token with these claims passes these rules."""

    def is_taken(rules: TokenPolicy, headers: dict[str, Any] | None = None, **claims: Any) -> bool:
        token = issuer.token(headers=headers, **claims)
        try:
            TokenVerifier(replace(rules, issuer=issuer.url), keys).verify(token)
        except TokenRefusedError:
            return False
        return True

    return is_taken


@pytest.mark.parametrize("claims", [{}, ID_TOKEN, COGNITO, {"scope": "other"}])
def test_without_rules_any_token_for_the_audience_is_accepted(taken: Any, claims: dict[str, Any]) -> None:
    assert taken(RULES, **claims)


def test_a_token_may_be_for_any_of_several_audiences(taken: Any) -> None:
    rules = replace(RULES, audiences=frozenset(["milkrun", "planner"]))
    assert taken(rules)
    assert taken(rules, aud=["planner", "other"])
    assert taken(rules, aud=None, client_id="planner")
    assert not taken(rules, aud="milkrun, planner")
    assert not taken(rules, aud="other")


@pytest.mark.parametrize(
    ("headers", "claims"),
    [
        ({}, COGNITO),
        ({"typ": "at+jwt"}, {}),
        ({"typ": "AT+JWT"}, {}),
        ({"typ": "application/at+jwt"}, {}),
    ],
)
def test_an_access_token_is_accepted_if_only_access_tokens_are_allowed(
    taken: Any, headers: dict[str, Any], claims: dict[str, Any]
) -> None:
    assert taken(replace(RULES, access_tokens_only=True), headers, **claims)


@pytest.mark.parametrize(
    ("headers", "claims"),
    [
        ({}, ID_TOKEN),
        ({"typ": "at+jwt"}, ID_TOKEN),  # the issuer's claims count
        ({}, {"token_use": ["access"]}),
        ({}, {"scope": "openid"}),
        ({"typ": "JWT"}, {}),
        ({"typ": "not+at+jwt"}, {}),
    ],
)
def test_any_other_token_is_refused_if_only_access_tokens_are_allowed(
    taken: Any, headers: dict[str, Any], claims: dict[str, Any]
) -> None:
    assert not taken(replace(RULES, access_tokens_only=True), headers, **claims)


@pytest.mark.parametrize(
    "claims",
    [
        {"scope": "runs"},
        {"scope": "openid runs email"},
        {"scope": ["openid", "runs"]},
        {"scp": "openid runs"},
        {"scp": ["openid", "runs"]},
        {"scope": "openid", "scp": ["runs"]},
    ],
)
def test_a_required_scope_is_found_wherever_issuers_write_scopes(taken: Any, claims: dict[str, Any]) -> None:
    assert taken(replace(RULES, scope="runs"), **claims)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"scope": ""},
        {"scope": "runs:read"},
        {"scope": "other/runs"},
        {"scope": "RUNS"},
        {"scope": {"runs": True}},
        {"scope": [["runs"], 7, None]},
        {"scopes": "runs"},
        {"roles": ["runs"]},
    ],
)
def test_a_token_without_the_required_scope_is_rejected(taken: Any, claims: dict[str, Any]) -> None:
    assert not taken(replace(RULES, scope="runs"), **claims)


@pytest.mark.parametrize(
    ("claim", "claims"),
    [
        (("cognito:groups", "dispatch"), {"cognito:groups": ["drivers", "dispatch"]}),
        (("tenant", "a=b"), {"tenant": "a=b"}),
        (("email_verified", "true"), {"email_verified": True}),
        (("email_verified", "true"), {"email_verified": "true"}),
        (("level", "7"), {"level": 7}),
        (("levels", "7"), {"levels": [1, 7]}),
        (("https://example.com/role", "a planner"), {"https://example.com/role": "a planner"}),
    ],
)
def test_a_required_claim_has_its_value_or_a_list_with_it(
    taken: Any, claim: tuple[str, str], claims: dict[str, Any]
) -> None:
    assert taken(replace(RULES, claim=claim), **claims)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"group": []},
        {"group": "dispatchers"},
        {"group": "a dispatch"},
        {"group": ["dispatchers", ["dispatch"], None]},
        {"group": {"dispatch": True}},
        {"groups": "dispatch"},
    ],
)
def test_a_token_without_the_required_claim_is_rejected(taken: Any, claims: dict[str, Any]) -> None:
    assert not taken(replace(RULES, claim=("group", "dispatch")), **claims)


@pytest.mark.parametrize("claims", [{}, {"group": None}])
def test_a_missing_claim_does_not_count_as_null(taken: Any, claims: dict[str, Any]) -> None:
    assert not taken(replace(RULES, claim=("group", "null")), **claims)


@pytest.mark.parametrize(
    "rules",
    [
        replace(RULES, audiences=frozenset(["other"])),
        replace(RULES, scope="runs"),
        replace(RULES, claim=("group", "dispatch")),
        replace(RULES, access_tokens_only=True),
    ],
)
def test_a_refusal_quotes_nothing_of_the_token(rules: TokenPolicy) -> None:
    claims = {"aud": AUDIENCE, "scope": "secret-scope", "group": "secret-group", "token_use": "secret-use"}
    with pytest.raises(TokenRefusedError) as refusal:
        check(rules, {}, claims)
    assert "secret" not in refusal.value.detail


def test_each_rule_has_to_be_kept(taken: Any) -> None:
    all_of_them = {"scope": "runs", "group": "dispatch", "token_use": "access"}
    rules = replace(RULES, scope="runs", claim=("group", "dispatch"), access_tokens_only=True)
    assert taken(rules, **all_of_them)
    for name in all_of_them:
        assert not taken(rules, **{key: value for key, value in all_of_them.items() if key != name})
