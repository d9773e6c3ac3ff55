"""What a caller does with a run, over HTTP."""

import gzip
import json
import time
from functools import partial
from itertools import pairwise
from pathlib import Path

import httpx

from local.stack import RunningStack
from tests.waiting import MARGIN, until

from .conftest import client_of, deliveries, ended, result, status, submit


def is_in(log: Path, text: str) -> bool:
    return text in log.read_text()


def test_a_run_goes_from_submit_to_result(api: httpx.Client) -> None:
    answer = api.post("/optimize", json=deliveries(30, seconds=600, stall_limit=2))
    assert answer.status_code == 202
    progress = []
    while (state := api.get(answer.headers["Location"]).json())["status"] != "completed":
        assert state["status"] in ("pending", "running"), state
        progress.append(state["progress"])
        time.sleep(0.1)
    assert progress == sorted(progress)
    solution = api.get(answer.headers["Location"].replace("/status", "/result")).json()
    served = [step["id"] for route in solution["routes"] for step in route["steps"] if step["type"] == "job"]
    assert sorted(served) == list(range(30))
    assert solution["summary"]["cost"] == state["best_cost"] == solution["meta"]["best_cost"]


def test_a_submit_that_waits_returns_the_result_in_one_call(api: httpx.Client) -> None:
    answer = api.post("/optimize", json=deliveries(3, seconds=600), headers={"Prefer": "wait=20"})
    assert answer.status_code == 200
    assert answer.json()["summary"]["unassigned"] == 0


def test_waiting_for_a_status_answers_when_the_run_changes(api: httpx.Client) -> None:
    run_id = submit(api, deliveries(40, seconds=600, stall_limit=1))
    seen = [status(api, run_id)]
    while seen[-1]["status"] not in ("completed", "failed"):
        answer = api.get(f"/optimize/{run_id}/status", headers={"Prefer": "wait=20"})
        seen.append(answer.json())
    assert seen[-1]["status"] == "completed"
    assert all(before != after for before, after in pairwise(seen))


def test_a_stopped_run_ends_within_five_seconds_and_keeps_its_best_routes(api: httpx.Client) -> None:
    run_id = submit(api, deliveries(60, seconds=120))
    until(lambda: status(api, run_id)["best_cost"])
    best = result(api, run_id, best=True)
    assert api.get(f"/optimize/{run_id}/result").status_code == 202
    asked = time.monotonic()
    assert api.delete(f"/optimize/{run_id}").status_code == 202
    state = ended(api, run_id)
    assert time.monotonic() - asked < 5 + MARGIN  # otherwise it runs for two minutes
    assert (state["status"], state["stopped_early"]) == ("completed", True)
    assert result(api, run_id)["summary"]["cost"] <= best["summary"]["cost"]


def test_an_erased_run_is_gone(api: httpx.Client) -> None:
    run_id = submit(api, deliveries(3, seconds=600))
    ended(api, run_id)
    assert api.delete(f"/optimize/{run_id}", params={"erase": "true"}).status_code == 204
    assert api.get(f"/optimize/{run_id}/status").status_code == 404


def test_a_key_makes_one_run(api: httpx.Client) -> None:
    problem, key = deliveries(3, seconds=600), {"Idempotency-Key": "order-1"}
    first = api.post("/optimize", json=problem, headers=key)
    again = api.post("/optimize", json=problem, headers=key)
    assert again.json()["run_id"] == first.json()["run_id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert api.post("/optimize", json=deliveries(4, seconds=600), headers=key).status_code == 422


def test_callers_see_only_their_own_runs(stack: RunningStack) -> None:
    with client_of(stack, "a") as alice, client_of(stack, "b") as bob, client_of(stack) as nobody:
        run_id = submit(alice, deliveries(3, seconds=600))
        ended(alice, run_id)
        for other in (bob, nobody):
            assert other.get(f"/optimize/{run_id}/status").status_code == 404
            assert other.get(f"/optimize/{run_id}/result").status_code == 404
            assert other.delete(f"/optimize/{run_id}").status_code == 404
            assert other.delete(f"/optimize/{run_id}", params={"erase": "true"}).status_code == 404
        assert run_id not in bob.get("/optimize").text
        assert run_id in alice.get("/optimize").text


def test_a_gzipped_problem_is_accepted_and_an_answer_zipped(api: httpx.Client) -> None:
    body = gzip.compress(json.dumps(deliveries(200, seconds=600, stall_limit=2)).encode())
    for kind in (
        {"Content-Encoding": "gzip", "Content-Type": "application/json"},
        {"Content-Type": "application/gzip"},
    ):
        answer = api.post("/optimize", content=body, headers=kind)
        assert answer.status_code == 202, answer.text
        run_id = answer.json()["run_id"]
    ended(api, run_id)
    answer = api.get(f"/optimize/{run_id}/result")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.json()["summary"]["unassigned"] == 0


def test_the_correlation_id_is_in_the_logs_of_submit_and_worker(
    stack: RunningStack, api: httpx.Client
) -> None:
    chosen = "order-batch-4711"
    answer = api.post("/optimize", json=deliveries(3, seconds=600), headers={"X-Correlation-ID": chosen})
    assert answer.headers["X-Correlation-ID"] == chosen
    ended(api, answer.json()["run_id"])
    for function in ("submit", "worker"):
        until(partial(is_in, stack.state / "logs" / f"{function}_handler.log", chosen))


def test_an_unknown_network_fails_the_run_with_a_reason(api: httpx.Client) -> None:
    run_id = submit(api, deliveries(3, seconds=600) | {"network": "atlantis"})
    state = ended(api, run_id)
    assert (state["status"], state["error"]["code"]) == ("failed", "network_not_found")
    answer = api.get(f"/optimize/{run_id}/result")
    assert (answer.status_code, answer.json()["code"]) == (409, "network_not_found")
