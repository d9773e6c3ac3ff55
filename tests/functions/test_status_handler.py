import base64
import json
import random
from collections.abc import Callable

import pytest
import status_handler
import submit_handler

from milkrun.errors import FieldError
from milkrun.jobs.factory import get_jobs, get_reader
from milkrun.jobs.holding import Best
from milkrun.jobs.run import Run
from milkrun.runs import wait

from .conftest import BEST, SOLUTION, Answer, Context, Invokes, recorded, send


@pytest.fixture
def run(invokes: Invokes) -> Run:
    """A pending run of the recorded caller."""
    send(submit_handler, "submit")
    return invokes.runs[0]


@pytest.fixture
def running(run: Run) -> Run:
    get_jobs().claim(run.owner, run.run_id, "t")
    return run


@pytest.fixture
def completed(running: Run) -> Run:
    get_jobs().complete(running.owner, running.run_id, "t", spent_ms=1_000, best=BEST)
    return running


@pytest.fixture
def at_the_gateway_s_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function with as much time as the gateway allows."""
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda _: 28_970)


def status(run: Run, **changes: object) -> Answer:
    return send(status_handler, "status", run_id=run.run_id, **changes)  # type: ignore[arg-type]


def result(run: Run, **changes: object) -> Answer:
    return send(status_handler, "result", run_id=run.run_id, **changes)  # type: ignore[arg-type]


def cancel(run: Run, **changes: object) -> Answer:
    return send(status_handler, "cancel", run_id=run.run_id, **changes)  # type: ignore[arg-type]


def test_the_status_has_every_field_of_the_contract(run: Run) -> None:
    answer = status(run)
    assert answer.status == 200
    promised = (
        "run_id status progress error created_at started_at finished_at attempt best_cost best_unassigned"
    )
    assert set(promised.split()) <= set(answer.body)
    assert answer.body["created_at"].endswith("Z")
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.usefixtures("at_the_gateway_s_limit")
def test_the_longest_promised_wait_is_accepted(completed: Run) -> None:
    answer = status(completed, headers={"Prefer": "wait=25"})
    assert answer.headers["Preference-Applied"] == "wait=25"


def test_preferences_may_come_in_separate_headers(completed: Run) -> None:
    several = {**recorded("status")["multiValueHeaders"], "Prefer": ["wait=7", "respond-async"]}
    answer = status(completed, multiValueHeaders=several)
    assert answer.headers["Preference-Applied"] == "wait=7"


def test_an_ended_run_has_no_retry_after(completed: Run) -> None:
    answer = status(completed)
    assert (answer.body["status"], answer.body["progress"]) == ("completed", 1.0)
    assert "Retry-After" not in answer.headers


def test_waiting_answers_when_the_seconds_are_over(run: Run) -> None:
    answer = status(run, headers={"Prefer": "wait=1"})
    assert (answer.status, answer.headers["Preference-Applied"]) == (200, "wait=1")


def test_no_wait_is_longer_than_the_invocation(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda _: 4_400)
    answer = status(run, headers={"Prefer": "wait=20"})
    assert answer.status == 200
    assert "Preference-Applied" not in answer.headers


def test_a_result_is_202_before_there_is_one(running: Run) -> None:
    answer = result(running)
    assert (answer.status, answer.headers["Retry-After"]) == (202, "1")


def test_a_result_is_waited_for(running: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def completes(*_: object, **__: object) -> Run:
        get_jobs().complete(running.owner, running.run_id, "t", spent_ms=1_000, best=BEST)
        return running

    monkeypatch.setattr(wait, "wait_until", completes)
    answer = result(running, headers={"Prefer": "wait=20"})
    assert (answer.status, answer.headers["Preference-Applied"]) == (200, "wait=20")


def test_a_wait_for_the_best_so_far_ends_with_the_first_routes(running: Run) -> None:
    get_jobs().renew(running.owner, running.run_id, "t", progress=0.5, spent_ms=1, best=BEST)
    answer = result(running, query={"best": "true"}, headers={"Prefer": "wait=20"})
    assert answer.status == 200
    assert wait.has_routes(get_reader().status(running.owner, running.run_id))
    assert not wait.has_routes(running)


def test_caches_learn_that_the_form_depends_on_accept(completed: Run) -> None:
    answer = result(completed, headers={"Accept": "application/geo+json;q=0, */*"})
    assert (answer.headers["Content-Type"], answer.headers["Vary"]) == ("application/json", "Accept")


def test_the_best_so_far_is_given_when_asked_for(running: Run) -> None:
    get_jobs().renew(running.owner, running.run_id, "t", progress=0.5, spent_ms=1, best=BEST)
    assert result(running, query={"best": "false"}).status == 202
    answer = result(running, query={"best": "true"})
    assert (answer.status, answer.body) == (200, json.loads(SOLUTION))


def test_the_best_of_a_failed_run_is_given_when_asked_for(running: Run) -> None:
    get_jobs().renew(running.owner, running.run_id, "t", progress=0.5, spent_ms=1, best=BEST)
    get_jobs().fail(running.owner, running.run_id, "t", code="worker_lost", detail="Lost.", spent_ms=1)
    answer = result(running, query={"best": "false"})
    assert (answer.status, answer.body["code"]) == (409, "worker_lost")
    answer = result(running, query={"best": "true"})
    assert (answer.status, answer.body) == (200, json.loads(SOLUTION))


def test_a_failed_run_without_any_routes_has_no_best(running: Run) -> None:
    get_jobs().fail(running.owner, running.run_id, "t", code="worker_lost", detail="Lost.", spent_ms=1)
    answer = result(running, query={"best": "true"})
    assert (answer.status, answer.body["code"]) == (409, "worker_lost")


def test_a_result_is_given_once_completed(completed: Run) -> None:
    assert result(completed).body == json.loads(SOLUTION)


def test_a_result_is_geojson_for_those_who_accept_it(completed: Run) -> None:
    answer = result(completed, headers={"Accept": "application/geo+json"})
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/geo+json")
    assert [feature["geometry"]["type"] for feature in answer.body["features"]] == [
        "LineString",
        *["Point"] * 4,
    ]


@pytest.mark.parametrize("accept", ["application/gzip", "Application/GZIP;q=1, application/json"])
def test_a_result_is_a_gzip_file_for_those_who_accept_one_first(completed: Run, accept: str) -> None:
    answer = result(completed, headers={"Accept": accept})
    assert (answer.headers["Content-Type"], answer.body) == ("application/gzip", json.loads(SOLUTION))


def test_a_gzip_file_may_hold_geojson(completed: Run) -> None:
    answer = result(completed, headers={"Accept": "application/gzip, application/geo+json"})
    assert (answer.headers["Content-Type"], answer.body["type"]) == ("application/gzip", "FeatureCollection")


def test_a_caller_that_prefers_json_to_gzip_gets_json(completed: Run) -> None:
    answer = result(completed, headers={"Accept": "application/json, application/gzip"})
    assert answer.headers["Content-Type"] == "application/json"


@pytest.fixture
def large(running: Run) -> Run:
    """A run with a result that exceeds Lambda's limit."""
    best = Best(padded(6_300_000), 3_255, 0)
    get_jobs().complete(running.owner, running.run_id, "t", spent_ms=1, best=best)
    return running


