"""The signed calls of docs/deploy.md, exactly as written there."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.stack import running_stack

KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
}
REGION = "eu-central-1"


@pytest.fixture(scope="module")
def script(page: str) -> str:
    (block,) = re.findall(r"^<!-- tested: .*? -->\n```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return str(block).replace("curl -sS ", "curl -sS -w '\\n' ")


def run(script: str, api: str, token: str) -> list[Any]:
    """The answer to each call."""
    environment = {**os.environ, **KEYS, "AWS_SESSION_TOKEN": token, "AWS_DEFAULT_REGION": REGION, "API": api}
    command = ["bash", "-eu", "-c", script]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines() if line.strip()]


def is_signed(request: BaseHTTPRequestHandler, body: bytes) -> bool:
    """Whether the request has the signature that AWS would compute for it."""
    sent = {name.lower(): value for name, value in request.headers.items()}
    names = re.search(r"SignedHeaders=([^,]+)", sent["authorization"])
    assert names
    again = AWSRequest(
        request.command,
        f"http://{sent['host']}{request.path}",
        {name: sent[name] for name in names[1].split(";")},
        body,
    )
    again.context["timestamp"] = sent["x-amz-date"]
    signer = SigV4Auth(Credentials(*KEYS.values()), "execute-api", REGION)
    signature = signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)
    return sent["authorization"].endswith(f"Signature={signature}")


@pytest.fixture
def verifier() -> Iterator[str]:
    """The URL of an API that says whether a call is signed, and whether with a session token."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            token = self.headers.get("X-Amz-Security-Token")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"signed": is_signed(self, body), "token": token}).encode())

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Logs nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("token", ["", "a/session+token=="])
def test_curl_signs_as_aws_would_with_a_session_and_without(script: str, verifier: str, token: str) -> None:
    answers = run(script, verifier, token)
    assert len(answers) == 2
    assert all(answer == {"signed": True, "token": token or None} for answer in answers)


def test_the_first_call_brings_routes(script: str) -> None:
    with running_stack() as stack:
        result, runs = run(script, stack.url, "")
    assert result["summary"]["unassigned"] == 0
    assert [it["status"] for it in runs["runs"]] == ["completed"]
