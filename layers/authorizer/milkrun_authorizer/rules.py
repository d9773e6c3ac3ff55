"""What the policy requires of a token that has a valid signature and has not expired."""

import json
from collections.abc import Mapping
from typing import Any

from milkrun.settings import TokenPolicy
from milkrun_authorizer.errors import TokenRefusedError

_ACCESS = "access"


def check(policy: TokenPolicy, header: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
    """Refuses a token that breaks the policy.

    Raises:
        TokenRefusedError: The token breaks it. The message quotes nothing from the token.
    """
    if not policy.audiences & _meant_for(claims):
        raise TokenRefusedError("the token is meant for another audience")
    if policy.access_tokens_only and not _is_access_token(header, claims):
        raise TokenRefusedError("the token is not marked as an access token")
    if policy.scope and policy.scope not in _scopes(claims):
        raise TokenRefusedError("the token lacks the required scope")
    if policy.claim and not _has(claims.get(policy.claim[0]), policy.claim[1]):
        raise TokenRefusedError("the token lacks the required claim")


def _meant_for(claims: Mapping[str, Any]) -> set[str]:
    """The audiences in `aud`; without `aud`, in `client_id`, which Cognito's access tokens have instead."""
    return set(_strings(claims["aud"] if "aud" in claims else claims.get("client_id")))


def _is_access_token(header: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    """Decides by Cognito's `token_use`; without it, by the type that RFC 9068 gives an access token."""
    if "token_use" in claims:
        return bool(claims["token_use"] == _ACCESS)
    return str(header.get("typ")).lower().removeprefix("application/") == "at+jwt"


def _scopes(claims: Mapping[str, Any]) -> set[str]:
    """The scopes in `scope` (RFC 8693) and `scp` (Okta, Entra): strings separated by spaces, or lists."""
    texts = [text for name in ("scope", "scp") for text in _strings(claims.get(name))]
    return {scope for text in texts for scope in text.split()}


def _strings(value: Any) -> list[str]:
    return [it for it in (value if isinstance(value, list) else [value]) if isinstance(it, str)]


def _has(found: Any, value: str) -> bool:
    """Whether a claim equals `value`, as a string or in JSON (`true`, `7`), or is a list that contains it."""
    if isinstance(found, list):
        return any(_has(it, value) for it in found if not isinstance(it, list))
    if isinstance(found, bool | int | float):
        return json.dumps(found) == value
    return bool(found == value)
