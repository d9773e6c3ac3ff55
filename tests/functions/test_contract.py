"""The functions give every answer in docs/openapi.yaml: a request for each status and code.

In this folder, `send` checks every answer, so that the functions give no other.
"""

import json
from collections.abc import Callable
from typing import Any

import health_handler
import pytest
import status_handler
import submit_handler

from milkrun.clients.redis import get_redis
from milkrun.errors import FieldError
from milkrun.http import problems
from milkrun.jobs.factory import get_jobs
from milkrun.jobs.holding import Best
from milkrun.jobs.run import Run
from milkrun.settings import get_settings
from tests.contract import document
from tools.openapi.codes import function_refusals, run_codes
from tools.openapi.operations import OPERATIONS

from .conftest import BEST, SOLUTION, Answer, Invokes, recorded, send

NOBODY = recorded("submit")["requestContext"] | {"identity": {}}
LARGE = Best(SOLUTION.replace(b'"van"', b'"' + b"v" * 6_300_000 + b'"'), 3_255, 0)


class Service:
    """The functions and everything around them."""

    def __init__(self, environment: pytest.MonkeyPatch, invokes: Invokes) -> None:
        self.environment = environment
        self._invokes = invokes

    def configure(self, **variables: str) -> "Service":
        for name, value in variables.items():
            self.environment.setenv(name, value)
        get_settings.cache_clear()
        return self

    def away(self) -> "Service":
        return self.configure(REDIS_URL="redis://127.0.0.1:1/0")

    def broken(self, *handlers: Any) -> "Service":
        def fail() -> None:
            raise ValueError("unforeseen")

        for handler, name in handlers:
            self.environment.setattr(handler, name, fail)
        return self

    def submit(self, problem: dict[str, Any] | None = None, **changes: Any) -> Answer:
        if problem is not None:
            changes["body"] = json.dumps(problem)
        return send(submit_handler, "submit", **changes)

    def pending(self) -> Run:
        self.submit()
        return self._invokes.runs[-1]

    def running(self) -> Run:
        run = self.pending()
        get_jobs().claim(run.owner, run.run_id, "t")
        return run

    def completed(self, best: Best = BEST) -> Run:
        run = self.running()
        get_jobs().complete(run.owner, run.run_id, "t", spent_ms=1, best=best)
        return run

    def cancelled(self) -> Run:
        run = self.pending()
        get_jobs().cancel(run.owner, run.run_id)
        return run

    def failed(self, code: str) -> Run:
        run = self.running()
        why = {"code": code, "detail": "It failed."}
        errors = [FieldError("$.jobs[0].location", "lies in the sea")]
        get_jobs().fail(run.owner, run.run_id, "t", **why, spent_ms=1, errors=errors)
        return run

    def in_time(self) -> Answer:
        self.environment.setattr(submit_handler, "get_invoker", lambda: self)
        return self.submit(headers={"Prefer": "wait=5"})

    def invoke(self, run: Run) -> None:
        get_jobs().claim(run.owner, run.run_id, "t")
        get_jobs().complete(run.owner, run.run_id, "t", spent_ms=1, best=BEST)

    def reused_key(self) -> Answer:
        self.submit(headers={"Idempotency-Key": "k"})
        return self.submit(problem=SMALL, headers={"Idempotency-Key": "k"})


def status(run: Run | None = None, **changes: Any) -> Answer:
    return send(status_handler, "status", run_id=run.run_id if run else None, **changes)


def result(run: Run | None = None, **changes: Any) -> Answer:
    return send(status_handler, "result", run_id=run.run_id if run else None, **changes)


def stop(run: Run | None = None, **changes: Any) -> Answer:
    return send(status_handler, "cancel", run_id=run.run_id if run else None, **changes)


def listed(**changes: Any) -> Answer:
    return send(status_handler, "list", **changes)


def last(_: object, answer: Answer) -> Answer:
    """The result of the second of two steps."""
    return answer


SMALL = {
    "vehicles": [{"id": 1, "start_index": 0}],
    "jobs": [{"id": 1, "location_index": 1}],
    "matrices": {"car": {"durations": [[0, 1], [1, 0]]}},
}
READER = (status_handler, "get_reader")
JOBS = (status_handler, "get_jobs")

