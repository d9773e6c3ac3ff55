"""The public keys of an issuer: fetched anew every few minutes, and kept for a day where they cannot be."""

import time
from collections.abc import Callable
from typing import Any

from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWTError

from milkrun.patience import Call
from milkrun_authorizer.errors import IssuerUnavailableError, TokenRefusedError
from milkrun_authorizer.fetch import FETCH_SECONDS, fetch_json

REFRESHED_AFTER = 600.0
"""Seconds after which keys are fetched again, so that one the issuer has withdrawn counts no longer."""
KEPT_FOR = 86_400.0
"""Seconds that keys count after they were fetched, while the issuer is away."""
COOLDOWN = 30.0
"""Seconds between fetches for keys that are not known, which any caller can name, and between those that fail
to renew known ones."""
RETRY_AFTER = 5.0
"""Seconds after a fetch that failed until a token that needs it has the next one made."""
PATIENCE = 1.0
"""Seconds that one token of a known key waits for keys to be renewed, which then goes on by itself."""

_BOTH_DOCUMENTS = 2 * FETCH_SECONDS + 1.0

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
        on_failure: Is told why, each time that keys cannot be fetched.
    """

    def __init__(
        self,
        issuer: str,
        fetch: Callable[[str], Any] = fetch_json,
        clock: Callable[[], float] = time.monotonic,
        on_failure: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._clock = clock
        self._on_failure = on_failure
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at = self._asked_at = float("-inf")
        self._asking: Call[dict[str, PyJWK]] | None = None
        self._failure: str | None = None

    def find(self, key_id: str) -> PyJWK:
        """The key of that id; a new one is found within half a minute of its first use.

        Known keys go on for a day while the issuer is away, and nobody waits long for it.

        Raises:
            TokenRefusedError: The issuer has no such key.
            IssuerUnavailableError: The key is not known, and whether the issuer has it cannot be learnt now.
        """
        self._hear(0)
        age = self._clock() - self._fetched_at
        if age > KEPT_FOR:
            self._keys = {}
        if key_id not in self._keys:
            self._ask(RETRY_AFTER if self._failure else COOLDOWN)
            self._hear(_BOTH_DOCUMENTS)
        elif age > REFRESHED_AFTER and self._ask(COOLDOWN):
            self._hear(PATIENCE)
        if key_id in self._keys:
            return self._keys[key_id]
        if self._asking or self._failure:
            raise IssuerUnavailableError(self._failure or "the issuer has not answered yet")
        raise TokenRefusedError("the issuer has no key with this id")

    def _ask(self, cooldown: float) -> bool:
        """Begins to fetch the keys, unless that is under way or was begun a moment ago; whether it did."""
        if self._asking or self._clock() - self._asked_at <= cooldown:
            return False
        self._asked_at = self._clock()
        self._asking = Call(self._all_keys)
        return True

    def _hear(self, seconds: float) -> None:
        """Takes what a fetch has brought, if it ends within so long."""
        if self._asking is None or not self._asking.wait(seconds):
            return
        asking, self._asking = self._asking, None
        try:
            self._keys = asking.result()
        except Exception as error:  # a document that is broken in some new way is none either
            foreseen = isinstance(error, IssuerUnavailableError)
            self._failure = str(error) if foreseen else type(error).__name__
            self._on_failure(self._failure)
        else:
            self._fetched_at, self._failure = self._asked_at, None

    def _all_keys(self) -> dict[str, PyJWK]:
        keys = _signing_keys(self._fetch(self._key_address()))
        if not keys:
            raise IssuerUnavailableError("the issuer has no signing key")
        return keys

    def _key_address(self) -> str:
        """Where the issuer says its keys are: a token has no say in that."""
        configuration = self._fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if not isinstance(configuration, dict) or configuration.get("issuer") != self._issuer:
            raise IssuerUnavailableError("the discovery document belongs to another issuer")
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
