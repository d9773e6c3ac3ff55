"""The canary's own script, with a stand-in for the module that only exists inside Synthetics."""

import importlib.util
import json
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import boto3
import pytest
from moto import mock_aws

SCRIPT = Path(__file__).parents[2] / "canary/milkrun_canary.py"
USER_AGENT = "CloudWatchSynthetics/arn:aws:synthetics:eu-central-1:123456789012:canary:milkrun"
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "session/token==",
    "AWS_REGION": "eu-central-1",
}

Ask = Callable[[str], None]


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as Synthetics loads it, with the credentials of the canary's role in the environment."""
    webdriver = SimpleNamespace(get_canary_user_agent_string=lambda: USER_AGENT)
    parts: dict[str, dict[str, Any]] = {
        "aws_synthetics": {},
        "aws_synthetics.common": {"synthetics_logger": logging.getLogger("canary")},
        "aws_synthetics.selenium": {"synthetics_webdriver": webdriver},
    }
    for name, contents in parts.items():
        stand_in = ModuleType(name)
        vars(stand_in).update(contents)
        monkeypatch.setitem(sys.modules, name, stand_in)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    spec = importlib.util.spec_from_file_location("milkrun_canary", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def ask(canary: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Runs the canary against the API at a URL."""

    def run(url: str) -> None:
        monkeypatch.setenv("API_URL", url)
        canary.handler({}, None)

    monkeypatch.setenv("SIGNED_RUN", "true")
    for name in ("TOKEN_URL", "TOKEN_SECRET_ARN", "TOKEN_SCOPE"):
        monkeypatch.delenv(name, raising=False)
    return run


@dataclass
class TokenServer:
    """An issuer's token endpoint. It returns `answer` to everybody, and records the requests."""

    url: str = ""
    answer: tuple[int, Any] = (200, {"access_token": "canary", "token_type": "Bearer", "expires_in": 3600})
    received: list[tuple[str, dict[str, str], dict[str, list[str]]]] = field(default_factory=list)


@pytest.fixture
def token_server(monkeypatch: pytest.MonkeyPatch, ask: Ask) -> Iterator[TokenServer]:
    """What the stack tells a canary whose callers use tokens, including an issuer over HTTP.

    The secret in moto's Secrets Manager is `client` with `p:ss w/rd`.
    """
    server = TokenServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            server.received.append((self.path, dict(self.headers.items()), parse_qs(form)))
            status, body = server.answer
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Logs nothing."""

    with mock_aws(), ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.url = f"http://127.0.0.1:{listener.server_port}/oauth2/token"
        arn = keep_secret(json.dumps({"client_id": "client", "client_secret": "p:ss w/rd"}))
        told = {"SIGNED_RUN": "false", "TOKEN_URL": server.url, "TOKEN_SECRET_ARN": arn, "TOKEN_SCOPE": ""}
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        yield server
        listener.shutdown()
        thread.join()


def keep_secret(text: str) -> str:
    """Stores a secret in Secrets Manager, in another region than the canary's. Returns its ARN."""
    client = boto3.client("secretsmanager", region_name="eu-west-1")
    name = f"canary-{len(client.list_secrets()['SecretList'])}"
    return str(client.create_secret(Name=name, SecretString=text)["ARN"])
