import pytest

from milkrun.errors import InvalidJsonError
from milkrun.runs.submit import SubmitRequest, submit_run
from milkrun.settings import Limits
from tests.telemetry import Telemetry

from .conftest import BODY, OWNER, Bench


def submit(bench: Bench, *, body: bytes = BODY, key: str | None = None) -> None:
    submit_run(SubmitRequest(OWNER, body, "corr-1", key), bench.jobs, bench.invokes, Limits())  # type: ignore[arg-type]


def test_a_new_run_is_counted_and_told(bench: Bench, telemetry: Telemetry) -> None:
    submit(bench)
    (line,) = telemetry.lines()
    assert (line["message"], line["invoked"]) == ("run submitted", True)
    submit(bench)
    assert telemetry.totals() == {"RunsSubmitted": ("Count", [1, 1]), "InvokesFailed": ("Count", [0, 0])}


def test_a_replay_is_counted_apart(bench: Bench, telemetry: Telemetry) -> None:
    submit(bench, key="k")
    telemetry.metrics()
    submit(bench, key="k")
    assert telemetry.totals() == {"RunsReplayed": ("Count", [1])}


def test_an_invoke_that_fails_is_counted_and_told(bench: Bench, telemetry: Telemetry) -> None:
    bench.invokes.failure = "ReadTimeoutError"
    submit(bench)
    (line,) = telemetry.lines()
    assert (line["invoked"], line["invoke_error"]) == (False, "ReadTimeoutError")
    submit(bench)
    assert telemetry.totals()["InvokesFailed"] == ("Count", [1, 1])


def test_what_is_refused_is_not_counted_as_submitted(bench: Bench, telemetry: Telemetry) -> None:
    with pytest.raises(InvalidJsonError):
        submit(bench, body=b"{")
    assert telemetry.metrics() == []
