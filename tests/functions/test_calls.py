"""The cost of a request in Python function calls, which do not depend on the machine's speed.

The bounds allow a third more calls than there are now. If you exceed one, measure with `make bench-api`.
"""

import gc
import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
import status_handler
import submit_handler

from bench.api.events import status_event, submit_event
from tests.telemetry import Telemetry

from .conftest import Context, Invokes, send

STATUS = 320
SUBMIT = 620
FOR_EACH_JOB = 6


def calls_of(work: Callable[[], object]) -> Counter[str]:
    """How often each Python function is called, by name."""
    found: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            found[frame.f_code.co_name] += 1

    before = sys.getprofile()
    gc.collect()  # keeps garbage of other tests from being collected meanwhile
    gc.disable()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
        gc.enable()
    return found


def well(answer: dict[str, Any]) -> None:
    assert answer["statusCode"] < 300, answer


@pytest.fixture
def submit(
    invokes: Invokes, environment: pytest.MonkeyPatch, telemetry: Telemetry
) -> Callable[[int], Counter[str]]:
    """The calls of a submit with this many jobs, in a warm process."""
    environment.setenv("MAX_RUNNING_PER_OWNER", "1000")
    context: Any = Context()

    def counted(jobs: int) -> Counter[str]:
        event = submit_event(jobs)
        submit_handler.lambda_handler(event, context)
        return calls_of(lambda: well(submit_handler.lambda_handler(event, context)))

    return counted


@pytest.fixture
def status(invokes: Invokes, telemetry: Telemetry) -> Counter[str]:
    """The calls of a status request, in a warm process."""
    context: Any = Context()
    send(submit_handler, "submit")
    event = status_event(invokes.runs[0].run_id)
    status_handler.lambda_handler(event, context)
    return calls_of(lambda: well(status_handler.lambda_handler(event, context)))


def test_a_status_makes_few_calls(status: Counter[str]) -> None:
    assert status.total() < STATUS, status.most_common(20)


def test_a_submit_makes_few_calls_besides_those_for_its_jobs(submit: Callable[[int], Counter[str]]) -> None:
    assert submit(1).total() < SUBMIT, submit(1).most_common(20)


def test_a_submit_makes_a_handful_of_calls_for_each_job(submit: Callable[[int], Counter[str]]) -> None:
    more = submit(201)
    more.subtract(submit(1))
    assert more.total() < 200 * FOR_EACH_JOB, more.most_common(20)


def test_a_submit_copies_nothing_deeply_and_writes_no_pipeline(submit: Callable[[int], Counter[str]]) -> None:
    found = submit(10)
    assert found["deepcopy"] == found["_execute_pipeline"] == 0
    assert found["parse_problem"] == found["_read_at_once"] == 1
    assert found["_read_in_steps"] == 0
