"""Verifies a bearer token and identifies its caller."""

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
"""Characters: the gateway's limit for all headers together."""

_NEEDED = ("exp", "iss", "sub")


class Caller(NamedTuple):
    """A caller. Subjects are unique only within an issuer, so it takes both to identify one."""

    issuer: str
    subject: str


class TokenVerifier:
    """Checks tokens of one issuer.

    Args:
        policy: What a token must fulfil.
        keys: The keys of the policy's issuer.

    Raises:
        ValueError: The policy has no issuer or no audience. Empty ones could match tokens that must be
            refused.
    """

    def __init__(self, policy: TokenPolicy, keys: IssuerKeys) -> None:
        if not policy.issuer or not policy.audiences:
            raise ValueError("JWT_ISSUER and JWT_AUDIENCE must be set")
        self._policy = policy
        self._keys = keys

    def verify(self, token: str) -> Caller:
        """Verifies signature, issuer, lifetime and policy of a token, and returns its caller.

        Raises:
            TokenRefusedError: The token is not valid, or the policy rejects it. The message never quotes it.
            IssuerUnavailableError: The issuer's keys cannot be fetched.
        """
        if len(token) > MAX_TOKEN:
            raise TokenRefusedError("the token is too long")
        try:
            header = jwt.get_unverified_header(token)
        except (PyJWTError, RecursionError, UnicodeError):  # nested too deeply, or half a character
            raise TokenRefusedError("this is not a signed JSON Web Token") from None
        key_id = header.get("kid")
        if not isinstance(key_id, str):
            raise TokenRefusedError("the token has no `kid`")
        key = self._keys.find(key_id)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],  # the key's own: the token cannot choose it
                issuer=self._policy.issuer,
                leeway=CLOCK_SKEW,
                options={"require": list(_NEEDED), "verify_aud": False},
            )
        except PyJWTError as error:
            raise TokenRefusedError(f"the token is not valid: {type(error).__name__}") from None
        if not claims["sub"]:
            raise TokenRefusedError("the token has an empty `sub`")
        check(self._policy, header, claims)
        return Caller(self._policy.issuer, claims["sub"])
