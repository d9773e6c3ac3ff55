"""Whose token it is, if it is one that we take."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jwt
from jwt.exceptions import PyJWTError

from milkrun_authorizer.errors import TokenRefusedError
from milkrun_authorizer.keys import IssuerKeys

CLOCK_SKEW = 10
"""Seconds that the issuer's clock and ours may differ."""
MAX_TOKEN = 10_240
"""Characters; the gateway takes no more in all headers together."""

_NEEDED = ("exp", "iss", "sub")


class Caller(NamedTuple):
    """Who calls: only both together are one person or client."""

    issuer: str
    subject: str


class TokenVerifier:
    """Checks tokens of one issuer that are meant for one audience."""

    def __init__(self, issuer: str, audience: str, keys: IssuerKeys) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys

    def verify(self, token: str) -> Caller:
        """The caller whom the issuer vouches for: signature, issuer, audience and times are checked.

        Raises:
            TokenRefusedError: The token is not valid, or not for us. The message never quotes it.
            IssuerUnavailableError: The issuer's keys cannot be had.
        """
        if len(token) > MAX_TOKEN:
            raise TokenRefusedError("the token is too long")
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except (PyJWTError, RecursionError, UnicodeError):  # of brackets without end, of half a character
            raise TokenRefusedError("this is no signed JSON Web Token") from None
        if not isinstance(key_id, str):
            raise TokenRefusedError("the token names no key")
        key = self._keys.find(key_id)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],  # the key's, whatever the token says
                issuer=self._issuer,
                leeway=CLOCK_SKEW,
                options={"require": list(_NEEDED), "verify_aud": False},
            )
        except PyJWTError as error:
            raise TokenRefusedError(f"the token is not valid: {type(error).__name__}") from None
        if not claims["sub"]:
            raise TokenRefusedError("the token names no subject")
        if not self._is_meant_for_us(claims):
            raise TokenRefusedError("the token is meant for another audience")
        return Caller(self._issuer, claims["sub"])

    def _is_meant_for_us(self, claims: Mapping[str, Any]) -> bool:
        """By `aud`, or where there is none by `client_id`, which Cognito's access tokens have instead."""
        meant_for = claims["aud"] if "aud" in claims else claims.get("client_id")
        return self._audience in (meant_for if isinstance(meant_for, list) else [meant_for])
