import threading
from contextlib import nullcontext
from functools import partial
from typing import Any

import pytest

from milkrun_authorizer import keys as keys_module
from milkrun_authorizer.errors import IssuerUnavailableError, TokenRefusedError
from milkrun_authorizer.fetch import fetch_json
from milkrun_authorizer.keys import COOLDOWN, KEPT_FOR, REFRESHED_AFTER, RETRY_AFTER, IssuerKeys
from tests.waiting import PATIENCE

from .conftest import Clock, Issuer, private_key, public_jwk


def rsa_jwk(key_id: str, number: int = 0, **more: str) -> dict[str, Any]:
    return public_jwk(private_key("RS256", number), key_id, **more)


def test_keys_are_where_the_discovery_document_says(keys: IssuerKeys, issuer: Issuer) -> None:
    assert keys.find("first").key_id == "first"
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]


def test_an_issuer_with_a_slash_at_its_end_has_the_same_document(issuer: Issuer) -> None:
    asked = []

    def fetch(url: str) -> Any:
        asked.append(url)
        if url.endswith("openid-configuration"):
            return {"issuer": "https://i.example/", "jwks_uri": "https://i.example/k"}
        return {"keys": [rsa_jwk("first")]}

    assert IssuerKeys("https://i.example/", fetch).find("first").key_id == "first"
    assert asked[0] == "https://i.example/.well-known/openid-configuration"


def test_keys_are_fetched_once(keys: IssuerKeys, issuer: Issuer, clock: Clock) -> None:
    keys.find("first")
    clock.now += REFRESHED_AFTER
    keys.find("first")
    assert issuer.asked.count("/keys") == 1


def test_a_new_key_is_found_when_it_is_first_used(keys: IssuerKeys, issuer: Issuer, clock: Clock) -> None:
    keys.find("first")
    issuer.publish(rsa_jwk("first"), rsa_jwk("second", 1))
    clock.now += COOLDOWN + 1
    assert keys.find("second").key_id == "second"


def test_a_key_that_is_withdrawn_is_forgotten(keys: IssuerKeys, issuer: Issuer, clock: Clock) -> None:
    keys.find("first")
    issuer.publish(rsa_jwk("second", 1))
    clock.now += REFRESHED_AFTER + 1
    with pytest.raises(TokenRefusedError):
        keys.find("first")


def test_unknown_keys_do_not_flood_the_issuer(keys: IssuerKeys, issuer: Issuer, clock: Clock) -> None:
    for number in range(50):
        clock.now += COOLDOWN / 50
        with pytest.raises(TokenRefusedError):
            keys.find(f"made-up-{number}")
    assert issuer.asked.count("/keys") == 1


def test_known_keys_stay_valid_for_a_day_while_the_issuer_is_unavailable(
    keys: IssuerKeys, issuer: Issuer, clock: Clock
) -> None:
    keys.find("first")
    issuer.replies.clear()
    until = clock.now + KEPT_FOR
    while clock.now < until:
        assert keys.find("first").key_id == "first"
        clock.now += 599
    clock.now = until + 1
    with pytest.raises(IssuerUnavailableError):
        keys.find("first")


def test_an_unknown_key_cannot_be_judged_while_the_issuer_is_unavailable(
    keys: IssuerKeys, issuer: Issuer, clock: Clock
) -> None:
    keys.find("first")
    issuer.replies.clear()
    clock.now += COOLDOWN + 1
    for _ in range(3):
        with pytest.raises(IssuerUnavailableError):
            keys.find("second")
        assert keys.find("first").key_id == "first"


def test_keys_are_refreshed_when_the_issuer_is_back(keys: IssuerKeys, issuer: Issuer, clock: Clock) -> None:
    keys.find("first")
    there = dict(issuer.replies)
    issuer.replies.clear()
    clock.now += REFRESHED_AFTER + 1
    assert keys.find("first").key_id == "first"
    issuer.replies.update(there)
    issuer.publish(rsa_jwk("second", 1))
    clock.now += COOLDOWN + 1
    with pytest.raises(TokenRefusedError):  # withdrawn
        keys.find("first")
    assert keys.find("second").key_id == "second"


def test_each_refresh_starts_a_new_day(keys: IssuerKeys, issuer: Issuer, clock: Clock) -> None:
    keys.find("first")
    clock.now += KEPT_FOR - 1
    assert keys.find("first").key_id == "first"
    issuer.replies.clear()
    clock.now += KEPT_FOR - 1
    assert keys.find("first").key_id == "first"


