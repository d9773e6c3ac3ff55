"""The process in which VROOM, or Milkrun with some engines, solves one day.

Reads the day's body from standard input, and writes an `Outcome` as JSON to standard output.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import asdict
from typing import Any, get_args

from bench.solver.child import stay_on
from bench.solver.outcomes import DaySolver, Outcome
from bench.solver.solvers.milkrun import use_only
from milkrun.schema.options import Compact
from milkrun.schema.problem import Problem
from milkrun.schema.solution import Meta, Solution
from milkrun_solver.answer.solution import solution_of
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.libraries import load_pyvrp, load_vroom
from milkrun_solver.engines.vroom.child import answer
from milkrun_solver.engines.vroom.encoding import request_of
from milkrun_solver.model.problem import build_model
from milkrun_solver.model.travel import travel_source
from milkrun_solver.solve import solve
from milkrun_solver.verification.compact import compact_cost
from milkrun_solver.verification.facts import Facts
from milkrun_solver.verification.verifier import Verifier

_META = Meta(engine="vroom", matrix="custom", seed=1, seconds=0, first_cost=0, best_cost=0, trace=[])
"""VROOM's answers need one to be verified."""
_THOROUGH = Effort(5)
_NO_LIMIT = 3_600.0


def main() -> None:
    """Solves one day."""
    parser = argparse.ArgumentParser()
    parser.add_argument("solver", choices=get_args(DaySolver))
    parser.add_argument("--limit", type=float, default=_NO_LIMIT)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cores", type=int, required=True)
    given = parser.parse_args()
    stay_on(given.cores)
    # Send what libraries print to standard error, away from the outcome.
    outcome_to = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    problem = Problem.model_validate_json(sys.stdin.buffer.read())
    load_pyvrp()
    load_vroom()
    if given.solver == "vroom-5":
        seconds, solution = _by_vroom(problem, given.limit, given.cores)
    else:
        if given.solver == "sisr":
            use_only(("sisr",))
        seconds, solution = _by_milkrun(problem, given.limit, given.seed)
    json.dump(asdict(_outcome(problem, solution, seconds)), outcome_to)


def _by_vroom(problem: Problem, limit: float, cores: int) -> tuple[float, Solution]:
    model = build_model(problem, travel_source(problem))
    request = request_of(model, [_THOROUGH], cores, limit)
    started = time.monotonic()
    output: dict[str, Any] = json.loads(answer(load_vroom(), request, _THOROUGH, limit))
    seconds = time.monotonic() - started
    return seconds, solution_of(model, routes_of(model, output), _META)


def _by_milkrun(problem: Problem, limit: float, seed: int) -> tuple[float, Solution]:
    started = time.monotonic()
    solution = solve(
        problem,
        deadline=started + limit,
        on_best=lambda _: None,
        should_stop=lambda: False,
        seed=seed,
    )
    return time.monotonic() - started, solution


def _outcome(problem: Problem, solution: Solution, seconds: float) -> Outcome:
    lasting = [route.steps[-1].arrival - route.steps[0].arrival for route in solution.routes]
    used = [route.duration + route.setup + route.service for route in solution.routes]
    return Outcome(
        seconds=round(seconds, 3),
        left_out=len(solution.unassigned),
        cost=sum(route.cost for route in solution.routes),
        shortest=min(lasting, default=0),
        longest=max(lasting, default=0),
        least_used=min(used, default=0),
        most_used=max(used, default=0),
        apart=_apart(problem, solution),
        faults=Verifier(problem, travel_source(problem)).faults(solution),
    )


def _apart(problem: Problem, solution: Solution) -> int:
    """The pairs of near tasks on different vehicles: what compactness costs at a price of 1."""
    options = problem.options.model_copy(update={"compact": Compact(cost=1)})
    priced = problem.model_copy(update={"options": options})
    return compact_cost(Facts(priced, travel_source(priced)), solution)


if __name__ == "__main__":
    main()
