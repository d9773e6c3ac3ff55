"""Large problems in which a job may suit only some vehicles, compared with VROOM's heuristics alone.

By default one problem and its first answers. `MILKRUN_LARGE=10` solves that many generated problems of each
kind for 20 seconds each.
"""

import os
import queue
import random
import time
from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun_solver.answer.solution import solution_of
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.engines.vroom.engine import VroomEngine
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.objective import Objective, solution_objective
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.search.events import Ended
from milkrun_solver.search.proposer import Proposer
from tests.solver.generated.generator import Case
from tests.solver.helpers import META, Watched, model_of
from tests.solver.problems import problem_of, random_body
from tests.solver.vroom import vroom_output
from tests.waiting import PATIENCE

LONG = int(os.environ.get("MILKRUN_LARGE", "0"))
ORDERS = (600, 1_000)
SECONDS = 20.0
SKILLS = (0, 5, 10, 1_000)
"""How many skills there are. A vehicle has one of them, and a job or shipment needs one."""


def with_skills(body: dict[str, Any], skills: int, seed: int) -> dict[str, Any]:
    """The same problem in which each vehicle has one skill, and each order needs a skill that some vehicle
    has."""
    rng = random.Random(seed)
    known = min(skills, len(body["vehicles"]))
    vehicles = [{**it, "skills": [rank % known]} for rank, it in enumerate(body["vehicles"])]
    orders = {
        kind: [{**order, "skills": [rng.randrange(known)]} for order in body[kind]]
        for kind in ("jobs", "shipments")
    }
    return {**body, **orders, "vehicles": vehicles}


def rank_of(model: Model, routes: list[TimedRoute]) -> Objective:
    return solution_objective(model.problem, solution_of(model, routes, META))


def vrooms(problem: Problem) -> Objective:
    """The objective of what VROOM's heuristics alone find."""
    model = model_of(problem)
    return rank_of(model, routes_of(model, vroom_output(model, level=None)))


def test_first_answers_leave_out_no_more_tasks_than_vrooms_heuristics() -> None:
    body = random_body(1, {"working hours", "great circle"}, jobs=ORDERS[0], vehicles=100)
    problem = problem_of(with_skills(body, skills=100, seed=1))
    model = model_of(problem)
    events: queue.SimpleQueue[Any] = queue.SimpleQueue()
    deadline = time.monotonic() + PATIENCE
    Proposer(model, VroomEngine(model, []), events.put, deadline, seed=1).start_by_district()
    found = []
    while not isinstance(event := events.get(timeout=PATIENCE), Ended):
        found.append(rank_of(model, list(event.routes)))
    assert min(found)[:2] <= vrooms(problem)[:2]


@pytest.mark.skipif(not LONG, reason="takes minutes: MILKRUN_LARGE=10")
@pytest.mark.parametrize("skills", SKILLS)
@pytest.mark.parametrize("seed", range(LONG))
def test_answers_are_no_worse_than_those_of_vrooms_heuristics(seed: int, skills: int) -> None:
    body = Case(seed, ORDERS).body
    problem = problem_of(with_skills(body, skills, seed) if skills else body)
    assert solution_objective(problem, Watched(problem, SECONDS).solution) <= vrooms(problem)
