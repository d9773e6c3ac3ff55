"""Recorded API Gateway events, sent to the real handlers over a real Valkey."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from milkrun.clients import lambdas, neo4j, redis
from milkrun.jobs import factory
from milkrun.jobs.holding import Best
from milkrun.jobs.run import Run
from milkrun.settings import get_settings
from tests.contract import breaches
from tests.packets import sent  # noqa: F401 (a fixture)
from tests.telemetry import telemetry  # noqa: F401 (a fixture)

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"
SOLUTION = (ROOT / "tools/openapi/solution.json").read_bytes()
"""The id of the recorded problem's run."""
BEST = Best(SOLUTION, 3_255, 0)
CACHED: list[Callable[..., Any]] = [
    get_settings,
    redis.get_redis,
    neo4j.get_neo4j,
    lambdas.get_lambda,
    lambdas.get_invoker,
    factory.get_jobs,
    factory.get_reader,
    factory.get_waiting_calls,
]


@dataclass
class Context:
    """The context that Lambda passes to a function beside the event."""

    function_name: str = "milkrun"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:milkrun"
    aws_request_id: str = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@dataclass
class Answer:
    """An answer of the API, parsed."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Invokes:
    """Stands in for Lambda."""

    runs: list[Run] = field(default_factory=list)
    failure: str | None = None

    def invoke(self, run: Run) -> str | None:
        self.runs.append(run)
        return self.failure


def recorded(name: str) -> dict[str, Any]:
    """A recorded event."""
    return json.loads((EVENTS / f"{name}.json").read_text())  # type: ignore[no-any-return]


def send(
    handler: ModuleType,
    name: str,
    *,
    body: str | None = None,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    run_id: str | None = None,
    **changes: Any,
) -> Answer:
    """Sends a recorded event with some parts changed. Every answer must keep the contract."""
    event = recorded(name) | changes
    if body is not None:
        event["body"] = body
    if run_id is not None:
        for place in (event, event["requestContext"]):
            place["path"] = place["path"].replace(event["pathParameters"]["run_id"], run_id)
        event["pathParameters"] = {"run_id": run_id}
    for name_, value in (headers or {}).items():
        event["headers"][name_] = value
        event["multiValueHeaders"][name_] = [value]
    if query is not None:
        event["queryStringParameters"] = query
        event["multiValueQueryStringParameters"] = {key: [value] for key, value in query.items()}
    response = handler.lambda_handler(event, Context())
    answer = read(response)
    assert breaches(event["httpMethod"], event["resource"], answer.status, answer.headers, answer.body) == []
    return answer


def read(response: dict[str, Any]) -> Answer:
    """A function's answer as the caller gets it, with a gzip file unpacked."""
    flat = {key: values[0] for key, values in response["multiValueHeaders"].items()}
    text: Any = response.get("body")
    if response["isBase64Encoded"]:
        text = gzip.decompress(base64.b64decode(text))
    return Answer(response["statusCode"], flat, json.loads(text) if text else None)


def forget() -> None:
    """Clears every cached factory."""
    for factory_ in CACHED:
        factory_.cache_clear()  # type: ignore[attr-defined]


@pytest.fixture
def environment(empty_valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The environment of a function with an empty Valkey. Change it before the first call."""
    monkeypatch.setenv("REDIS_URL", empty_valkey_url)
    monkeypatch.setenv("WORKER_FUNCTION", "worker")
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    for name in ("NEO4J_URI", "AWS_SAM_LOCAL"):
        monkeypatch.delenv(name, raising=False)
    forget()
    yield monkeypatch
    forget()


@pytest.fixture
def invokes(environment: pytest.MonkeyPatch) -> Invokes:
    """Records for which runs a worker was invoked, in place of Lambda."""
    import submit_handler

    invokes = Invokes()
    environment.setattr(submit_handler, "get_invoker", lambda: invokes)
    return invokes
