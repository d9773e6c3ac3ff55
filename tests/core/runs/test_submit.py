from typing import Any

import pytest

from milkrun.errors import InvalidJsonError
from milkrun.jobs.submitting import Submitted
from milkrun.runs.submit import SubmitRequest, submit_run
from milkrun.settings import Limits
from tests.telemetry import Telemetry

from .conftest import BODY, OWNER, Bench, run_id


def submit(bench: Bench, *, body: bytes = BODY, key: str | None = None, **ids: Any) -> Submitted:
    request = SubmitRequest(OWNER, body, "corr-1", key)
    return submit_run(request, bench.jobs, bench.invokes, Limits(), **ids)  # type: ignore[arg-type]


def test_a_run_gets_the_id_made_for_it(bench: Bench) -> None:
    assert submit(bench, new_id=lambda: run_id(1)).run == bench.status(1)


def test_a_new_run_is_counted_and_logged(bench: Bench, telemetry: Telemetry) -> None:
    submit(bench)
    (line,) = telemetry.lines()
    assert (line["message"], line["invoked"]) == ("run submitted", True)
    submit(bench)
    assert telemetry.totals() == {"RunsSubmitted": ("Count", [1, 1]), "InvokesFailed": ("Count", [0, 0])}


def test_a_replay_is_counted_separately(bench: Bench, telemetry: Telemetry) -> None:
    submit(bench, key="k")
    telemetry.metrics()
    submit(bench, key="k")
    assert telemetry.totals() == {"RunsReplayed": ("Count", [1])}


def test_a_failed_invoke_is_counted_and_logged(bench: Bench, telemetry: Telemetry) -> None:
    bench.invokes.failure = "ReadTimeoutError"
    submit(bench)
    (line,) = telemetry.lines()
    assert (line["invoked"], line["invoke_error"]) == (False, "ReadTimeoutError")
    submit(bench)
    assert telemetry.totals()["InvokesFailed"] == ("Count", [1, 1])


def test_a_refused_submit_is_not_counted_as_submitted(bench: Bench, telemetry: Telemetry) -> None:
    with pytest.raises(InvalidJsonError):
        submit(bench, body=b"{")
    assert telemetry.metrics() == []
