import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local.ports import free_port
from milkrun.aws.credentials import RoleCredentials
from milkrun.aws.signature import Credentials
from milkrun.errors import CredentialsUnavailableError
from tests.waiting import MARGIN

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
IN_ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "key", "AWS_SESSION_TOKEN": "token"}


@dataclass
class Endpoint:
    """Stands in for the credentials endpoint of a sandbox with SnapStart: each request gets a new set."""

    url: str = ""
    token: str = "sesame"
    lifetime: timedelta = timedelta(hours=1)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    asked: int = 0
    clock: datetime = START

    @property
    def env(self) -> dict[str, str]:
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.url,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self.token,
        }

    def answer(self, authorization: str | None) -> tuple[int, bytes]:
        self.asked += 1
        if self.answers:
            return self.answers.pop(0)
        if authorization != "sesame":
            return 401, b"{}"
        ends = (self.clock + self.lifetime).strftime("%Y-%m-%dT%H:%M:%SZ")
        return 200, json.dumps(
            {
                "AccessKeyId": f"AKID{self.asked}",
                "SecretAccessKey": "hidden",
                "Token": "t",
                "Expiration": ends,
            }
        ).encode()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = (
                endpoint.answer(self.headers.get("Authorization"))
                if self.path == "/v1/credentials?role=1"
                else (404, b"")
            )
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        endpoint.url = f"http://127.0.0.1:{server.server_port}/v1/credentials?role=1"
        yield endpoint
        server.shutdown()
        thread.join()


def role_of(endpoint: Endpoint) -> RoleCredentials:
    return RoleCredentials(endpoint.env, lambda: endpoint.clock)


def why_none(env: dict[str, str]) -> str:
    with pytest.raises(CredentialsUnavailableError) as caught:
        RoleCredentials(env).get()
    return caught.value.detail


def test_credentials_come_from_the_environment() -> None:
    assert RoleCredentials(IN_ENVIRONMENT).get() == Credentials("AKID", "key", "token")


def test_the_error_says_which_credentials_are_missing() -> None:
    assert why_none({}) == "AWS_ACCESS_KEY_ID is not set"


def test_credentials_come_from_the_endpoint_if_there_is_one(endpoint: Endpoint) -> None:
    env = endpoint.env | IN_ENVIRONMENT
    assert RoleCredentials(env, lambda: START).get() == Credentials("AKID1", "hidden", "t")


def test_an_answer_is_kept(endpoint: Endpoint) -> None:
    role = role_of(endpoint)
    assert role.get() == role.get()
    assert endpoint.asked == 1


def test_credentials_are_replaced_shortly_before_they_end(endpoint: Endpoint) -> None:
    role = role_of(endpoint)
    first = role.get()
    endpoint.clock += timedelta(minutes=54)
    assert role.get() == first
    endpoint.clock += timedelta(minutes=2)
    assert role.get() != first


def test_credentials_that_cannot_be_replaced_are_used_until_they_end(endpoint: Endpoint) -> None:
    role = role_of(endpoint)
    first = role.get()
    endpoint.answers = [(500, b"")] * 2
    endpoint.clock += timedelta(minutes=59)
    assert role.get() == first
    endpoint.clock += timedelta(minutes=1)
    with pytest.raises(CredentialsUnavailableError):
        role.get()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/credentials",
        "http://10.0.0.1/credentials",
        "http://127.0.0.1.example.com/",
        "https://127.0.0.1/credentials",
        "file:///etc/passwd",
    ],
)
def test_no_token_goes_to_an_endpoint_elsewhere(url: str) -> None:
    env = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "sesame"}
    assert why_none(env) == "the credentials endpoint is outside this sandbox"


def test_an_endpoint_that_is_gone_is_reported() -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    assert why_none({"AWS_CONTAINER_CREDENTIALS_FULL_URI": url}).endswith(
        "unavailable: ConnectionRefusedError"
    )


def test_an_endpoint_that_hangs_is_given_up_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        started = time.monotonic()
        assert why_none({"AWS_CONTAINER_CREDENTIALS_FULL_URI": url}).endswith("unavailable: TimeoutError")
        assert time.monotonic() - started < MARGIN  # otherwise it waits for ever


def test_a_refusal_is_reported(endpoint: Endpoint) -> None:
    endpoint.token = "wrong"
    assert why_none(endpoint.env) == "the credentials endpoint answered 401"


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[1]", b"nonsense hidden", b'{"AccessKeyId": "hidden", "SecretAccessKey": "hidden"}'],
)
def test_an_answer_without_credentials_is_reported_and_not_shown(endpoint: Endpoint, body: bytes) -> None:
    endpoint.answers = [(200, body)]
    assert why_none(endpoint.env) == "the credentials endpoint returned no credentials"


def test_after_a_failure_the_endpoint_is_asked_again(endpoint: Endpoint) -> None:
    role = role_of(endpoint)
    endpoint.answers = [(500, b"")]
    with pytest.raises(CredentialsUnavailableError):
        role.get()
    assert role.get().access_key_id == "AKID2"
