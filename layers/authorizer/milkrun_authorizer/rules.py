"""What a token has to be, beside signed by the issuer and in its time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from milkrun_authorizer.errors import TokenRefusedError

_ACCESS = "access"


@dataclass(frozen=True)
class TokenRules:
    """Whose tokens are taken, and which of them. What is empty asks for nothing.

    Attributes:
        issuer: The `iss` of the tokens.
        audiences: Whom a token may be meant for.
        scope: One that a token must have.
        claim: Name and value of one that a token must have; of a list, one of its values.
        access_tokens_only: Whether a token must say that it is an access token.
    """

    issuer: str
    audiences: frozenset[str]
    scope: str = ""
    claim: tuple[str, str] | None = None
    access_tokens_only: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Reads the environment; an unset or empty variable asks for nothing.

        Raises:
            ValueError: A value is wrong, or there is no issuer or no audience: an empty one would match what
                it must not. The message names the variable.
        """
        issuer, audience = env.get("JWT_ISSUER"), env.get("JWT_AUDIENCE")
        if not issuer or not audience:
            raise ValueError("JWT_ISSUER and JWT_AUDIENCE must be set")
        return cls(
            issuer,
            _audiences(audience),
            _scope(env.get("JWT_REQUIRED_SCOPE", "")),
            _claim(env.get("JWT_REQUIRED_CLAIM", "")),
            _flag("JWT_ACCESS_TOKENS_ONLY", env.get("JWT_ACCESS_TOKENS_ONLY", "")),
        )

    def check(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
        """Refuses a token that breaks one of them.

        Raises:
            TokenRefusedError: The message quotes nothing of the token.
        """
        if not self.audiences & _meant_for(claims):
            raise TokenRefusedError("the token is meant for another audience")
        if self.access_tokens_only and not _is_access_token(header, claims):
            raise TokenRefusedError("the token does not declare itself an access token")
        if self.scope and self.scope not in _scopes(claims):
            raise TokenRefusedError("the token lacks the required scope")
        if self.claim and not _has(claims.get(self.claim[0]), self.claim[1]):
            raise TokenRefusedError("the token lacks the required claim")


def _audiences(text: str) -> frozenset[str]:
    audiences = [audience.strip() for audience in text.split(",")]
    if not all(audiences):
        raise ValueError(f"JWT_AUDIENCE must be a comma-separated list of audiences, not {text!r}")
    return frozenset(audiences)


def _scope(text: str) -> str:
    if len(text.split()) > 1 or text != text.strip():
        raise ValueError(f"JWT_REQUIRED_SCOPE must be one scope without spaces, not {text!r}")
    return text


def _claim(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    name, _, value = text.partition("=")
    if not name or not value:
        raise ValueError(f"JWT_REQUIRED_CLAIM must be name=value, not {text!r}")
    return name, value


def _flag(name: str, text: str) -> bool:
    if text not in ("", "true", "false"):
        raise ValueError(f"{name} must be true or false, not {text!r}")
    return text == "true"


def _meant_for(claims: Mapping[str, Any]) -> set[str]:
    """By `aud`, or where there is none by `client_id`, which Cognito's access tokens have instead."""
    return set(_strings(claims["aud"] if "aud" in claims else claims.get("client_id")))


def _is_access_token(header: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    """By Cognito's `token_use`, or where there is none by the type that RFC 9068 gives an access token."""
    if "token_use" in claims:
        return bool(claims["token_use"] == _ACCESS)
    return str(header.get("typ")).lower().removeprefix("application/") == "at+jwt"


def _scopes(claims: Mapping[str, Any]) -> set[str]:
    """`scope` (RFC 8693) and `scp` (Okta, Entra), each a text with blanks between or a list."""
    texts = [text for name in ("scope", "scp") for text in _strings(claims.get(name))]
    return {scope for text in texts for scope in text.split()}


def _strings(value: Any) -> list[str]:
    return [it for it in (value if isinstance(value, list) else [value]) if isinstance(it, str)]


def _has(found: Any, value: str) -> bool:
    """Whether a claim is this text, or what JSON writes so (`true`, `7`), or a list with one of them."""
    if isinstance(found, list):
        return any(_has(it, value) for it in found if not isinstance(it, list))
    if isinstance(found, bool | int | float):
        return json.dumps(found) == value
    return bool(found == value)
