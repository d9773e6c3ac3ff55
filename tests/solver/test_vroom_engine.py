"""The child process: answers as they come, killed at will, never left behind."""

import json
import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from milkrun_solver.errors import EngineError
from milkrun_solver.events import Ended, Event, VroomAnswer
from milkrun_solver.model import Model
from milkrun_solver.vroom_encoding import request_of, routes_of
from milkrun_solver.vroom_engine import VroomEngine
from milkrun_solver.vroom_request import Effort, Request
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_problem

LONG = [Effort(None), *[Effort(5)] * 50]
"""Far more than any test waits for."""


class Watched(VroomEngine):
    """An engine with its events in a queue."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        super().__init__(self.events.put)

    def next_event(self) -> Event:
        return self.events.get(timeout=30)


@pytest.fixture
def engine() -> Iterator[Watched]:
    engine = Watched()
    yield engine
    engine.stop()
    engine.join(5)


def request(model: Model, efforts: list[Effort]) -> Request:
    return request_of(model, efforts, None, threads=1, seconds=60)


def big() -> Model:
    return model_of(random_problem(1, {"windows", "capacity", "great circle"}, jobs=400, vehicles=60))


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def test_each_effort_gives_an_answer_and_then_the_engine_has_ended(engine: Watched) -> None:
    model = model_of(random_problem(1, {"capacity"}))
    engine.start(request(model, [Effort(None), Effort(0), Effort(2)]))
    events = [engine.next_event() for _ in range(4)]
    assert [type(event) for event in events] == [VroomAnswer, VroomAnswer, VroomAnswer, Ended]
    assert events[-1] == Ended("vroom", whole=True)
    assert isinstance(events[0], VroomAnswer)
    assert routes_of(model, events[0].output)


def test_stop_kills_the_child_in_the_middle_of_its_work(engine: Watched) -> None:
    engine.start(request(big(), LONG))
    assert isinstance(engine.next_event(), VroomAnswer)
    pid = engine.pid
    assert pid is not None
    before = time.monotonic()
    engine.stop()
    engine.join(5)
    assert time.monotonic() - before < 0.5
    assert not is_alive(pid)
    event = engine.next_event()
    while isinstance(event, VroomAnswer):
        event = engine.next_event()
    assert event == Ended("vroom", whole=True)


def test_stop_before_the_child_is_there_starts_none(engine: Watched) -> None:
    engine.stop()
    engine.start(request(big(), LONG))
    assert engine.next_event() == Ended("vroom", whole=True)
    assert engine.pid is None


def test_a_child_that_is_killed_by_others_is_an_error(engine: Watched) -> None:
    engine.start(request(big(), LONG))
    assert isinstance(engine.next_event(), VroomAnswer)
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    event = engine.next_event()
    while isinstance(event, VroomAnswer):
        event = engine.next_event()
    assert isinstance(event, Ended)
    assert isinstance(event.error, EngineError)
    assert "-9" in str(event.error)


def test_a_refusal_of_vroom_is_an_error_that_says_why(engine: Watched) -> None:
    body = {
        "vehicles": [
            {
                "id": 4,
                "start_index": 0,
                "time_window": [0, 100],
                "breaks": [{"id": 1, "time_windows": [[200, 300]]}],
            }
        ],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0, 5], [5, 0]]}},
    }
    engine.start(request(model_of(problem_of(body)), [Effort(0)]))
    event = engine.next_event()
    assert isinstance(event, Ended)
    assert "Inconsistent breaks for vehicle 4" in str(event.error)


def test_a_warm_start_that_vroom_refuses_does_not_lose_the_other_answers(engine: Watched) -> None:
    body = {
        "vehicles": [{"id": 4, "start_index": 0, "capacity": [1]}],
        "jobs": [{"id": n, "location_index": 1, "delivery": [1]} for n in (1, 2)],
        "matrices": {"car": {"durations": [[0, 5], [5, 0]]}},
    }
    asked = request(model_of(problem_of(body)), [Effort(0, warm=True), Effort(0)])
    too_much = {4: [{"type": "job", "id": 1}, {"type": "job", "id": 2}]}
    engine.start(Request(asked.problem, asked.matrices, too_much, asked.efforts, 1, 60))
    assert isinstance(engine.next_event(), VroomAnswer)
    assert engine.next_event() == Ended("vroom", whole=True)


PARENT = """
import queue, sys, time
from tests.solver.test_vroom_engine import LONG, Watched, big, request
engine = Watched()
engine.start(request(big(), LONG))
engine.next_event()
print(engine.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent's life")
def test_the_child_dies_with_its_parent() -> None:
    code = f"import sys; sys.path[:] = {sys.path!r}\n{PARENT}"
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert parent.stdout is not None
        child = json.loads(parent.stdout.readline())
        assert is_alive(child)
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    for _ in range(100):
        if not is_alive(child):
            return
        time.sleep(0.05)
    pytest.fail("the child outlived its parent")
