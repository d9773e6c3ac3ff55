"""The public keys of an issuer: refreshed every ten minutes, and kept for a day if the issuer is down."""

import time
from collections.abc import Callable
from typing import Any

from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWTError

from milkrun.patience import Call
from milkrun_authorizer.errors import IssuerUnavailableError, TokenRefusedError
from milkrun_authorizer.fetch import FETCH_SECONDS, fetch_json

REFRESHED_AFTER = 600.0
"""Seconds after which keys are fetched again, so that a key that the issuer has withdrawn stops working."""
KEPT_FOR = 86_400.0
"""Seconds that fetched keys stay valid while the issuer is down."""
COOLDOWN = 30.0
"""Least seconds between fetches for unknown key ids, which any caller can send, and between failed
refreshes."""
RETRY_AFTER = 5.0
"""Seconds after a failed fetch before a token with an unknown key id can start the next one."""
PATIENCE = 1.0
"""Seconds that a token with a known key waits for a refresh. The refresh then continues in the background."""

_BOTH_DOCUMENTS = 2 * FETCH_SECONDS + 1.0

ALGORITHMS = frozenset(
    ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
)
"""Only asymmetric algorithms: with HS256, anybody could sign with the public key as the secret."""


class IssuerKeys:
    """The signing keys of one issuer, by key id.

    Args:
        issuer: The `iss` of its tokens, and the base URL of its discovery document.
        fetch: Returns the JSON document at a URL.
        clock: A monotonic clock, in seconds.
        on_failure: Called with the reason each time the keys cannot be fetched.
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
        """The key with this id. A new key is found within half a minute of its first use.

        While the issuer is down, known keys work for a day, and a token with a known key waits at most a
        second.

        Raises:
            TokenRefusedError: The issuer has no such key.
            IssuerUnavailableError: The key is unknown, and the issuer cannot be asked now.
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
        """Starts a fetch, unless one is running or the last began within the cooldown. Returns whether it
        did."""
        if self._asking or self._clock() - self._asked_at <= cooldown:
            return False
        self._asked_at = self._clock()
        self._asking = Call(self._all_keys)
        return True

    def _hear(self, seconds: float) -> None:
        """Stores the result of a fetch if it ends within these seconds."""
        if self._asking is None or not self._asking.wait(seconds):
            return
        asking, self._asking = self._asking, None
        try:
            self._keys = asking.result()
        except Exception as error:  # a malformed document is a failure too
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
        """The URL of the keys, from the issuer's discovery document. A token cannot choose it."""
        configuration = self._fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if not isinstance(configuration, dict) or configuration.get("issuer") != self._issuer:
            raise IssuerUnavailableError("the discovery document belongs to another issuer")
        address = configuration.get("jwks_uri")
        if not isinstance(address, str):
            raise IssuerUnavailableError("the discovery document has no `jwks_uri`")
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
