"""What the canary sends, and how it reports wrong answers. A small server gives the answers."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.nonempty import nonempty

from .conftest import KEYS, USER_AGENT, Ask, TokenServer, keep_secret

RUN = "/v1/optimize/01M84XE3E0W0EGHJ6F4MNP409E"
ROUTE = [{"type": "start"}, *({"type": "job", "id": number} for number in (2, 1, 3)), {"type": "end"}]
HEALTH = {"status": "ok", "timestamp": "2026-11-23T19:10:35.285Z", "version": "1.0", "uptime_seconds": 1}
READY = {"status": "ready", "dependencies": {"redis": "ok", "neo4j": "not configured"}}
RESULT = {"code": 0, "unassigned": [], "routes": [{"steps": ROUTE}]}
RIGHT: dict[str, tuple[int, Any]] = {
    "GET /v1/health": (200, HEALTH),
    "GET /v1/ready": (200, READY),
    "POST /v1/optimize": (202, {"status": "pending"}),
    f"GET {RUN}/status": (200, {"status": "completed"}),
    f"GET {RUN}/result": (200, RESULT),
    f"DELETE {RUN}?erase=true": (204, None),
}


@dataclass
class Received:
    """A request as it arrived."""

    call: str
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Milkrun:
    """An API that gives the answers it is told to give, and records the requests."""

    url: str
    answers: dict[str, tuple[int, Any]]
    received: list[Received] = field(default_factory=list)

    def signed(self) -> list[Received]:
        return [request for request in self.received if "Authorization" in request.headers]


@pytest.fixture
def milkrun() -> Iterator[Milkrun]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            call = f"{self.command} {self.path}"
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            url = f"http://{self.headers['Host']}{self.path}"
            api.received.append(Received(call, url, dict(self.headers.items()), body))
            status, answer = api.answers[call]
            self.send_response(status)
            self.send_header("Location", f"{RUN}/status")
            self.end_headers()
            if answer is not None:
                self.wfile.write(json.dumps(answer).encode())

        do_GET = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Logs nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        api = Milkrun(f"http://127.0.0.1:{server.server_port}/v1", dict(RIGHT))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield api
        server.shutdown()
        thread.join()


def test_it_makes_each_call_once_and_follows_the_location(ask: Ask, milkrun: Milkrun) -> None:
    ask(milkrun.url)
    assert [request.call for request in milkrun.received] == list(RIGHT)


def test_only_calls_about_a_run_are_signed(ask: Ask, milkrun: Milkrun) -> None:
    ask(milkrun.url)
    assert [request.call for request in milkrun.signed()] == list(RIGHT)[2:]


def test_a_signature_equals_the_one_aws_would_compute(ask: Ask, milkrun: Milkrun) -> None:
    ask(milkrun.url)
    for request in nonempty(milkrun.signed()):
        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/(\d{8})/eu-central-1/execute-api/aws4_request, "
            r"SignedHeaders=([a-z0-9;-]+), Signature=[0-9a-f]{64}",
            request.headers["Authorization"],
        )
        assert found
        names = found[2].split(";")
        assert {"host", "x-amz-date", "x-amz-security-token", "x-correlation-id"} <= set(names)
        sent = {name.lower(): value for name, value in request.headers.items()}
        again = AWSRequest(
            request.call.split()[0], request.url, {name: sent[name] for name in names}, request.body
        )
        again.context["timestamp"] = sent["x-amz-date"]
        signer = SigV4Auth(
            Credentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"]),
            "execute-api",
            "eu-central-1",
        )
        canonical = signer.canonical_request(again)
        signature = signer.signature(signer.string_to_sign(again, canonical), again)
        assert request.headers["Authorization"].endswith(f"Signature={signature}")


def test_it_sends_its_user_agent(ask: Ask, milkrun: Milkrun) -> None:
    ask(milkrun.url)
    for request in milkrun.received:
        assert request.headers["User-Agent"] == f"milkrun-canary {USER_AGENT}"
        assert request.headers["X-Correlation-ID"].startswith("canary-")
    assert len({request.headers["X-Correlation-ID"] for request in milkrun.received}) == 1


def test_no_two_canaries_share_a_key_or_a_correlation_id(ask: Ask, milkrun: Milkrun) -> None:
    ask(milkrun.url)
    ask(milkrun.url)
    posts = [request.headers for request in milkrun.received if request.call.startswith("POST")]
    assert len({headers["Idempotency-Key"] for headers in posts}) == 2
    assert len({headers["X-Correlation-ID"] for headers in posts}) == 2


def test_its_problem_is_small_and_short(ask: Ask, milkrun: Milkrun) -> None:
    ask(milkrun.url)
    problem = json.loads(milkrun.signed()[0].body)
    assert len(problem["jobs"]) < 10
    assert problem["options"]["time_limit"] == 1


WRONG = [
    ("GET /v1/health", 500, {}, "health: expected 200, got 500"),
    ("GET /v1/health", 200, ["ok"], "health: expected a JSON object"),
    ("GET /v1/health", 200, {**HEALTH, "status": "fine"}, 'health: expected "status": "ok"'),
    ("GET /v1/health", 200, {**HEALTH, "version": ""}, "health: expected a version"),
    ("GET /v1/health", 200, {**HEALTH, "timestamp": "today"}, "health: "),
    (
        "GET /v1/health",
        200,
        {**HEALTH, "timestamp": "2026-11-23T19:10:35"},
        "health: expected a timestamp with",
    ),
    ("GET /v1/ready", 503, {"detail": {}}, "ready: expected 200, got 503"),
    ("GET /v1/ready", 200, {**READY, "dependencies": {"neo4j": "ok"}}, "ready: expected redis to be ok"),
    (
        "GET /v1/ready",
        200,
        {**READY, "dependencies": {"redis": "ok", "neo4j": "down: refused"}},
        "ready: expected neo4j to be ok or not configured",
    ),
    ("POST /v1/optimize", 403, {"code": "forbidden"}, "submit: expected 200 or 202, got 403"),
    (f"GET {RUN}/status", 200, {"status": "failed"}, "completion: expected a run on its way to completed"),
    (f"GET {RUN}/result", 409, {"code": "solver_failed"}, "result: expected 200, got 409"),
    (
        f"GET {RUN}/result",
        200,
        {**RESULT, "unassigned": [{"id": 3}], "routes": [{"steps": ROUTE[:3]}]},
        "result: expected jobs [1, 2, 3] to be served",
    ),
    (
        f"GET {RUN}/result",
        200,
        {**RESULT, "routes": [{"steps": ROUTE}, {"steps": ROUTE}]},
        "result: expected jobs [1, 2, 3] to be served",
    ),
    (f"GET {RUN}/result", 200, {**RESULT, "unassigned": [{"id": 4}]}, "result: expected nothing unassigned"),
    (f"DELETE {RUN}?erase=true", 404, {"code": "run_not_found"}, "erase: expected 204, got 404"),
]


@pytest.mark.parametrize(("call", "status", "answer", "message"), WRONG)
def test_a_wrong_answer_is_named_with_its_step_and_what_was_expected(
    ask: Ask, canary: ModuleType, milkrun: Milkrun, call: str, status: int, answer: Any, message: str
) -> None:
    milkrun.answers[call] = (status, answer)
    with pytest.raises(canary.CanaryError, match=f"^{re.escape(message)}"):
        ask(milkrun.url)


@pytest.mark.parametrize(
    ("call", "answer"),
    [(f"GET {RUN}/status", (200, {"status": "failed"})), (f"GET {RUN}/result", (200, {"routes": []}))],
)
def test_a_failed_run_is_erased_too(
    ask: Ask, canary: ModuleType, milkrun: Milkrun, call: str, answer: tuple[int, Any]
) -> None:
    milkrun.answers[call] = answer
    with pytest.raises(canary.CanaryError):
        ask(milkrun.url)
    assert milkrun.received[-1].call == f"DELETE {RUN}?erase=true"


def test_a_run_is_erased_even_when_the_budget_is_spent(
    ask: Ask, canary: ModuleType, milkrun: Milkrun, monkeypatch: pytest.MonkeyPatch
) -> None:
    milkrun.answers[f"GET {RUN}/status"] = (200, {"status": "running"})
    monkeypatch.setattr(canary, "BUDGET", 1.0)
    with pytest.raises(canary.CanaryError, match=r"^completion: the time .* is used up"):
        ask(milkrun.url)
    assert milkrun.received[-1].call == f"DELETE {RUN}?erase=true"


def test_a_token_is_requested_with_the_client_credentials_grant(
    ask: Ask, milkrun: Milkrun, token_server: TokenServer
) -> None:
    ask(milkrun.url)
    ((path, headers, form),) = token_server.received
    assert (path, form) == ("/oauth2/token", {"grant_type": ["client_credentials"]})
    login = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert login == "client:p%3Ass+w%2Frd"  # RFC 6749, 2.3.1
    assert headers["User-Agent"] == f"milkrun-canary {USER_AGENT}"


def test_a_scope_is_requested_if_one_is_given(
    ask: Ask, milkrun: Milkrun, token_server: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_SCOPE", "milkrun/runs")
    ask(milkrun.url)
    ((_, _, form),) = token_server.received
    assert form["scope"] == ["milkrun/runs"]


def test_only_calls_about_a_run_carry_the_token(
    ask: Ask, milkrun: Milkrun, token_server: TokenServer
) -> None:
    ask(milkrun.url)
    assert [request.call for request in milkrun.received] == list(RIGHT)
    assert [request.call for request in milkrun.signed()] == list(RIGHT)[2:]
    assert {request.headers["Authorization"] for request in milkrun.signed()} == {"Bearer canary"}
    assert not any("X-Amz-Date" in request.headers for request in milkrun.received)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((401, {"error": "invalid_client"}), 'got 401 with the error "invalid_client"'),
        (
            (400, {"error": "invalid_scope", "access_token": "secret-1"}),
            'got 400 with the error "invalid_scope"',
        ),
        ((200, {"id_token": "secret-1"}), "got 200 with the error null"),
        ((200, {"access_token": ""}), "got 200 with the error null"),
        ((200, {"access_token": ["secret-1"]}), "got 200 with the error null"),
        ((200, b"secret-1"), "got 200 with the error null"),
        ((302, b""), "got 302 with the error null"),
    ],
)
def test_an_issuer_that_gives_no_token_is_reported_without_its_answer(
    ask: Ask,
    canary: ModuleType,
    milkrun: Milkrun,
    token_server: TokenServer,
    answer: tuple[int, Any],
    message: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    token_server.answer = answer
    expected = f"token: expected 200 with an access_token, {message}"
    with pytest.raises(canary.CanaryError, match=f"^{re.escape(expected)}$"):
        ask(milkrun.url)
    assert [request.call for request in milkrun.received] == list(RIGHT)[:2]
    assert "secret-1" not in caplog.text
    assert "p:ss" not in caplog.text


@pytest.mark.parametrize(
    "text", ["", "p:ss", "[]", '"p:ss"', '{"client_id": "client"}', '{"password": "p:ss"}']
)
def test_a_secret_without_a_client_is_reported_and_not_shown(
    ask: Ask,
    canary: ModuleType,
    milkrun: Milkrun,
    token_server: TokenServer,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOKEN_SECRET_ARN", keep_secret(text or " "))
    expected = "token: expected a client_id and a client_secret in the secret"
    with pytest.raises(canary.CanaryError, match=f"^{expected}$"):
        ask(milkrun.url)
    assert token_server.received == []


def test_no_token_is_requested_once_the_budget_is_spent(
    ask: Ask, canary: ModuleType, milkrun: Milkrun, token_server: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canary, "check_ready", lambda api: setattr(api, "_deadline", 0.0))
    with pytest.raises(canary.CanaryError, match=r"^token: the time for this run of the canary is used up"):
        ask(milkrun.url)
    assert token_server.received == []


def test_missing_credentials_are_reported(
    ask: Ask, canary: ModuleType, milkrun: Milkrun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canary, "get_session", lambda: type("", (), {"get_credentials": lambda _: None})())
    with pytest.raises(canary.CanaryError, match=r"^submit: there are no AWS credentials"):
        ask(milkrun.url)
