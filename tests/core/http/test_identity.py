from typing import Any

import pytest

from milkrun.errors import UnauthenticatedError
from milkrun.http.identity import owner_of

ROLE = "arn:aws:sts::123456789012:assumed-role/dispatcher/"


def event(*, headers: dict[str, str] | None = None, **context: Any) -> dict[str, Any]:
    return {"headers": headers, "requestContext": {"identity": {}, **context}}


def by_arn(arn: str) -> str:
    return owner_of(event(identity={"userArn": arn}), local=False)


def by_claims(issuer: str, subject: str) -> str:
    return owner_of(event(authorizer={"claims": {"iss": issuer, "sub": subject}}), local=False)


def test_two_sessions_of_one_role_are_one_owner() -> None:
    assert by_arn(ROLE + "session-1") == by_arn(ROLE + "session-2")


def test_two_roles_or_users_are_two_owners() -> None:
    arns = [ROLE + "s", ROLE.replace("dispatcher", "planner") + "s", "arn:aws:iam::123456789012:user/a"]
    assert len({by_arn(arn) for arn in arns}) == 3


def test_users_of_one_path_are_two_owners() -> None:
    assert by_arn("arn:aws:iam::123456789012:user/team/a") != by_arn("arn:aws:iam::123456789012:user/team/b")


def test_a_subject_belongs_to_its_issuer() -> None:
    assert by_claims("https://a.example", "1") != by_claims("https://b.example", "1")
    assert by_claims("https://a.example", "1") == by_claims("https://a.example", "1")


def test_an_api_key_is_an_owner() -> None:
    assert owner_of(event(identity={"apiKeyId": "k1"}), local=False) != owner_of(
        event(identity={"apiKeyId": "k2"}), local=False
    )


def test_the_owner_is_a_short_hash_that_shows_nothing() -> None:
    owner = by_arn(ROLE + "s")
    assert len(owner) == 16
    assert int(owner, 16) >= 0


def test_nobody_is_refused_in_the_cloud() -> None:
    with pytest.raises(UnauthenticatedError):
        owner_of(event(headers={"Authorization": "Bearer eve"}), local=False)


def test_on_a_laptop_the_bearer_names_the_owner() -> None:
    alice = owner_of(event(headers={"authorization": "Bearer alice"}), local=True)
    assert alice == owner_of(event(headers={"Authorization": "bearer alice"}), local=True)
    assert alice != owner_of(event(headers={"Authorization": "Bearer bob"}), local=True)


def test_on_a_laptop_a_caller_without_a_name_is_local() -> None:
    assert owner_of(event(), local=True) == owner_of(event(headers={"Authorization": "Bearer "}), local=True)
    assert owner_of(event(), local=True) != owner_of(
        event(headers={"Authorization": "Bearer local"}), local=True
    )
