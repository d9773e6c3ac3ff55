"""Prices of the whole plan: the enumerator finds what the solver confirms, and no random plan beats it."""

import random
from itertools import permutations

import pytest

from milkrun.schema.vehicles import Costs
from milkrun_solver.routes.objective import solution_objective
from milkrun_solver.routes.schedule import schedule
from tests.solver.exhaustive.clock import ClockWalker
from tests.solver.exhaustive.days import short_day
from tests.solver.exhaustive.enumerator import Enumerator
from tests.solver.exhaustive.facts import Facts, Stop
from tests.solver.exhaustive.plans import confirmed
from tests.solver.helpers import faults, model_of, scheduled
from tests.solver.objective import random_plan


@pytest.mark.parametrize("seed", range(12))
def test_the_best_plan_is_verified_costs_as_much_and_is_not_beaten(seed: int) -> None:
    rng = random.Random(seed)
    problem = short_day(seed, {"balance", "compact", "shipments"})
    best, model = confirmed(problem), model_of(problem)
    for _ in range(100):
        other = scheduled(model, random_plan(model, rng))
        if other is not None and not faults(model, other):
            assert solution_objective(problem, other) >= best.values


@pytest.mark.parametrize(
    "kinds",
    [
        {"soft windows"},
        {"slots"},
        {"soft windows", "slots", "windows"},
        {"soft windows", "slots", "balance", "compact", "shipments"},
    ],
    ids=lambda kinds: "+".join(sorted(kinds)),
)
def test_the_schedule_finds_the_times_at_which_a_route_costs_least(kinds: set[str]) -> None:
    for seed in range(8):
        problem = short_day(seed, kinds, tasks=4)
        confirmed(problem)


@pytest.mark.parametrize("seed", range(4))
def test_prices_of_the_whole_plan_add_to_those_of_times(seed: int) -> None:
    kinds = {"soft windows", "slots"}
    free = Enumerator(short_day(seed, kinds, tasks=4)).best()
    priced = Enumerator(short_day(seed, {*kinds, "compact", "balance"}, tasks=4)).best()
    assert free is not None
    assert priced is not None
    assert free.values[:2] == priced.values[:2]
    assert free.cost <= priced.cost


def test_the_schedule_weighs_overtime_against_soft_windows() -> None:
    compared = 0
    for seed in range(30):
        rng = random.Random(seed)
        problem = short_day(seed, {"soft windows"}, tasks=3, day=40)
        rates = Costs(per_overtime_hour=3_600 * rng.randint(0, 3))
        shift = {
            "shift_duration": rng.randint(5, 40),
            "max_overtime": rng.choice((0, 10, 60)),
            "costs": rates,
        }
        vehicle = problem.vehicles[0].model_copy(update=shift)
        problem = problem.model_copy(update={"vehicles": [vehicle]})
        model, walker = model_of(problem), ClockWalker(Facts(problem))
        for order in permutations((1, 2, 3)):
            walk = walker.walk(vehicle, [Stop("job", number) for number in order])
            route = schedule(model, 0, [number - 1 for number in order])
            kept = route is not None and route.overtime <= vehicle.max_overtime
            assert (route.cost if kept and route else None) == (None if walk is None else walk.cost)
            compared += kept
    assert compared > 50
