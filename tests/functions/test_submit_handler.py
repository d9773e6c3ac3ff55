import base64
import gzip
import json

import pytest
import submit_handler
from ulid import ULID

from milkrun.clients.redis import connect
from milkrun.jobs.factory import get_jobs
from milkrun.jobs.holding import Best
from milkrun.jobs.reader import RunReader
from milkrun.jobs.run import Run
from tests.telemetry import Telemetry

from .conftest import BEST, SOLUTION, Invokes, recorded, send

pytestmark = pytest.mark.usefixtures("invokes")


def test_a_problem_is_accepted_with_the_status_of_its_run() -> None:
    answer = send(submit_handler, "submit")
    assert answer.status == 202
    assert answer.body["status"] == "pending"
    assert str(ULID.from_str(answer.body["run_id"])) == answer.body["run_id"]
    assert answer.headers["Retry-After"] == "1"


def test_the_location_keeps_the_stage_prefix() -> None:
    answer = send(submit_handler, "submit")
    assert answer.headers["Location"] == f"/v1/optimize/{answer.body['run_id']}/status"


def test_a_worker_is_invoked_for_it(invokes: Invokes) -> None:
    answer = send(submit_handler, "submit")
    assert [run.run_id for run in invokes.runs] == [answer.body["run_id"]]
    assert invokes.runs[0].correlation_id == answer.headers["X-Correlation-ID"]


def test_a_run_whose_invoke_fails_is_still_accepted(invokes: Invokes) -> None:
    invokes.failure = "ReadTimeoutError"
    assert send(submit_handler, "submit").status == 202


def test_the_correlation_id_is_the_caller_s() -> None:
    answer = send(submit_handler, "submit", headers={"X-Correlation-ID": "order-7"})
    assert answer.headers["X-Correlation-ID"] == "order-7"
    assert answer.body["correlation_id"] == "order-7"


def test_a_key_replays_its_run_and_starts_no_second_worker(invokes: Invokes) -> None:
    first = send(submit_handler, "submit", headers={"Idempotency-Key": "k"})
    again = send(submit_handler, "submit", headers={"Idempotency-Key": "k"})
    assert (again.status, again.headers["Idempotency-Replayed"]) == (202, "true")
    assert again.body["run_id"] == first.body["run_id"]
    assert "Idempotency-Replayed" not in first.headers
    assert len(invokes.runs) == 1


def test_a_key_with_another_body_is_refused() -> None:
    send(submit_handler, "submit", headers={"Idempotency-Key": "k"})
    other = json.loads(recorded("submit")["body"]) | {"options": {"time_limit": 7}}
    answer = send(submit_handler, "submit", headers={"Idempotency-Key": "k"}, body=json.dumps(other))
    assert (answer.status, answer.body["code"]) == (422, "idempotency_key_reused")


def test_a_bad_body_is_a_problem_that_names_the_field() -> None:
    answer = send(submit_handler, "submit", body='{"vehicles": [{"id": 1, "start": [0, 99]}], "jobs": []}')
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["errors"][0]["loc"] == "$.vehicles[0].start[1]"
    assert answer.body["correlation_id"] == answer.headers["X-Correlation-ID"]


@pytest.mark.parametrize("body", ["", "{", "no json"])
def test_a_body_that_is_not_json_is_400(body: str) -> None:
    answer = send(submit_handler, "submit", body=body)
    assert (answer.status, answer.body["code"]) == (400, "invalid_json")


def test_a_bad_idempotency_key_is_400() -> None:
    answer = send(submit_handler, "submit", headers={"Idempotency-Key": "x" * 300})
    assert (answer.status, answer.body["code"]) == (400, "invalid_parameter")


def test_a_gzipped_body_is_accepted() -> None:
    body = base64.b64encode(gzip.compress(recorded("submit")["body"].encode())).decode()
    assert send(submit_handler, "submit", body=body, isBase64Encoded=True).status == 202