Case = tuple[str, str, int, str | None]
CASES: dict[Case, Callable[[Service], Answer]] = {
    ("POST", "/optimize", 200, None): lambda it: it.in_time(),
    ("POST", "/optimize", 202, None): lambda it: it.submit(),
    ("POST", "/optimize", 400, "invalid_json"): lambda it: it.submit(body="{"),
    ("POST", "/optimize", 400, "invalid_parameter"): lambda it: it.submit(headers={"Idempotency-Key": ""}),
    ("POST", "/optimize", 401, "unauthenticated"): lambda it: it.submit(requestContext=NOBODY),
    ("POST", "/optimize", 413, "body_too_large"): lambda it: it.configure(MAX_BODY_BYTES="1000").submit(
        body=" " * 1_001
    ),
    ("POST", "/optimize", 422, "idempotency_key_reused"): lambda it: it.reused_key(),
    ("POST", "/optimize", 422, "invalid_problem"): lambda it: it.submit({}),
    ("POST", "/optimize", 422, "matrix_too_large"): lambda it: it.configure(MAX_MATRIX_CELLS="3").submit(
        SMALL
    ),
    ("POST", "/optimize", 422, "too_many_locations"): lambda it: it.configure(MAX_LOCATIONS="2").submit(),
    ("POST", "/optimize", 422, "too_many_vehicles"): lambda it: it.configure(MAX_VEHICLES="1").submit(
        {"vehicles": [{"id": 1}, {"id": 2}]}
    ),
    ("POST", "/optimize", 429, "too_many_pending_runs"): lambda it: last(
        it.configure(MAX_PENDING_PER_OWNER="1").submit(), it.submit()
    ),
    ("POST", "/optimize", 429, "too_many_bytes"): lambda it: [
        it.configure(MAX_BYTES_PER_OWNER="10000").submit() for _ in range(20)
    ][-1],
    ("POST", "/optimize", 429, "too_many_submits"): lambda it: last(
        it.configure(MAX_SUBMITS_PER_MINUTE_PER_OWNER="1").submit(), it.submit()
    ),
    ("POST", "/optimize", 500, "internal_error"): lambda it: it.broken((submit_handler, "get_jobs")).submit(),
    ("POST", "/optimize", 503, "dependency_unavailable"): lambda it: it.away().submit(),
    ("GET", "/optimize", 200, None): lambda it: last(it.pending(), listed()),
    ("GET", "/optimize", 400, "invalid_parameter"): lambda _: listed(query={"limit": "0"}),
    ("GET", "/optimize", 401, "unauthenticated"): lambda _: listed(requestContext=NOBODY),
    ("GET", "/optimize", 500, "internal_error"): lambda it: last(it.broken(READER), listed()),
    ("GET", "/optimize", 503, "dependency_unavailable"): lambda it: last(it.away(), listed()),
    ("GET", "/optimize/{run_id}/status", 200, None): lambda it: status(it.running()),
    ("GET", "/optimize/{run_id}/status", 401, "unauthenticated"): lambda _: status(requestContext=NOBODY),
    ("GET", "/optimize/{run_id}/status", 404, "run_not_found"): lambda _: status(),
    ("GET", "/optimize/{run_id}/status", 500, "internal_error"): lambda it: last(it.broken(READER), status()),
    ("GET", "/optimize/{run_id}/status", 503, "dependency_unavailable"): lambda it: last(it.away(), status()),
    ("GET", "/optimize/{run_id}/result", 200, None): lambda it: result(it.completed()),
    ("GET", "/optimize/{run_id}/result", 202, None): lambda it: result(it.running()),
    ("GET", "/optimize/{run_id}/result", 400, "invalid_parameter"): lambda _: result(query={"best": "x"}),
    ("GET", "/optimize/{run_id}/result", 401, "unauthenticated"): lambda _: result(requestContext=NOBODY),
    ("GET", "/optimize/{run_id}/result", 404, "run_not_found"): lambda _: result(),
    ("GET", "/optimize/{run_id}/result", 406, "result_too_large"): lambda it: result(it.completed(LARGE)),
    ("GET", "/optimize/{run_id}/result", 410, "run_cancelled"): lambda it: result(it.cancelled()),
    ("GET", "/optimize/{run_id}/result", 500, "internal_error"): lambda it: last(it.broken(READER), result()),
    ("GET", "/optimize/{run_id}/result", 503, "dependency_unavailable"): lambda it: last(it.away(), result()),
    ("DELETE", "/optimize/{run_id}", 202, None): lambda it: stop(it.running()),
    ("DELETE", "/optimize/{run_id}", 204, None): lambda it: stop(it.completed(), query={"erase": "true"}),
    ("DELETE", "/optimize/{run_id}", 400, "invalid_parameter"): lambda _: stop(query={"erase": "x"}),
    ("DELETE", "/optimize/{run_id}", 401, "unauthenticated"): lambda _: stop(requestContext=NOBODY),
    ("DELETE", "/optimize/{run_id}", 404, "run_not_found"): lambda _: stop(),
    ("DELETE", "/optimize/{run_id}", 500, "internal_error"): lambda it: last(it.broken(JOBS), stop()),
    ("DELETE", "/optimize/{run_id}", 503, "dependency_unavailable"): lambda it: last(it.away(), stop()),
    ("GET", "/health", 200, None): lambda _: send(health_handler, "health"),
    ("GET", "/health", 500, "internal_error"): lambda it: last(
        it.broken((health_handler._UPTIME, "seconds")), send(health_handler, "health")
    ),
    ("GET", "/ready", 200, None): lambda _: send(health_handler, "ready"),
    ("GET", "/ready", 500, "internal_error"): lambda it: last(
        it.broken((health_handler, "get_probe")), send(health_handler, "ready")
    ),
    ("GET", "/ready", 503, None): lambda it: last(it.away(), send(health_handler, "ready")),
}
CASES |= {
    ("GET", "/optimize/{run_id}/result", 409, code): lambda it, code=code: result(it.failed(code))  # type: ignore[misc]
    for code in run_codes()
}


@pytest.fixture
def service(environment: pytest.MonkeyPatch, invokes: Invokes) -> Service:
    health_handler.get_probe.cache_clear()
    get_redis.cache_clear()
    return Service(environment, invokes)


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(map(str, case)))
def test_the_functions_give_the_documented_answer(case: Case, service: Service) -> None:
    answer = CASES[case](service)
    is_problem = answer.headers.get("Content-Type") == problems.CONTENT_TYPE
    assert (answer.status, answer.body["code"] if is_problem else None) == case[2:]


def test_every_documented_answer_has_a_request() -> None:
    promised: set[Case] = set()
    for (method, path), operation in OPERATIONS.items():
        promised |= {(method, path, answer.status, None) for answer in operation.answers}
        promised |= {(method, path, it.status, it.code) for it in function_refusals(operation.errors)}
    assert set(CASES) == promised
    assert {(method, path, str(status)) for method, path, status, _ in promised} <= {
        (method.upper(), path, status)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        for status in operation["responses"]
    }
