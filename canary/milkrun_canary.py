"""A CloudWatch Synthetics canary: calls Milkrun as its callers do, up to the result of a small run.

The stack sets API_URL (without a slash at its end) and SIGNED_RUN, which is "true" if callers sign their
requests. The canary then signs with its role. If callers bring tokens of an issuer, the canary gets one from
TOKEN_URL for TOKEN_SCOPE with the client credentials grant (RFC 6749). It reads `client_id` and
`client_secret` from the secret TOKEN_SECRET_ARN. Without TOKEN_URL it has no token, so it logs that and stops
after /ready.

The Synthetics library's `execute_step` asks a browser for its address and fails without one. So each step is
named in the error instead, which the canary's report shows.
"""

import base64
import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode, urljoin

from aws_synthetics.common import synthetics_logger as logger
from aws_synthetics.selenium import synthetics_webdriver
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.httpsession import URLLib3Session
from botocore.session import get_session

BUDGET = 50.0  # seconds for all steps together
CONNECT_LIMIT, READ_LIMIT = 5.0, 20.0  # seconds of a call; the last one may exceed the budget
WAIT = 10  # seconds for `Prefer: wait`

JOBS = [1, 2, 3]
PROBLEM = {
    "vehicles": [{"id": 1, "start": [7.4197, 43.7311], "end": [7.4197, 43.7311], "capacity": [3]}],
    "jobs": [
        {"id": 1, "location": [7.4246, 43.7384], "delivery": [1], "service": 300},
        {"id": 2, "location": [7.4278, 43.7396], "delivery": [1], "service": 300},
        {"id": 3, "location": [7.4145, 43.7276], "delivery": [1], "service": 300},
    ],
    "options": {"time_limit": 1},
}


class CanaryError(Exception):
    """A step failed. The message says what was expected and what came instead."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. `str` shortens it for messages."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __str__(self) -> str:
        return f"{self.status} {self.body[:500].decode(errors='replace')}"

    def json(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        with suppress(ValueError):
            if isinstance(value := json.loads(self.body), dict):
                return value
        raise CanaryError(f"expected a JSON object, got {self}")


class Api:
    """Milkrun's API, as a caller sees it. Once `budget` seconds are spent, calls raise CanaryError."""

    def __init__(self, url: str, budget: float) -> None:
        self.url = url
        self._deadline = time.monotonic() + budget
        self._session = URLLib3Session(timeout=(CONNECT_LIMIT, READ_LIMIT))  # type: ignore[arg-type]
        self._headers = {
            "User-Agent": f"milkrun-canary {synthetics_webdriver.get_canary_user_agent_string()}",
            "X-Correlation-ID": f"canary-{uuid.uuid4()}",
        }
        self._token = ""
        logger.info("correlation id: %s", self._headers["X-Correlation-ID"])

    def use_token(self, url: str, secret_arn: str, scope: str) -> None:
        """Gets a token from `url` for all later calls of a caller.

        No error quotes the whole answer, which may contain a token.
        """
        self._keep_to_budget(f"a request for {secret_arn}")
        client_id, client_secret = read_secret(secret_arn)
        login = f"{quote_plus(client_id)}:{quote_plus(client_secret)}".encode()
        form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
        headers = {
            "Accept": "application/json",
            "Authorization": f"Basic {base64.b64encode(login).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": self._headers["User-Agent"],
        }
        answer = self._send(AWSRequest("POST", url, headers, urlencode(form).encode()))
        members: dict[str, Any] = {}
        with suppress(CanaryError):
            members = answer.json()
        token = members.get("access_token")
        if answer.status != 200 or not isinstance(token, str) or not token:
            told = json.dumps(members.get("error"))[:100]
            raise CanaryError(f"expected 200 with an access_token, got {answer.status} with the error {told}")
        self._token = token

    def get(self, path: str) -> Answer:
        """Sends a GET without credentials."""
        return self._send(AWSRequest("GET", self.url + path, self._headers))

    def as_caller(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        late: bool = False,
    ) -> Answer:
        """Sends a call with the token, or signed by the canary's role. `late` ignores the budget."""
        request = AWSRequest(method, url, {**self._headers, **(headers or {})}, body)
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        else:
            credentials = get_session().get_credentials()
            if credentials is None:
                raise CanaryError("there are no AWS credentials to sign the request with")
            SigV4Auth(credentials, "execute-api", os.environ["AWS_REGION"]).add_auth(request)
        return self._send(request, late=late)

    def _keep_to_budget(self, what: str) -> None:
        if time.monotonic() > self._deadline:
            raise CanaryError(f"the time for this run of the canary is used up; {what} was not sent")

    def _send(self, request: AWSRequest, *, late: bool = False) -> Answer:
        if not late:
            self._keep_to_budget(f"{request.method} {request.url}")
        answer = self._session.send(request.prepare())
        return Answer(answer.status_code, answer.headers, answer.content)


