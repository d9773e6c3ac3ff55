import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from milkrun_authorizer.errors import IssuerUnavailableError, TokenRefusedError
from milkrun_authorizer.tokens import CLOCK_SKEW, MAX_TOKEN, Caller, TokenVerifier

from .conftest import AUDIENCE, Issuer, private_key, public_jwk


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def refused(verifier: TokenVerifier, token: str, why: str) -> None:
    with pytest.raises(TokenRefusedError, match=why) as refusal:
        verifier.verify(token)
    assert token not in refusal.value.detail


def test_the_caller_is_issuer_and_subject(verifier: TokenVerifier, issuer: Issuer) -> None:
    assert verifier.verify(issuer.token()) == Caller(issuer.url, "jane")


@pytest.mark.parametrize("algorithm", ["RS256", "PS384", "ES256", "EdDSA"])
def test_every_asymmetric_algorithm_is_accepted(
    verifier: TokenVerifier, issuer: Issuer, algorithm: str
) -> None:
    key = private_key(algorithm, 2)
    issuer.publish(public_jwk(key, "k", alg=algorithm))
    assert verifier.verify(issuer.token(key, algorithm, {"kid": "k"})).subject == "jane"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_key_need_not_name_its_algorithm(verifier: TokenVerifier, issuer: Issuer, algorithm: str) -> None:
    key = private_key(algorithm, 2)
    issuer.publish(public_jwk(key, "k"))
    assert verifier.verify(issuer.token(key, algorithm, {"kid": "k"})).subject == "jane"


@pytest.mark.parametrize("audience", [AUDIENCE, ["other", AUDIENCE]])
def test_a_token_for_us_and_others_is_accepted(
    verifier: TokenVerifier, issuer: Issuer, audience: object
) -> None:
    assert verifier.verify(issuer.token(aud=audience))


def test_an_access_token_of_cognito_names_the_client_instead(verifier: TokenVerifier, issuer: Issuer) -> None:
    assert verifier.verify(issuer.token(aud=None, client_id=AUDIENCE, token_use="access"))


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "other"},
        {"aud": []},
        {"aud": None},
        {"aud": None, "client_id": "other"},
        {"aud": "other", "client_id": AUDIENCE},
        {"aud": [f"not-{AUDIENCE}"]},
        {"aud": {"milkrun": 1}},
    ],
)
def test_a_token_for_another_audience_is_rejected(
    verifier: TokenVerifier, issuer: Issuer, claims: dict[str, Any]
) -> None:
    refused(verifier, issuer.token(**claims), "another audience")


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://evil.example"}, "InvalidIssuerError"),
        ({"iss": None}, "MissingRequiredClaimError"),
        ({"exp": int(time.time()) - CLOCK_SKEW - 60}, "ExpiredSignatureError"),
        ({"exp": None}, "MissingRequiredClaimError"),
        ({"exp": "tomorrow"}, "DecodeError"),
        ({"nbf": int(time.time()) + 86_400}, "ImmatureSignatureError"),
        ({"sub": None}, "MissingRequiredClaimError"),
        ({"sub": ""}, "empty `sub`"),
    ],
)
def test_a_token_without_issuer_subject_or_time_is_rejected(
    verifier: TokenVerifier, issuer: Issuer, claims: dict[str, Any], why: str
) -> None:
    refused(verifier, issuer.token(**claims), why)


def test_a_token_signed_by_another_key_is_rejected(verifier: TokenVerifier, issuer: Issuer) -> None:
    refused(verifier, issuer.token(private_key("RS256", 9)), "InvalidSignatureError")


def test_a_tampered_token_is_rejected(verifier: TokenVerifier, issuer: Issuer) -> None:
    header, _, signature = issuer.token().split(".")
    claims = encoded({"iss": issuer.url, "sub": "root", "aud": AUDIENCE, "exp": int(time.time()) + 60})
    refused(verifier, f"{header}.{claims}.{signature}", "InvalidSignatureError")


@pytest.mark.parametrize("name", ["none", "None", "NONE"])
def test_an_unsigned_token_is_rejected(verifier: TokenVerifier, issuer: Issuer, name: str) -> None:
    _, claims, _ = issuer.token().split(".")
    refused(verifier, f"{encoded({'alg': name, 'kid': 'first'})}.{claims}.", "not valid")


def test_a_public_key_is_not_accepted_as_an_hs256_secret(verifier: TokenVerifier, issuer: Issuer) -> None:
    public = private_key("RS256").public_key()
    for secret in (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ):
        header, claims = encoded({"alg": "HS256", "kid": "first"}), issuer.token().split(".")[1]
        signer = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
        signature = signer.sign(f"{header}.{claims}".encode(), secret)
        forged = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
        refused(verifier, f"{header}.{claims}.{forged}", "InvalidAlgorithmError")


def test_a_token_cannot_choose_where_its_key_comes_from(verifier: TokenVerifier, issuer: Issuer) -> None:
    mine = private_key("RS256", 9)
    issuer.say("/evil", {"keys": [public_jwk(mine, "first")]})
    elsewhere = {
        "jku": f"{issuer.url}/evil",
        "x5u": f"{issuer.url}/evil",
        "jwk": public_jwk(mine, "first"),
    }
    refused(verifier, issuer.token(mine, headers=elsewhere), "InvalidSignatureError")
    assert "/evil" not in issuer.asked


def test_a_token_signed_by_an_unknown_key_is_rejected(verifier: TokenVerifier, issuer: Issuer) -> None:
    refused(verifier, issuer.token(headers={"kid": "unknown"}), "no key with this id")


@pytest.mark.parametrize("key_id", [{}, {"kid": 7}, {"kid": []}, {"kid": None}])
def test_a_token_that_names_no_key_is_rejected(
    verifier: TokenVerifier, issuer: Issuer, key_id: dict[str, Any]
) -> None:
    _, claims, signature = issuer.token().split(".")
    refused(verifier, f"{encoded({'alg': 'RS256', **key_id})}.{claims}.{signature}", "no `kid`|not a signed")
    assert issuer.asked == []


DEEP = base64.urlsafe_b64encode(b"[" * 6_000).decode()


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "alice", "ü", "e30.e30.e30", "\0" * 100, "\ud800", f"{DEEP}.e30.e30"]
)
def test_anything_but_a_token_is_refused_without_asking_the_issuer(
    verifier: TokenVerifier, issuer: Issuer, token: str
) -> None:
    with pytest.raises(TokenRefusedError):
        verifier.verify(token)
    assert issuer.asked == []


def test_a_token_beyond_the_gateway_s_limit_is_not_read(verifier: TokenVerifier) -> None:
    refused(verifier, "a" * (MAX_TOKEN + 1), "too long")


def test_no_token_is_judged_while_the_issuer_is_unavailable(verifier: TokenVerifier, issuer: Issuer) -> None:
    issuer.replies.clear()
    with pytest.raises(IssuerUnavailableError):
        verifier.verify(issuer.token())
