"""A solve can end at any moment: it returns the best answer it reported, in time, and leaves nothing behind.

By default a few solves. `MILKRUN_SOAK=1000` runs that many, and then solves 1,000 timed jobs too, both on an
idle machine and while every core is busy. That form measures the promised half second. By default there is a
margin, because other tests run at the same time. `MILKRUN_SOAK_REPORT` names a file that gets each outcome as
a line of JSON.
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
"""A solve may end this many seconds before its deadline, to examine what it found last."""
PROMISED = 0.5 if LONG else 0.5 + MARGIN
"""Seconds within which a solve ends once it is told to end."""


def told(found: Ended) -> None:
    """Writes an outcome to the report, and checks what must hold for all of them."""
    if REPORT:
        with Path(REPORT).open("a", encoding="utf-8") as file:
            file.write(found.line() + "\n")
    assert found.faults == []
    assert found.ranks == sorted(set(found.ranks), reverse=True)
    assert found.late < PROMISED, found.line()
    enough = found.told_to_end - LAST_LOOK
    assert found.result is not None or found.took >= enough, "it gave up before its end"


def numbers(count: int, quick: int) -> Iterable[object]:
    """This many numbers; `make test` takes only the first ones, the quick ones."""
    return [*range(quick), *(pytest.param(number, marks=pytest.mark.long) for number in range(quick, count))]


@pytest.mark.parametrize("number", range(LONG) if LONG else numbers(14, quick=4))
def test_a_solve_ends_in_time_and_returns_its_best_answer(number: int) -> None:
    rng = random.Random(f"soak {number}")
    problem = Case(number, (60, 150) if rng.random() < 0.3 else (3, 60)).problem
    with nothing_left_behind():
        found = ended(problem, Limits.random(rng, 0.05, 1.5))
    told(found)
    assert found.result == (found.ranks[-1] if found.ranks else None)


@pytest.mark.parametrize("number", range(LONG // 10) if LONG else numbers(4, quick=1))
def test_a_solve_with_an_initial_answer_returns_the_best_one(number: int) -> None:
    rng = random.Random(f"soak again {number}")
    problem = Case(1_000 + number, (3, 60)).problem
    initial = vroom_solution(model_of(problem), level=0)
    with nothing_left_behind():
        found = ended(problem, Limits.random(rng, 0.05, 1.0), initial)
    told(found)
    assert found.result == min([solution_objective(problem, initial), *found.ranks])


def timed_thousand(number: int) -> Problem:
    """1,000 jobs with time windows; only VROOM can express every other such problem."""
    features = {"capacity", "windows", "working hours", "great circle"}
    return random_problem(number, features | ({"breaks"} if number % 2 else set()), jobs=1_000, vehicles=150)


@pytest.fixture(params=["alone", "busy"])
def neighbours(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing else at work, or one process for each core that never ends."""
    count = len(os.sched_getaffinity(0)) if request.param == "busy" else 0
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    yield
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.skipif(not LONG, reason="takes minutes: MILKRUN_SOAK=1000")
@pytest.mark.usefixtures("neighbours")
@pytest.mark.parametrize("number", range(8))
def test_a_solve_of_a_thousand_timed_jobs_ends_in_time(number: int) -> None:
    rng = random.Random(f"soak large {number}")
    with nothing_left_behind():
        found = ended(timed_thousand(number), Limits.random(rng, 1.5, 8))
    told(found)
    assert found.result == (found.ranks[-1] if found.ranks else None)
