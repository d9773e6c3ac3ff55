"""Ended at any moment, a solve returns the best answer it reported, in time, and leaves nothing behind.

A few solves by default, `MILKRUN_SOAK=1000` so many, and then 1,000 timed jobs too, alone and beside
processes that keep every core busy. That form measures the half second that is promised; by default there is
a margin, as other tests run beside. `MILKRUN_SOAK_REPORT` names a file that gets each end as a line of JSON.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from milkrun.schema.problem import Problem
from milkrun_solver.routes.objective import solution_objective
from tests.solver.generated.generator import Case
from tests.solver.generated.soak import Ended, Limits, ended
from tests.solver.helpers import model_of, vroom_solution
from tests.solver.leftovers import nothing_left_behind
from tests.solver.problems import random_problem
from tests.waiting import MARGIN

LONG = int(os.environ.get("MILKRUN_SOAK", "0"))
REPORT = os.environ.get("MILKRUN_SOAK_REPORT")
LAST_LOOK = 0.3
"""Seconds before its deadline that a solve may end, to weigh what it found last."""
PROMISED = 0.5 if LONG else 0.5 + MARGIN
"""Seconds within which a solve ends once it is told to."""


def told(found: Ended) -> None:
    """Writes an end into the report, and holds what every end must keep."""
    if REPORT:
        with Path(REPORT).open("a", encoding="utf-8") as file:
            file.write(found.line() + "\n")
    assert found.faults == []
    assert found.ranks == sorted(set(found.ranks), reverse=True)
    assert found.late < PROMISED, found.line()
    enough = found.told_to_end - LAST_LOOK
    assert found.result is not None or found.took >= enough, "it gave up before its end"


def numbers(count: int, quick: int) -> Iterable[object]:
    """So many, of which `make test` takes the quick ones, the first."""
    return [*range(quick), *(pytest.param(number, marks=pytest.mark.long) for number in range(quick, count))]


@pytest.mark.parametrize("number", range(LONG) if LONG else numbers(14, quick=4))
def test_no_answer_is_lost_and_no_end_missed(number: int) -> None:
    rng = random.Random(f"soak {number}")
    problem = Case(number, (60, 150) if rng.random() < 0.3 else (3, 60)).problem
    with nothing_left_behind():
        found = ended(problem, Limits.random(rng, 0.05, 1.5))
    told(found)
    assert found.result == (found.ranks[-1] if found.ranks else None)


@pytest.mark.parametrize("number", range(LONG // 10) if LONG else numbers(4, quick=1))
def test_no_earlier_answer_is_lost(number: int) -> None:
    rng = random.Random(f"soak again {number}")
    problem = Case(1_000 + number, (3, 60)).problem
    initial = vroom_solution(model_of(problem), level=0)
    with nothing_left_behind():
        found = ended(problem, Limits.random(rng, 0.05, 1.0), initial)
    told(found)
    assert found.result == min([solution_objective(problem, initial), *found.ranks])


def timed_thousand(number: int) -> Problem:
    """1,000 jobs with time windows; every other such problem is left to VROOM alone."""
    features = {"capacity", "windows", "working hours", "great circle"}
    return random_problem(number, features | ({"breaks"} if number % 2 else set()), jobs=1_000, vehicles=150)


@pytest.fixture(params=["alone", "busy"])
def neighbours(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nobody else, or a process that works without end for each core."""
    count = len(os.sched_getaffinity(0)) if request.param == "busy" else 0
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    yield
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.skipif(not LONG, reason="takes minutes: MILKRUN_SOAK=1000")
@pytest.mark.usefixtures("neighbours")
@pytest.mark.parametrize("number", range(8))
def test_a_thousand_timed_jobs_end_in_time(number: int) -> None:
    rng = random.Random(f"soak large {number}")
    with nothing_left_behind():
        found = ended(timed_thousand(number), Limits.random(rng, 1.5, 8))
    told(found)
    assert found.result == (found.ranks[-1] if found.ranks else None)
