"""What Milkrun adds to VROOM's format: PyVRP, our schedule and our verifier agree on costs and validity.

No second engine knows the additions. So the tests ask PyVRP and the verifier, which share no code, about the
same plans: answers of VROOM to the problem without additions, with orders moved and reloads inserted.
"""

import os
import random
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest

from milkrun.schema.capabilities import inability
from milkrun_solver.answer.solution import plan_of
from milkrun_solver.engines.pyvrp.annealing import Annealing
from milkrun_solver.engines.pyvrp.duration_limits import priced_limits
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.model.problem import Model
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.visits import Plan, PlannedRoute, ReloadVisit
from milkrun_solver.routes.schedule import schedule
from tests.nonempty import nonempty
from tests.solver.generated.generator import Case
from tests.solver.generated.opinions import MOVES, ORDERS, Opinions
from tests.solver.helpers import model_of, vroom_solution
from tests.solver.objective import cost, shaken
from tests.solver.problems import problem_of

SEEDS = range(int(os.environ.get("MILKRUN_GENERATED", "80")))


def with_additions(body: dict[str, Any], day: int, rng: random.Random) -> dict[str, Any]:
    """The same problem with at least one of reloads, release times and overtime."""
    kinds = rng.sample(("reloads", "releases", "overtime"), rng.choice((1, 1, 2, 3)))
    vehicles = [dict(vehicle) for vehicle in body["vehicles"]]
    jobs = [dict(job) for job in body["jobs"]]
    for vehicle in vehicles if "reloads" in kinds else ():
        at = [key for key in ("start", "start_index", "end", "end_index") if key in vehicle]
        vehicle["reloads"] = [
            {"id": rank, place_key(key): vehicle[key], "service": rng.choice((0, 300))}
            for rank, key in enumerate(at)
        ]
        if rng.random() < 0.5:
            vehicle["max_reloads"] = rng.randint(1, 2)
    for job in jobs if "releases" in kinds else ():
        job["release_time"] = rng.choice((0, 0, rng.randint(0, day // 3)))
    for vehicle in vehicles if "overtime" in kinds else ():
        vehicle["shift_duration"] = rng.randint(day // 8, day // 2)
        vehicle["max_overtime"] = rng.choice((0, day // 4))
        if vehicle["max_overtime"]:
            vehicle["costs"] = {**vehicle["costs"], "per_overtime_hour": rng.choice((0, 1_800, 7_200))}
    return {**body, "vehicles": vehicles, "jobs": jobs}


def place_key(key: str) -> str:
    return "location_index" if key.endswith("index") else "location"


def with_reloads(model: Model, plan: Plan, rng: random.Random) -> Plan:
    """The same routes with up to two reloads each, at random positions."""
    routes = []
    for route in plan:
        stops = list(route.visits)
        reloads = model.vehicles[route.vehicle].reloads
        for _ in range(rng.choice((0, 1, 1, 2)) if reloads else 0):
            stops.insert(rng.randint(0, len(stops)), ReloadVisit(rng.randrange(len(reloads))))
        routes.append(PlannedRoute(route.vehicle, tuple(stops)))
    return routes


def opinions(seed: int) -> Iterator[Opinions]:
    case, rng = Case(seed, ORDERS), random.Random(seed)
    plain = model_of(case.problem)
    if inability("pyvrp", plain.problem) is not None:
        return
    model = model_of(problem_of(with_additions(case.body, 12_000, rng)))
    if inability("pyvrp", model.problem) is not None:
        return
    encoding = Encoding(model)
    if not encoding.possible:
        return
    search = Annealing(encoding, complete=False, seed=1)
    start = plan_of(plain, vroom_solution(plain, level=0))
    for moves in MOVES:
        plan = with_reloads(model, shaken(plain, start, rng, moves), rng)
        if plan:
            yield Opinions(seed, model, plan, search)


@lru_cache(maxsize=len(SEEDS))
def asked(seed: int) -> tuple[Opinions, ...]:
    return tuple(opinions(seed))


def overtime_cost(model: Model, plan: Plan) -> int | None:
    """The cost of overtime in internal units; None if the plan misses a time window."""
    total = 0
    for route in plan:
        timed = schedule(model, route.vehicle, route.visits)
        if timed is None:
            return None
        total += HUNDREDTHS * timed.overtime * model.vehicles[route.vehicle].source.costs.per_overtime_hour
    return total


def cost_among_all_tasks(opinion: Opinions) -> int | None:
    """What PyVRP minimises if it must serve every task, in internal units. None if PyVRP cannot express the
    plan, or if a price replaces a limit that the plan breaks."""
    encoding = Encoding(opinion.model)
    too_long = priced_limits(opinion.model, encoding.fleet) and opinion.refused
    if opinion.pyvrp is None or opinion.pyvrp.cost is None or too_long:
        return None
    solution = encoding.solution(encoding.data(complete=True), opinion.plan)
    return cost(solution) * encoding.fleet.divisor


def costed() -> Iterator[tuple[Opinions, int, int]]:
    """Each plan that PyVRP can cost: the opinion, the exact cost with overtime, and what PyVRP minimises."""
    for seed in SEEDS:
        for opinion in asked(seed):
            extra = overtime_cost(opinion.model, opinion.plan)
            found = cost_among_all_tasks(opinion)
            if opinion.pyvrp is not None and found is not None and extra is not None:
                yield opinion, opinion.pyvrp.exact + extra, found


def test_pyvrp_minimises_the_exact_cost() -> None:
    for opinion, exact, found in nonempty(costed()):
        # A speed factor makes fractions of seconds, which the overtime of a schedule leaves out.
        plain = all(vehicle.duration_factor == HUNDREDTHS for vehicle in opinion.model.vehicles)
        highest = max(vehicle.source.costs.per_overtime_hour for vehicle in opinion.model.vehicles)
        slack = 0 if plain else HUNDREDTHS * highest * len(opinion.plan)
        assert found == pytest.approx(exact, abs=slack, rel=0), opinion.seed


def test_pyvrp_and_the_verifier_accept_the_same_plans() -> None:
    found = [opinion for seed in SEEDS for opinion in asked(seed)]
    for opinion, theirs in nonempty((it, it.pyvrp) for it in found if it.pyvrp is not None):
        assert theirs.feasible != opinion.refused, opinion.seed


def test_the_plans_include_good_and_bad_ones() -> None:
    found = [opinion for seed in SEEDS for opinion in asked(seed) if opinion.pyvrp is not None]
    assert len(found) > len(SEEDS)
    assert 0.2 < sum(opinion.refused for opinion in found) / len(found) < 0.9


def test_a_window_that_closes_before_the_release_time_is_dropped() -> None:
    body: dict[str, Any] = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0}],
        "jobs": [
            {"id": 1, "location_index": 1, "release_time": 50, "time_windows": [[0, 40], [100, 200]]},
            {"id": 2, "location_index": 1, "release_time": 50, "time_windows": [[0, 40]]},
        ],
        "matrices": {"car": {"durations": [[0, 10], [10, 0]]}},
    }
    encoding = Encoding(model_of(problem_of(body)))
    assert encoding.possible == [0]
    assert encoding.data(complete=True).num_clients == 1
