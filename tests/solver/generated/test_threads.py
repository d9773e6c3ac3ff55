"""More cores give better answers.

`MILKRUN_THREADS=10` solves that many problems with one thread and with two. `MILKRUN_THREADS_REPORT` names a
file that gets each pair as a line of JSON.
"""

import json
import math
import os
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from milkrun.schema.capabilities import inability
from milkrun_solver.routes.objective import Objective, solution_objective
from tests.solver.generated.generator import Case
from tests.solver.helpers import Watched
from tests.solver.problems import problem_of

LONG = int(os.environ.get("MILKRUN_THREADS", "0"))
REPORT = os.environ.get("MILKRUN_THREADS_REPORT")
SECONDS = 5.0
ORDERS = (150, 300)

Pair = tuple[Objective, Objective]


def solved(body: dict[str, Any], threads: int) -> Objective:
    problem = problem_of({**body, "options": {**body.get("options", {}), "threads": threads}})
    return solution_objective(problem, Watched(problem, SECONDS).solution)


def pair(seed: int) -> Pair:
    """The objectives with one thread and with two. Which one runs first alternates by seed."""
    case = Case(seed, ORDERS)
    found = {threads: solved(case.body, threads) for threads in ((1, 2) if seed % 2 else (2, 1))}
    if REPORT:
        engines = "vroom alone" if inability("pyvrp", case.problem) else "both"
        line = {"seed": seed, "orders": case.orders, "engines": engines, "one": found[1], "two": found[2]}
        with Path(REPORT).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    return found[1], found[2]


@pytest.mark.skipif(not LONG, reason="takes minutes: MILKRUN_THREADS=10")
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores")
def test_two_threads_give_better_answers_than_one() -> None:
    pairs = [pair(seed) for seed in range(LONG)]
    assert sum(two < one for one, two in pairs) > sum(one < two for one, two in pairs)
    comparable = [(one[2], two[2]) for one, two in pairs if one[:2] == two[:2]]
    assert math.exp(mean(math.log(two / one) for one, two in comparable)) < 1
