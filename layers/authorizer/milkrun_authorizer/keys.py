"""The public keys of an issuer, kept for a while and fetched anew when they change."""

import time
from collections.abc import Callable
from typing import Any

from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWTError

from milkrun_authorizer.errors import IssuerUnavailableError, TokenRefusedError
from milkrun_authorizer.fetch import fetch_json

LIFESPAN = 600.0
"""Seconds after which keys are fetched again, so that one the issuer has withdrawn counts no longer."""
COOLDOWN = 30.0
"""Seconds between fetches for keys that are not known, which any caller can name."""

ALGORITHMS = frozenset(
    ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
)
"""Asymmetric ones only: with a public key as the secret of HS256, anybody could sign."""


class IssuerKeys:
    """The signing keys of one issuer, by key id.

    Args:
        issuer: The `iss` of its tokens; its discovery document lies below it.
        fetch: Gives the JSON document at an address.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        issuer: str,
        fetch: Callable[[str], Any] = fetch_json,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at: float | None = None

    def find(self, key_id: str) -> PyJWK:
        """The key of that id; a new one is found within half a minute of its first use.

        Raises:
            TokenRefusedError: The issuer has no such key.
            IssuerUnavailableError: Its keys cannot be fetched, or there are none among them.
        """
        age = self._age()
        if age > LIFESPAN or (key_id not in self._keys and age > COOLDOWN):
            self._refresh()
        try:
            return self._keys[key_id]
        except KeyError:
            raise TokenRefusedError("the issuer has no key of this id") from None

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._clock() - self._fetched_at

    def _refresh(self) -> None:
        keys = _signing_keys(self._fetch(self._key_address()))
        if not keys:
            raise IssuerUnavailableError("there is no signing key among the issuer's keys")
        self._keys = keys
        self._fetched_at = self._clock()

    def _key_address(self) -> str:
        """Where the issuer says its keys are: a token has no say in that."""
        configuration = self._fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if not isinstance(configuration, dict) or configuration.get("issuer") != self._issuer:
            raise IssuerUnavailableError("the discovery document is of another issuer")
        address = configuration.get("jwks_uri")
        if not isinstance(address, str):
            raise IssuerUnavailableError("the discovery document names no keys")
        return address


def _signing_keys(document: Any) -> dict[str, PyJWK]:
    if not isinstance(document, dict):
        raise IssuerUnavailableError("the issuer's keys are not a JSON object")
    try:
        found = PyJWKSet.from_dict(document).keys
    except PyJWTError as error:
        raise IssuerUnavailableError(f"the issuer's keys cannot be read: {error}") from error
    return {
        key.key_id: key
        for key in found
        if key.key_id and key.public_key_use in (None, "sig") and key.algorithm_name in ALGORITHMS
    }