def padded(size: int, text: str = "x") -> bytes:
    """A solution with at least this many bytes."""
    solution = json.loads(SOLUTION)
    solution["routes"][0]["description"] = text * (size // len(text))
    return json.dumps(solution).encode()


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/json, application/gzip"])
def test_a_result_over_the_limit_is_406_that_says_how_to_get_it(large: Run, accept: str) -> None:
    answer = result(large, headers={"Accept": accept})
    assert (answer.status, answer.body["code"]) == (406, "result_too_large")
    assert "`Accept: application/gzip`" in answer.body["detail"]


def test_a_result_over_the_limit_is_available_as_a_gzip_file(large: Run) -> None:
    answer = result(large, headers={"Accept": "application/gzip"})
    assert answer.status == 200
    assert len(answer.body["routes"][0]["description"]) == 6_300_000


def test_quotes_count_as_lambda_counts_them(running: Run) -> None:
    best = Best(padded(2_000_000, '"'), 3_255, 0)  # four million bytes become eight in a JSON string
    get_jobs().complete(running.owner, running.run_id, "t", spent_ms=1, best=best)
    assert result(running).status == 406


def test_a_result_that_is_too_large_even_as_gzip_is_406_too(running: Run) -> None:
    noise = base64.b64encode(random.Random(1).randbytes(6_000_000)).decode()
    best = Best(padded(len(noise), noise), 3_255, 0)
    get_jobs().complete(running.owner, running.run_id, "t", spent_ms=1, best=best)
    answer = result(running, headers={"Accept": "application/gzip"})
    assert (answer.status, answer.body["code"]) == (406, "result_too_large")
    assert "even as gzip" in answer.body["detail"]


def test_a_failed_run_is_409_with_its_own_code(running: Run) -> None:
    get_jobs().fail(running.owner, running.run_id, "t", code="network_not_found", detail="None.", spent_ms=1)
    answer = result(running)
    assert (answer.status, answer.body["code"], answer.body["detail"]) == (409, "network_not_found", "None.")
    assert status(running).body["error"] == {"code": "network_not_found", "detail": "None."}


def test_a_failed_run_names_every_field_at_fault(running: Run) -> None:
    fields = [FieldError(f"$.jobs[{n}].location", "lies in the sea") for n in (1, 2, 3)]
    get_jobs().fail(
        running.owner,
        running.run_id,
        "t",
        code="location_off_network",
        detail="Three.",
        spent_ms=1,
        errors=fields,
    )
    told = [{"loc": loc, "message": message} for loc, message in fields]
    assert result(running).body["errors"] == told
    assert status(running).body["error"]["errors"] == told


def test_a_pending_run_is_cancelled_and_its_result_gone(run: Run) -> None:
    answer = cancel(run)
    assert (answer.status, answer.body["status"]) == (202, "cancelled")
    gone = result(run)
    assert (gone.status, gone.body["code"]) == (410, "run_cancelled")


def test_a_running_run_is_asked_to_stop(running: Run) -> None:
    assert cancel(running).body["status"] == "running"
    assert get_jobs().renew(running.owner, running.run_id, "t", progress=0, spent_ms=0, best=None) is True


def test_cancelling_an_ended_run_changes_nothing(completed: Run) -> None:
    before = status(completed).body
    assert cancel(completed).status == 202
    assert status(completed).body == before


def test_erasing_leaves_nothing(completed: Run) -> None:
    answer = cancel(completed, query={"erase": "true"})
    assert (answer.status, answer.body) == (204, None)
    assert status(completed).status == 404
    assert send(status_handler, "list").body == {"runs": [], "next": None}


@pytest.mark.parametrize("call", [status, result, cancel])
def test_another_caller_s_run_does_not_exist(call: Callable[..., Answer], completed: Run) -> None:
    context = recorded("status")["requestContext"]
    context["identity"] = {"userArn": "arn:aws:iam::123456789012:user/eve"}
    event = {status: "status", result: "result", cancel: "cancel"}[call]
    theirs = recorded(event)["requestContext"] | {"identity": context["identity"]}
    answer = call(completed, requestContext=theirs)
    assert (answer.status, answer.body["code"]) == (404, "run_not_found")


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("run_id", ["01KAS2V9N8QWERT5Y6ZXCVBNM0", "x", "..", "01kas2v9n8qwert5y6zxcvbnm0"])
def test_a_run_that_never_was_is_404(run_id: str) -> None:
    answer = send(status_handler, "status", run_id=run_id)
    assert (answer.status, answer.body["code"]) == (404, "run_not_found")


def test_the_list_has_the_caller_s_runs_newest_first(invokes: Invokes) -> None:
    for _ in range(3):
        send(submit_handler, "submit")
    expected = sorted((run.run_id for run in invokes.runs), reverse=True)
    first = send(status_handler, "list", query={"limit": "2"}).body
    rest = send(status_handler, "list", query={"limit": "2", "cursor": first["next"]}).body
    assert [run["run_id"] for run in first["runs"] + rest["runs"]] == expected
    assert rest["next"] is None


def test_the_list_can_be_of_one_status(completed: Run) -> None:
    send(submit_handler, "submit")
    runs = send(status_handler, "list", query={"status": "completed"}).body["runs"]
    assert [run["run_id"] for run in runs] == [completed.run_id]


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"status": "sleeping"}, "status"),
        ({"cursor": "x"}, "cursor"),
    ],
)
def test_a_bad_query_parameter_is_named(query: dict[str, str], name: str) -> None:
    answer = send(status_handler, "list", query=query)
    assert (answer.status, answer.body["code"]) == (400, "invalid_parameter")
    assert f"`{name}`" in answer.body["detail"]


@pytest.mark.parametrize(("call", "name"), [(result, "best"), (cancel, "erase")])
def test_a_bad_flag_is_named(call: Callable[..., Answer], name: str, run: Run) -> None:
    answer = call(run, query={name: "maybe"})
    assert (answer.status, answer.body["code"]) == (400, "invalid_parameter")
    assert f"`{name}`" in answer.body["detail"]


def test_without_redis_every_route_is_503(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    for event in ("status", "result", "cancel", "list"):
        answer = send(status_handler, event)
        assert (answer.status, answer.body["dependencies"]) == (503, {"redis": "down: connection refused"})
