import json

import pytest
import submit_handler
import worker_handler

from milkrun.jobs.factory import get_reader
from milkrun.jobs.states import Status

from .conftest import Context, Invokes, recorded, send


@pytest.fixture(autouse=True)
def _fresh_tools(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    worker_handler.get_tools.cache_clear()
    worker_handler.get_travel.cache_clear()
    worker_handler.get_store.cache_clear()


def test_a_submitted_run_is_solved_by_the_real_engines(invokes: Invokes) -> None:
    send(submit_handler, "submit")
    run = invokes.runs[0]
    event = {"owner": run.owner, "run_id": run.run_id, "correlation_id": run.correlation_id}
    worker_handler.lambda_handler(event, Context())  # type: ignore[arg-type]
    ended, solution = get_reader().result(run.owner, run.run_id, best=False)
    assert ended.status is Status.COMPLETED
    assert solution is not None
    jobs = {job["id"] for job in json.loads(recorded("submit")["body"])["jobs"]}
    served = {
        step.get("id")
        for route in json.loads(solution)["routes"]
        for step in route["steps"]
        if step["type"] == "job"
    }
    assert served == jobs


def test_an_event_for_an_unknown_run_ends_quietly() -> None:
    worker_handler.lambda_handler(recorded("worker"), Context())  # type: ignore[arg-type]


def test_a_worker_invokes_its_successor_by_the_name_it_was_invoked_by(
    environment: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    environment.setattr(worker_handler, "get_invoker", asked.append)
    alias = "arn:aws:lambda:eu-central-1:123456789012:function:worker:live"
    worker_handler.lambda_handler(recorded("worker"), Context(invoked_function_arn=alias))  # type: ignore[arg-type]
    assert asked == [alias]
