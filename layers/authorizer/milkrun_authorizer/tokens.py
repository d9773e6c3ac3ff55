"""Whose token it is, if it is one that we take."""

from typing import NamedTuple

import jwt
from jwt.exceptions import PyJWTError

from milkrun.settings import TokenPolicy
from milkrun_authorizer.errors import TokenRefusedError
from milkrun_authorizer.keys import IssuerKeys
from milkrun_authorizer.rules import check

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
    """Checks tokens of one issuer.

    Args:
        policy: Which of them are taken.
        keys: Those of the policy's issuer.

    Raises:
        ValueError: The policy names no issuer or no audience: an empty one would match what it must not.
    """

    def __init__(self, policy: TokenPolicy, keys: IssuerKeys) -> None:
        if not policy.issuer or not policy.audiences:
            raise ValueError("JWT_ISSUER and JWT_AUDIENCE must be set")
        self._policy = policy
        self._keys = keys

    def verify(self, token: str) -> Caller:
        """The caller whom the issuer vouches for: signature, issuer, times and all rules are checked.

        Raises:
            TokenRefusedError: The token is not valid, or not for us. The message never quotes it.
            IssuerUnavailableError: The issuer's keys cannot be had.
        """
        if len(token) > MAX_TOKEN:
            raise TokenRefusedError("the token is too long")
        try:
            header = jwt.get_unverified_header(token)
        except (PyJWTError, RecursionError, UnicodeError):  # of brackets without end, of half a character
            raise TokenRefusedError("this is not a signed JSON Web Token") from None
        key_id = header.get("kid")
        if not isinstance(key_id, str):
            raise TokenRefusedError("the token names no key")
        key = self._keys.find(key_id)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],  # the key's, whatever the token says
                issuer=self._policy.issuer,
                leeway=CLOCK_SKEW,
                options={"require": list(_NEEDED), "verify_aud": False},
            )
        except PyJWTError as error:
            raise TokenRefusedError(f"the token is not valid: {type(error).__name__}") from None
        if not claims["sub"]:
            raise TokenRefusedError("the token names no subject")
        check(self._policy, header, claims)
        return Caller(self._policy.issuer, claims["sub"])
