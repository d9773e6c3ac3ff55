"""VROOM's child process: it serves many requests, can be killed at any time and never stays behind."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.vroom.child_request import Request
from milkrun_solver.engines.vroom.encoding import request_of
from milkrun_solver.engines.vroom.process import MOST_DEATHS, VroomProcess
from milkrun_solver.errors import EngineError
from milkrun_solver.model.problem import Model
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_problem
from tests.waiting import MARGIN, until

LONG = [Effort(None), *[Effort(5)] * 50]
"""More work than any test waits for."""


@pytest.fixture
def process() -> Iterator[VroomProcess]:
    process = VroomProcess()
    yield process
    process.close()


def request(model: Model, efforts: list[Effort]) -> Request:
    return request_of(model, efforts, threads=1, seconds=60)


def small(seed: int = 1) -> Model:
    return model_of(random_problem(seed, {"capacity"}))


def big() -> Model:
    return model_of(random_problem(1, {"windows", "capacity", "great circle"}, jobs=400, vehicles=60))


def refused() -> Model:
    """A problem that VROOM refuses, because no break fits into the vehicle's time window."""
    vehicle = {"id": 4, "start_index": 0, "time_window": [0, 100]}
    body = {
        "vehicles": [{**vehicle, "breaks": [{"id": 1, "time_windows": [[200, 300]]}]}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0, 5], [5, 0]]}},
    }
    return model_of(problem_of(body))


def is_alive(pid: int) -> bool:
    """Whether a process is running; a zombie is not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def test_each_effort_of_a_request_has_an_answer(process: VroomProcess) -> None:
    model = small()
    outputs = list(process.answers(request(model, [Effort(None), Effort(0), Effort(2)])))
    assert len(outputs) == 3
    assert all(routes_of(model, output) for output in outputs)


def test_one_child_serves_request_after_request(process: VroomProcess) -> None:
    pids = set()
    for jobs, efforts in ((4, 1), (7, 2), (5, 0), (9, 1)):
        model = model_of(random_problem(1, {"capacity"}, jobs=jobs))
        outputs = list(process.answers(request(model, [Effort(0)] * efforts)))
        assert [tasks_in(output) for output in outputs] == [jobs] * efforts
        pids.add(process.pid)
    assert len(pids) == 1


def tasks_in(output: dict[str, Any]) -> int:
    """The number of jobs in an output, served or not."""
    served = [step for route in output["routes"] for step in route["steps"] if step["type"] == "job"]
    return len(served) + len(output["unassigned"])


def test_the_first_request_starts_the_child(process: VroomProcess) -> None:
    assert process.pid is None
    list(process.answers(request(small(), [Effort(0)])))
    assert process.pid is not None
    assert is_alive(process.pid)


def test_the_same_child_serves_the_next_request_after_a_refusal_that_says_why(process: VroomProcess) -> None:
    with pytest.raises(EngineError, match="Inconsistent breaks for vehicle 4"):
        list(process.answers(request(refused(), [Effort(0)])))
    pid = process.pid
    assert list(process.answers(request(small(), [Effort(0)])))
    assert process.pid == pid


def test_a_request_without_time_left_has_no_answers(process: VroomProcess) -> None:
    late = replace(request(small(), [Effort(0)]), seconds=0)
    assert list(process.answers(late)) == []
    assert list(process.answers(request(small(), [Effort(0)])))


def test_a_stop_kills_the_child_at_work(process: VroomProcess) -> None:
    answers = process.answers(request(big(), LONG))
    next(answers)
    assert process.pid is not None
    stopped: list[float] = []

    def stop() -> None:
        process.stop()
        stopped.append(time.monotonic())

    timer = threading.Timer(0.1, stop)
    timer.start()
    list(answers)
    process.close()
    timer.join()
    assert time.monotonic() - stopped[0] < 0.5 + MARGIN  # otherwise it works for minutes
    assert not is_alive(process.pid)


def test_after_a_stop_there_are_no_answers_and_no_child(process: VroomProcess) -> None:
    process.stop()
    assert list(process.answers(request(small(), [Effort(0)]))) == []
    assert process.pid is None


def test_close_ends_the_child_and_may_be_called_twice(process: VroomProcess) -> None:
    list(process.answers(request(small(), [Effort(0)])))
    process.close()
    process.close()
    assert process.pid is not None
    assert not is_alive(process.pid)


def kill_at_work(process: VroomProcess) -> None:
    """Kills a child that has given its first answer, and checks that whoever waits for the next gets an
    error."""
    answers = process.answers(request(big(), LONG))
    next(answers)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(EngineError, match="ended with exit status -9"):
        list(answers)


def test_a_child_killed_at_work_is_an_error(process: VroomProcess) -> None:
    kill_at_work(process)
    assert process.pid is None


def test_a_child_killed_between_requests_is_an_error(process: VroomProcess) -> None:
    list(process.answers(request(small(), [Effort(0)])))
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(EngineError, match="ended with exit status -9"):
        list(process.answers(request(big(), LONG)))


PARENT = """
import time
from tests.solver.engines.vroom.test_process import LONG, VroomProcess, big, request
process = VroomProcess()
answers = process.answers(request(big(), LONG))
next(answers)
print(process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent's life")
def test_a_dead_child_is_replaced_until_too_many_have_died(process: VroomProcess) -> None:
    for deaths in range(MOST_DEATHS):
        assert not process.lost
        kill_at_work(process)
        if deaths == 0:
            assert list(process.answers(request(small(), [Effort(0)])))
    assert process.lost


def test_the_child_dies_with_its_parent() -> None:
    code = f"import sys; sys.path[:] = {sys.path!r}\n{PARENT}"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        try:
            assert parent.stdout is not None
            child = json.loads(parent.stdout.readline())
            assert is_alive(child)
        finally:
            parent.kill()
    until(lambda: not is_alive(child))
