"""The child process on its own: it writes one line for each answer, and refusals as well."""

import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace

import pytest

from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.libraries import load_vroom
from milkrun_solver.engines.vroom.child import answer, input_of
from milkrun_solver.engines.vroom.child_request import Request
from milkrun_solver.engines.vroom.encoding import request_of
from tests.solver.engines.vroom.test_process import refused, small
from tests.waiting import PATIENCE


def request(*efforts: Effort) -> Request:
    return request_of(small(), list(efforts), threads=1, seconds=60)


def lines(*requests: Request) -> list[str]:
    """The lines that the child writes for these requests until its input ends."""
    child = subprocess.run(
        [sys.executable, "-m", "milkrun_solver.engines.vroom.child"],
        input=b"".join(map(pickle.dumps, requests)),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        timeout=PATIENCE,
        check=True,
    )
    return child.stdout.decode().splitlines()


def test_each_effort_gets_a_line_and_an_empty_line_ends_each_request() -> None:
    found = lines(request(Effort(None), Effort(0)), request(Effort(0)))
    assert [line[:1] for line in found] == ["+", "+", "", "+", ""]
    assert all(json.loads(line[1:])["code"] == 0 for line in found if line)


def test_a_refusal_is_passed_on_and_the_next_problem_is_solved() -> None:
    bad = request_of(refused(), [Effort(0)], threads=1, seconds=60)
    message, _, good, _ = lines(bad, request(Effort(0)))
    assert message.startswith("-")
    assert "breaks for vehicle 4" in message
    assert good.startswith("+")


def test_no_effort_begins_once_the_time_is_over() -> None:
    assert lines(replace(request(Effort(0), Effort(0)), seconds=0)) == [""]


@pytest.mark.parametrize("effort", [Effort(None), Effort(0), Effort(2), Effort(1, searches=3)])
def test_the_answer_of_every_effort_includes_distances(effort: Effort) -> None:
    asked = request(effort)
    found = json.loads(answer(load_vroom(), asked, effort, 60))
    assert found["summary"]["unassigned"] == 0
    assert found["summary"]["distance"] > 0


def test_vroom_gets_the_problem_and_its_matrices() -> None:
    asked = request(Effort(0))
    taken = input_of(load_vroom(), asked)
    assert len(taken.jobs) == len(asked.problem["jobs"])
    assert len(taken.vehicles) == len(asked.problem["vehicles"])
