"""The verifier against the enumerator's rules: on random plans, both must say the same of one rule."""

import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from itertools import count
from typing import Any

from milkrun.schema.problem import Problem
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan, PlannedRoute, ReloadVisit, Visit
from tests.solver.exhaustive.facts import Facts, Stop
from tests.solver.exhaustive.rules.rule import Route, Rule
from tests.solver.exhaustive.walk import Walk
from tests.solver.helpers import faults, model_of, scheduled
from tests.solver.objective import random_plan

Body = dict[str, Any]
ENOUGH = 50
MOST_TRIES = 20_000


def small_body(rng: random.Random) -> Body:
    """Four jobs and a shipment with ids that occur in each kind, three vehicles, one of which reloads."""
    size = 5
    cells = [[0 if a == b else rng.randint(50, 900) for b in range(size)] for a in range(size)]

    def task(number: int) -> Body:
        return {"id": number, "location_index": rng.randrange(size)}

    vehicles: list[Body] = [{"id": 10 * n, "start_index": 0, "end_index": 0} for n in (1, 2, 3)]
    vehicles[0]["reloads"] = [{"id": 1, "location_index": 0}]
    return {
        "vehicles": vehicles,
        "jobs": [task(number) for number in (1, 2, 3, 4)],
        "shipments": [{"pickup": task(1), "delivery": task(1)}],
        "matrices": {"car": {"durations": cells}},
    }


def agree(with_rule: Callable[[Body, random.Random], None], rule: type[Rule], said: str) -> None:
    """Tries plans until fifty keep the rule and fifty break it and nothing else.

    Args:
        with_rule: Adds the rule to a small problem.
        said: A word of the verifier's sentence.
    """
    found = {True: 0, False: 0}
    for seed in count():
        assert seed < MOST_TRIES, f"too few plans of one sort: {found}"
        rng = random.Random(seed)
        plain = small_body(rng)
        given = deepcopy(plain)
        with_rule(given, rng)
        model = model_of(Problem.model_validate(given))
        plan = _with_reloads(model, random_plan(model, rng), rng)
        if not plan:
            continue
        solution = scheduled(model, plan)
        assert solution is not None
        if faults(model_of(Problem.model_validate(plain)), solution):
            continue
        keeps = keeps_rule(rule, model, plan)
        told = faults(model, solution)
        assert keeps == (not told), (seed, plan, told)
        assert all(said in fault for fault in told), told
        found[keeps] += 1
        if min(found.values()) >= ENOUGH:
            return


def keeps_rule(rule: type[Rule], model: Model, plan: Plan) -> bool:
    """Whether the enumerator's rule allows a plan."""
    judge = rule(Facts(model.problem))
    routes = [
        Route(model.vehicles[route.vehicle].source, tuple(_stops(model, route)), Walk(0), 0) for route in plan
    ]
    return (
        all(
            judge.may_begin(route.vehicle, route.stops[:length])
            for route in routes
            for length in range(1, len(route.stops) + 1)
        )
        and all(map(judge.allows, routes))
        and judge.allows_plan(routes)
    )


def _stops(model: Model, route: PlannedRoute) -> Iterator[Stop]:
    for visit in route.placed:
        if isinstance(visit, int):
            yield Stop(model.tasks[visit].kind, model.tasks[visit].source.id)
        else:
            yield Stop("reload", model.vehicles[route.vehicle].reloads[visit.reload].source.id)


def _with_reloads(model: Model, plan: Plan, rng: random.Random) -> Plan:
    """The plan with reloads at random on the vehicles that may."""
    return [
        route._replace(visits=tuple(_reloading(route.visits, rng)))
        if model.vehicles[route.vehicle].reloads
        else route
        for route in plan
    ]


def _reloading(visits: Sequence[Visit], rng: random.Random) -> Iterator[Visit]:
    for rank, visit in enumerate(visits):
        if rank and rng.random() < 0.3:
            yield ReloadVisit(0)
        yield visit
