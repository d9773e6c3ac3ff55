"""A prize outweighs the cost of any plan, and the sum of all prizes fits into 64 bits."""

import random

import pytest

from milkrun.schema.capabilities import inability
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.pyvrp.prizes import prizes
from milkrun_solver.model.travel import NO_WAY
from milkrun_solver.model.visits import PlannedRoute
from tests.solver.helpers import model_of
from tests.solver.objective import internal_cost, random_plan
from tests.solver.problems import problem_of, random_problem

FEATURES = {"capacity", "fleet", "priorities", "open routes", "shipments"}


@pytest.mark.parametrize("seed", range(20))
def test_a_prize_exceeds_the_cost_of_any_plan(seed: int) -> None:
    model = model_of(random_problem(seed, FEATURES | ({"custom costs"} if seed % 2 else set())))
    assert inability("pyvrp", model.problem) is None
    encoding = Encoding(model)
    least = min(prizes(model, encoding.fleet, encoding.possible).values())
    rng = random.Random(seed)
    for _ in range(50):
        assert internal_cost(model, random_plan(model, rng)) < least * encoding.fleet.divisor


def test_a_prize_covers_the_way_to_one_distant_place() -> None:
    """The mean of the matrix hardly shows that way."""
    far, jobs = 1_000_000, 40
    cells = [[0 if i == j else 100 for j in range(jobs + 1)] for i in range(jobs + 1)]
    cells[0][jobs] = cells[jobs][0] = far
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0}],
        "jobs": [{"id": n, "location_index": n} for n in range(1, jobs + 1)],
        "matrices": {"car": {"durations": cells}},
    }
    model = model_of(problem_of(body))
    encoding = Encoding(model)
    least = min(prizes(model, encoding.fleet, encoding.possible).values())
    assert internal_cost(model, [PlannedRoute(0, (jobs - 1,))]) < least * encoding.fleet.divisor


@pytest.mark.parametrize("priority", [0, 100])
def test_the_sum_of_all_prizes_fits_into_64_bits(priority: int) -> None:
    huge, jobs = NO_WAY - 1, 50
    cells = [[0 if i == j else huge for j in range(jobs + 1)] for i in range(jobs + 1)]
    body = {
        "vehicles": [
            {"id": n, "start_index": 0, "end_index": 0, "costs": {"fixed": 2**32 - 1, "per_km": 7}}
            for n in range(3)
        ],
        "jobs": [{"id": n, "location_index": n, "priority": priority} for n in range(1, jobs + 1)],
        "matrices": {"car": {"durations": cells, "distances": cells}},
    }
    model = model_of(problem_of(body))
    encoding = Encoding(model)
    worth = prizes(model, encoding.fleet, encoding.possible)
    assert min(worth.values()) > 0
    assert sum(worth.values()) <= 2**60