def read_secret(arn: str) -> tuple[str, str]:
    """`client_id` and `client_secret` from a secret, in the region that its ARN names."""
    once = Config(connect_timeout=CONNECT_LIMIT, read_timeout=READ_LIMIT, retries={"total_max_attempts": 1})
    secrets: Any = get_session().create_client("secretsmanager", region_name=arn.split(":")[3], config=once)
    text = secrets.get_secret_value(SecretId=arn).get("SecretString", "")
    with suppress(ValueError, TypeError, KeyError):
        members = json.loads(text)
        return str(members["client_id"]), str(members["client_secret"])
    raise CanaryError("expected a client_id and a client_secret in the secret")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Names the step in errors raised inside."""
    started = time.monotonic()
    try:
        yield
    except Exception as error:
        logger.error("%s: %s", name, error)
        raise CanaryError(f"{name}: {error}") from error
    logger.info("%s: ok after %.2f s", name, time.monotonic() - started)


def expect(right: bool, what: str, answer: Answer) -> None:
    """Raises CanaryError unless `right`."""
    if not right:
        raise CanaryError(f"expected {what}, got {answer}")


def check_health(api: Api) -> None:
    """Checks that the process answers with the fields that monitors rely on."""
    answer = api.get("/health")
    expect(answer.status == 200, "200", answer)
    health = answer.json()
    expect(health.get("status") == "ok", '"status": "ok"', answer)
    expect(bool(health.get("version")), "a version", answer)
    expect(health.get("uptime_seconds", -1) >= 0, "uptime_seconds", answer)
    timestamp = datetime.fromisoformat(str(health.get("timestamp")))
    expect(timestamp.utcoffset() is not None, "a timestamp with its time zone", answer)


def check_ready(api: Api) -> None:
    """Checks that Redis is up, and Neo4j if there is one."""
    answer = api.get("/ready")
    expect(answer.status == 200, "200", answer)
    ready = answer.json()
    states = ready.get("dependencies", {})
    expect(ready.get("status") == "ready", '"status": "ready"', answer)
    expect(states.get("redis") == "ok", "redis to be ok", answer)
    expect(states.get("neo4j") in ("ok", "not configured"), "neo4j to be ok or not configured", answer)


def submit(api: Api) -> str:
    """Submits the problem; returns the URL of its run."""
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": f"canary-{uuid.uuid4()}",
        "Prefer": f"wait={WAIT}",
    }
    answer = api.as_caller("POST", f"{api.url}/optimize", headers, json.dumps(PROBLEM).encode())
    expect(answer.status in (200, 202), "200 or 202", answer)
    location = answer.headers.get("Location", "")
    expect(location.endswith("/status"), "the address of the run's status in Location", answer)
    return urljoin(api.url, location).removesuffix("/status")


def wait_for_end(api: Api, run: str) -> None:
    """Waits until the run is completed."""
    while True:
        answer = api.as_caller("GET", f"{run}/status", {"Prefer": f"wait={WAIT}"})
        expect(answer.status == 200, "200", answer)
        status = answer.json().get("status")
        if status == "completed":
            return
        expect(status in ("pending", "running"), "a run on its way to completed", answer)
        time.sleep(0.5)  # a waiting call returns early if the run changes


def check_result(api: Api, run: str) -> None:
    """Checks that the routes serve every job once."""
    answer = api.as_caller("GET", f"{run}/result")
    expect(answer.status == 200, "200", answer)
    result = answer.json()
    steps = [stop for route in result.get("routes", []) for stop in route["steps"]]
    served = sorted(stop["id"] for stop in steps if stop["type"] == "job")
    expect(served == JOBS, f"jobs {JOBS} to be served", answer)
    expect(result.get("unassigned") == [], "nothing unassigned", answer)


def erase(api: Api, run: str) -> None:
    """Erases the run."""
    answer = api.as_caller("DELETE", f"{run}?erase=true", late=True)
    expect(answer.status == 204, "204", answer)


def check_run(api: Api) -> None:
    """Takes a run from submit to result, then erases it."""
    with step("submit"):
        run = submit(api)
    try:
        with step("completion"):
            wait_for_end(api, run)
        with step("result"):
            check_result(api, run)
    except CanaryError:
        with suppress(Exception):  # the first failure is the one to report
            erase(api, run)
        raise
    with step("erase"):
        erase(api, run)


def handler(event: object, context: object) -> None:  # noqa: ARG001
    """Entry point. Raises CanaryError, which turns the canary red, unless everything is as expected."""
    api = Api(os.environ["API_URL"], BUDGET)
    with step("health"):
        check_health(api)
    with step("ready"):
        check_ready(api)
    if token_url := os.environ.get("TOKEN_URL"):
        with step("token"):
            api.use_token(token_url, os.environ["TOKEN_SECRET_ARN"], os.environ.get("TOKEN_SCOPE", ""))
    elif os.environ["SIGNED_RUN"] != "true":
        logger.info("no run is submitted: callers use tokens, and the canary has none")
        return
    check_run(api)
