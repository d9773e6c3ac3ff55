from collections.abc import Callable
from typing import Any

import pytest

from milkrun.errors import UnauthenticatedError
from milkrun.http.identity import owner_of, token_owner

ROLE = "arn:aws:sts::123456789012:assumed-role/dispatcher/"
USER = "arn:aws:iam::123456789012:user/"


def event(*, headers: dict[str, str] | None = None, **context: Any) -> dict[str, Any]:
    return {"headers": headers, "requestContext": {"identity": {}, **context}}


def by_arn(arn: str) -> str:
    return owner_of(event(identity={"userArn": arn}), local=False)


def by_token(issuer: str, subject: str) -> str:
    return owner_of(event(authorizer={"issuer": issuer, "subject": subject}), local=False)


def by_claims(issuer: str, subject: str) -> str:
    return owner_of(event(authorizer={"claims": {"iss": issuer, "sub": subject}}), local=False)


def by_key(key_id: str) -> str:
    return owner_of(event(identity={"apiKeyId": key_id}), local=False)


def by_pool(identity_id: str) -> str:
    identity = {"cognitoIdentityId": identity_id, "userArn": ROLE + "CognitoIdentityCredentials"}
    return owner_of(event(identity=identity), local=False)


def by_name(name: str) -> str:
    return owner_of(event(headers={"Authorization": f"Bearer {name}"}), local=True)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_two_sessions_of_one_role_are_one_owner(partition: str) -> None:
    role = ROLE.replace("arn:aws:", f"arn:{partition}:")
    assert by_arn(role + "session-1") == by_arn(role + "jane@example.com")


@pytest.mark.parametrize(
    "other",
    [
        ROLE.replace("dispatcher", "planner") + "s",
        ROLE.replace("123456789012", "210987654321") + "s",
        ROLE.replace("arn:aws:", "arn:aws-cn:") + "s",
        USER + "dispatcher",
        "arn:aws:iam::123456789012:role/dispatcher",
        "arn:aws:iam::123456789012:root",
        "arn:aws:sts::123456789012:federated-user/dispatcher",
    ],
)
def test_any_other_role_is_another_owner(other: str) -> None:
    assert by_arn(other) != by_arn(ROLE + "s")


def test_users_of_one_path_are_two_owners() -> None:
    assert by_arn(USER + "team/a") != by_arn(USER + "team/b")


def test_each_federated_user_is_an_owner() -> None:
    federated = "arn:aws:sts::123456789012:federated-user/"
    assert by_arn(federated + "a") != by_arn(federated + "b")


def test_users_of_an_identity_pool_share_a_role_and_are_still_two_owners() -> None:
    assert by_pool("eu-central-1:1") != by_pool("eu-central-1:2")
    assert by_pool("eu-central-1:1") != by_arn(ROLE + "s")


def test_a_subject_belongs_to_its_issuer() -> None:
    assert by_token("https://a.example", "1") != by_token("https://b.example", "1")
    assert by_token("https://a.example", "1") != by_token("https://a.example", "2")


def test_it_does_not_matter_who_checked_a_token() -> None:
    owners = {check("https://a.example", "1") for check in (by_token, by_claims, token_owner)}
    assert len(owners) == 1


def test_half_a_token_is_not_an_identity() -> None:
    for authorizer in ({"issuer": "https://a.example"}, {"claims": {"sub": "1"}}, {"principalId": "x"}):
        with pytest.raises(UnauthenticatedError):
            owner_of(event(authorizer=authorizer), local=False)


def test_a_token_s_parts_cannot_be_moved_from_one_to_the_other() -> None:
    pairs = [("a b", "c"), ("a", "b c"), ('a", "b', "c"), ("a", 'b", "c'), ("a\\", "b"), ("a", "\\b")]
    assert len({by_token(*pair) for pair in pairs}) == len(pairs)


def test_one_string_is_another_owner_in_each_kind() -> None:
    name = 'arn:aws:iam::123456789012:user/a", "b'
    kinds: list[Callable[[str], str]] = [
        by_arn,
        by_key,
        by_pool,
        by_name,
        lambda it: by_token(it, it),
        lambda it: by_token("local", it),
    ]
    assert len({kind(name) for kind in kinds}) == len(kinds)


def test_the_owner_is_a_short_hash_that_shows_nothing() -> None:
    owner = by_arn(ROLE + "s")
    assert len(owner) == 32
    assert int(owner, 16) >= 0


def test_nobody_is_refused_in_the_cloud() -> None:
    with pytest.raises(UnauthenticatedError):
        owner_of(event(headers={"Authorization": "Bearer eve"}), local=False)


def test_on_a_laptop_the_bearer_names_the_owner() -> None:
    alice = owner_of(event(headers={"authorization": "bearer alice"}), local=True)
    assert alice == by_name("alice") != by_name("bob")


def test_on_a_laptop_a_caller_without_a_name_is_local() -> None:
    nameless = owner_of(event(), local=True)
    assert nameless == by_name("") == by_name("local") != by_name("other")
