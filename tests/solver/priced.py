"""Random problems with priced terms, and answers to them, for the solver's tests."""

import random
from typing import Any

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.model.problem import Model
from tests.solver.helpers import faults, model_of, scheduled
from tests.solver.objective import random_plan
from tests.solver.problems import DAY, problem_of, random_body

TERMS = ("soft windows", "balance", "compact")
"""The priced terms that a problem may have."""
FEATURES = ("pickups", "shipments", "work costs")


def priced_problem(seed: int, terms: tuple[str, ...] = TERMS, jobs: int = 9, vehicles: int = 3) -> Problem:
    """A problem with these priced terms."""
    rng = random.Random(f"priced {seed}")
    body = random_body(seed, {"capacity", *(it for it in FEATURES if rng.random() < 0.6)}, jobs, vehicles)
    for vehicle in body["vehicles"]:
        vehicle["capacity"] = [99, 99]
    ends = [it[end] for it in body["shipments"] for end in ("pickup", "delivery")]
    for task in (*body["jobs"], *ends):
        if "soft windows" in terms and rng.random() < 0.7:
            task["soft_time_window"] = soft_window(rng)
    options: dict[str, Any] = {}
    if "balance" in terms:
        options["balance"] = {"by": rng.choice(("duration", "tasks", "load")), "cost": rng.randint(1, 4_000)}
    if "compact" in terms:
        options["compact"] = {"cost": rng.randint(1, 300)}
    return problem_of({**body, "options": options})


def soft_window(rng: random.Random) -> dict[str, int]:
    """A soft time window with both ends or one of them."""
    start, end = sorted(rng.sample(range(DAY), 2))
    early = {"start": start, "cost_per_hour_early": rng.randint(1, 5_000)}
    late = {"end": end, "cost_per_hour_late": rng.randint(1, 5_000)}
    return rng.choice((early, late, {**early, **late}))


def answer(problem: Problem, seed: int) -> tuple[Model, Solution]:
    """A random answer that keeps the rules, with the times of our own schedule."""
    model, rng = model_of(problem), random.Random(f"answer {seed}")
    while True:
        solution = scheduled(model, random_plan(model, rng))
        if solution is not None and len(solution.routes) > 1 and not faults(model, solution):
            return model, solution


def restated(solution: Solution, route: int | None, component: str, by: int) -> Solution:
    """The answer with another number for one component of the cost, of a route or of the whole. All sums are
    those of the new number."""
    changed = solution.model_copy(deep=True)
    whole = changed.summary
    whole.cost += by
    for parts in (whole.costs, None if route is None else changed.routes[route].costs):
        if parts is not None:
            setattr(parts, component, getattr(parts, component) + by)
    if route is not None:
        changed.routes[route].cost += by
    return changed