@pytest.mark.parametrize("known", [True, False])
def test_an_unavailable_issuer_is_not_flooded(
    keys: IssuerKeys, issuer: Issuer, clock: Clock, known: bool
) -> None:
    if known:
        keys.find("first")
        clock.now += REFRESHED_AFTER + 1
    issuer.replies.clear()
    issuer.asked.clear()
    cooldown = COOLDOWN if known else RETRY_AFTER
    for _ in range(50):
        with nullcontext() if known else pytest.raises(IssuerUnavailableError):
            keys.find("first")
        clock.now += cooldown / 50
    assert len(issuer.asked) == 1
    clock.now += 1
    with nullcontext() if known else pytest.raises(IssuerUnavailableError):
        keys.find("first")
    assert len(issuer.asked) == 2


def test_a_hanging_issuer_delays_no_caller_whose_key_is_known(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_module, "PATIENCE", 0.0)
    answers = threading.Event()
    answers.set()
    published = [rsa_jwk("first")]

    def fetch(url: str) -> Any:
        answers.wait(PATIENCE)
        if url.endswith("openid-configuration"):
            return {"issuer": "https://i.example", "jwks_uri": "https://i.example/k"}
        return {"keys": list(published)}

    keys = IssuerKeys("https://i.example", fetch, clock)
    keys.find("first")
    answers.clear()
    published.append(rsa_jwk("second", 1))
    for _ in range(5):
        clock.now += REFRESHED_AFTER + 1
        assert keys.find("first").key_id == "first"
    assert not answers.is_set()
    answers.set()
    assert keys.find("second").key_id == "second"  # the answer is waited for if a key is not known


def test_each_failure_is_logged_once_without_the_issuer_s_address(issuer: Issuer, clock: Clock) -> None:
    told: list[str] = []
    keys = IssuerKeys(issuer.url, partial(fetch_json, schemes={"http"}), clock, told.append)
    keys.find("first")
    issuer.replies.clear()
    clock.now += REFRESHED_AFTER + 1
    for _ in range(3):
        keys.find("first")
    assert told == ["/.well-known/openid-configuration: HTTPError"]


@pytest.mark.parametrize("key", [{"kty": "RSA", "kid": "x", "n": 5, "e": "AQAB"}, {"kty": {}}, 7, None])
def test_an_unreadable_key_removes_no_known_one(
    keys: IssuerKeys, issuer: Issuer, clock: Clock, key: Any
) -> None:
    keys.find("first")
    issuer.publish(key)
    clock.now += REFRESHED_AFTER + 1
    assert keys.find("first").key_id == "first"


def test_an_issuer_that_was_unavailable_is_asked_again(
    keys: IssuerKeys, issuer: Issuer, clock: Clock
) -> None:
    there = dict(issuer.replies)
    issuer.replies.clear()
    with pytest.raises(IssuerUnavailableError):
        keys.find("first")
    issuer.replies.update(there)
    clock.now += RETRY_AFTER + 1
    assert keys.find("first").key_id == "first"


@pytest.mark.parametrize(
    "configuration",
    [{"issuer": "https://other.example", "jwks_uri": "/keys"}, {"jwks_uri": "/keys"}, [], None],
)
def test_another_issuer_s_document_is_refused(
    keys: IssuerKeys, issuer: Issuer, configuration: object
) -> None:
    issuer.say("/.well-known/openid-configuration", configuration)
    with pytest.raises(IssuerUnavailableError, match="another issuer"):
        keys.find("first")


@pytest.mark.parametrize("address", [None, 1, ["http://127.0.0.1"]])
def test_a_document_without_an_address_names_no_keys(
    keys: IssuerKeys, issuer: Issuer, address: object
) -> None:
    issuer.say("/.well-known/openid-configuration", {"issuer": issuer.url, "jwks_uri": address})
    with pytest.raises(IssuerUnavailableError, match="has no `jwks_uri`"):
        keys.find("first")


def test_keys_are_not_read_from_a_file(keys: IssuerKeys, issuer: Issuer) -> None:
    configuration = {"issuer": issuer.url, "jwks_uri": "file:///etc/passwd"}
    issuer.say("/.well-known/openid-configuration", configuration)
    with pytest.raises(IssuerUnavailableError):
        keys.find("first")


@pytest.mark.parametrize(
    "document", [[], "keys", {}, {"keys": []}, {"keys": "x"}, {"keys": [{"kty": "RSA"}]}]
)
def test_anything_but_a_set_of_keys_is_refused(keys: IssuerKeys, issuer: Issuer, document: object) -> None:
    issuer.say("/keys", document)
    with pytest.raises(IssuerUnavailableError):
        keys.find("first")


@pytest.mark.parametrize(
    "unfit",
    [
        rsa_jwk("second", use="enc"),
        {"kty": "oct", "kid": "second", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", "alg": "HS256"},
    ],
)
def test_keys_for_other_uses_than_signatures_are_ignored(
    keys: IssuerKeys, issuer: Issuer, unfit: dict[str, Any]
) -> None:
    issuer.publish(rsa_jwk("first"), unfit)
    assert keys.find("first").key_id == "first"
    with pytest.raises(TokenRefusedError):
        keys.find("second")
