"""An issuer on this machine: real keys, real tokens, and a real HTTP server for its documents."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from milkrun.settings import TokenPolicy
from milkrun_authorizer import fetch as fetch_module
from milkrun_authorizer import keys as keys_module
from milkrun_authorizer.fetch import fetch_json
from milkrun_authorizer.keys import IssuerKeys
from milkrun_authorizer.tokens import TokenVerifier
from tests.waiting import PATIENCE

AUDIENCE = "milkrun"
Reply = tuple[int, dict[str, str], bytes]


@cache
def private_key(algorithm: str, number: int = 0) -> Any:
    """A private key for an algorithm; the same number gives the same key."""
    if algorithm.startswith("ES"):
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def public_jwk(key: Any, key_id: str, **more: str) -> dict[str, Any]:
    """The public half, as an issuer publishes it."""
    kinds: dict[Any, Any] = {rsa.RSAPrivateKey: RSAAlgorithm, ec.EllipticCurvePrivateKey: ECAlgorithm}
    algorithm = next((it for kind, it in kinds.items() if isinstance(key, kind)), OKPAlgorithm)
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": key_id, "use": "sig", **more}


class Issuer:
    """An issuer's documents, and the tokens that it signs. A test can replace the reply at any path."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply | Callable[[], Reply]] = {}
        self.asked: list[str] = []
        self.url = ""

    def serve(self, url: str) -> None:
        self.url = url
        self.publish(public_jwk(private_key("RS256"), "first", alg="RS256"))
        self.say("/.well-known/openid-configuration", {"issuer": url, "jwks_uri": f"{url}/keys"})

    def say(self, path: str, document: object) -> None:
        self.replies[path] = (200, {"Content-Type": "application/json"}, json.dumps(document).encode())

    def publish(self, *keys: dict[str, Any]) -> None:
        self.say("/keys", {"keys": list(keys)})

    def token(
        self,
        key: Any = None,
        algorithm: str = "RS256",
        headers: dict[str, Any] | None = None,
        **changes: Any,
    ) -> str:
        """A token that is valid for an hour. A claim changed to None is left out."""
        now = int(time.time())
        claims = {"iss": self.url, "sub": "jane", "aud": AUDIENCE, "iat": now, "exp": now + 3600, **changes}
        return jwt.encode(
            {name: value for name, value in claims.items() if value is not None},
            key if key is not None else private_key("RS256"),
            algorithm,
            {"kid": "first", **(headers or {})},
        )


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An issuer that answers over HTTP."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            reply = issuer.replies.get(self.path, (404, {}, b""))
            status, headers, body = reply() if callable(reply) else reply
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keeps the console quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        issuer.serve(f"http://127.0.0.1:{server.server_port}")
        yield issuer
        server.shutdown()


class Clock:
    """A clock that moves only when told to."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The only clock that decides what is late, so that a slow machine's fetch is waited for."""
    for bound in ("PATIENCE", "_BOTH_DOCUMENTS"):
        monkeypatch.setattr(keys_module, bound, PATIENCE)
    monkeypatch.setattr(fetch_module, "FETCH_SECONDS", PATIENCE)
    return Clock()


@pytest.fixture
def keys(issuer: Issuer, clock: Clock) -> IssuerKeys:
    """The issuer's keys, over plain HTTP, which only a test may use."""
    return IssuerKeys(issuer.url, partial(fetch_json, schemes={"http"}), clock)


@pytest.fixture
def verifier(issuer: Issuer, keys: IssuerKeys) -> TokenVerifier:
    return TokenVerifier(TokenPolicy(issuer.url, frozenset([AUDIENCE])), keys)