def test_a_body_over_the_limit_is_413(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MAX_BODY_BYTES", "1000")
    answer = send(submit_handler, "submit", body=" " * 1_001)
    assert (answer.status, answer.body["code"]) == (413, "body_too_large")


def test_too_many_pending_runs_are_429(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MAX_PENDING_PER_OWNER", "1")
    send(submit_handler, "submit")
    answer = send(submit_handler, "submit")
    assert (answer.status, answer.body["code"]) == (429, "too_many_pending_runs")
    assert "Retry-After" in answer.headers


def test_without_redis_it_is_503_and_says_which(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    answer = send(submit_handler, "submit")
    assert answer.status == 503
    assert answer.body["dependencies"] == {"redis": "down: connection refused"}
    assert "127.0.0.1" not in json.dumps(answer.body)
    assert "Retry-After" in answer.headers


def works_at_once(best: Best) -> type:
    """An invoker whose worker finds these routes at once."""

    class WorksAtOnce:
        def invoke(self, run: Run) -> None:
            get_jobs().claim(run.owner, run.run_id, "t")
            get_jobs().complete(run.owner, run.run_id, "t", spent_ms=1, best=best)

    return WorksAtOnce


def test_a_run_that_ends_in_time_answers_with_its_result(environment: pytest.MonkeyPatch) -> None:
    environment.setattr(submit_handler, "get_invoker", works_at_once(BEST))
    answer = send(submit_handler, "submit", headers={"Prefer": "wait=5"})
    assert (answer.status, answer.body) == (200, json.loads(SOLUTION))
    assert answer.headers["Preference-Applied"] == "wait=5"
    location = answer.headers["Location"]
    assert answer.headers["Content-Location"] == location.removesuffix("status") + "result"


def test_a_result_in_time_has_the_form_that_is_accepted(environment: pytest.MonkeyPatch) -> None:
    environment.setattr(submit_handler, "get_invoker", works_at_once(BEST))
    headers = {"Prefer": "wait=5", "Accept": "application/gzip"}
    answer = send(submit_handler, "submit", headers=headers)
    assert (answer.headers["Content-Type"], answer.body) == ("application/gzip", json.loads(SOLUTION))


def test_the_status_is_returned_if_the_result_is_too_large(
    environment: pytest.MonkeyPatch,
) -> None:
    large = json.loads(SOLUTION) | {"unassigned": [{"id": 1, "type": "job", "description": "x" * 6_300_000}]}
    invoker = works_at_once(Best(json.dumps(large).encode(), 3_255, 1))
    environment.setattr(submit_handler, "get_invoker", invoker)
    answer = send(submit_handler, "submit", headers={"Prefer": "wait=5"})
    assert (answer.status, answer.body["status"]) == (202, "completed")
    assert "Location" in answer.headers


def test_a_run_that_does_not_end_in_time_is_accepted() -> None:
    answer = send(submit_handler, "submit", headers={"Prefer": "wait=1"})
    assert (answer.status, answer.body["status"]) == (202, "pending")


def test_a_run_that_fails_in_time_is_reported_with_its_location(environment: pytest.MonkeyPatch) -> None:
    class FailsAtOnce:
        def invoke(self, run: Run) -> None:
            get_jobs().claim(run.owner, run.run_id, "t")
            get_jobs().fail(run.owner, run.run_id, "t", code="worker_lost", detail="Lost.", spent_ms=1)

    environment.setattr(submit_handler, "get_invoker", FailsAtOnce)
    answer = send(submit_handler, "submit", headers={"Prefer": "wait=5"})
    assert (answer.status, answer.body["error"]["code"]) == (202, "worker_lost")
    assert "Location" in answer.headers
    assert "Retry-After" not in answer.headers


def test_a_stored_run_is_acknowledged_although_redis_becomes_unavailable(
    environment: pytest.MonkeyPatch,
) -> None:
    away = RunReader(connect("redis://127.0.0.1:1/0"))
    environment.setattr(submit_handler, "get_reader", lambda: away)
    answer = send(submit_handler, "submit", headers={"Prefer": "wait=5"})
    assert (answer.status, answer.body["status"]) == (202, "pending")
    assert "Location" in answer.headers


def test_a_redis_that_becomes_unavailable_while_a_call_waits_is_logged(
    environment: pytest.MonkeyPatch, telemetry: Telemetry
) -> None:
    away = RunReader(connect("redis://127.0.0.1:1/0"))
    environment.setattr(submit_handler, "get_reader", lambda: away)
    assert send(submit_handler, "submit", headers={"Prefer": "wait=5"}).status == 202
    (line,) = (line for line in telemetry.lines() if "dependency" in line)
    assert (line["dependency"], line["reason"]) == ("redis", "connection refused")


def test_without_its_replicas_a_run_is_not_acknowledged_and_no_worker_is_started(
    environment: pytest.MonkeyPatch, invokes: Invokes
) -> None:
    environment.setenv("REDIS_MIN_REPLICAS", "1")
    for key in ({"Idempotency-Key": "k"}, {}):
        answer = send(submit_handler, "submit", headers=key)
        assert (answer.status, answer.body["dependencies"]) == (503, {"redis": "down: too few replicas"})
    assert invokes.runs == []


def test_an_unauthenticated_caller_is_401() -> None:
    context = recorded("submit")["requestContext"] | {"identity": {}}
    answer = send(submit_handler, "submit", requestContext=context)
    assert (answer.status, answer.body["code"]) == (401, "unauthenticated")


def test_an_unknown_route_is_a_problem() -> None:
    answer = send(submit_handler, "submit", path="/elsewhere")
    assert (answer.status, answer.body["code"]) == (404, "route_not_found")


def test_an_unforeseen_error_shows_nothing(environment: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ValueError("secret")

    environment.setattr(submit_handler, "get_jobs", broken)
    answer = send(submit_handler, "submit")
    assert (answer.status, answer.body["code"]) == (500, "internal_error")
    assert "secret" not in json.dumps(answer.body)
