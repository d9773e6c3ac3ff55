import random

import pytest

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Route, Solution
from milkrun_solver.model.travel import travel_source
from milkrun_solver.verification.compact import compact_cost
from milkrun_solver.verification.facts import Facts
from milkrun_solver.verification.verifier import Verifier
from tests.solver.priced import answer, priced_problem, restated
from tests.solver.problems import problem_of
from tests.solver.verification.cases import step


def line(jobs: int, price: int = 10) -> Problem:
    """Jobs 1, 2, … on a line, and a shipment from the first to the second of them."""
    size = jobs + 1
    return problem_of(
        {
            "vehicles": [{"id": n, "start_index": 0} for n in (1, 2)],
            "jobs": [{"id": n, "location_index": n} for n in range(1, size)],
            "shipments": [
                {"pickup": {"id": 1, "location_index": 1}, "delivery": {"id": 1, "location_index": 2}}
            ],
            "matrices": {"car": {"durations": [[60 * abs(a - b) for b in range(size)] for a in range(size)]}},
            "options": {"compact": {"cost": price}},
        }
    )


def facts(problem: Problem) -> Facts:
    return Facts(problem, travel_source(problem))


def test_each_neighbour_on_another_vehicle_costs_as_much_and_none_that_is_left_out() -> None:
    given = facts(line(4))

    def cost(*served: tuple[int, ...]) -> int:
        routes = [
            Route.model_construct(vehicle=n, steps=[step("job", job) for job in jobs])
            for n, jobs in enumerate(served, 1)
        ]
        return compact_cost(given, Solution.model_construct(routes=routes))

    assert cost((1, 2, 3, 4)) == 0
    assert cost((1, 2), (3,)) == 10 * 4
    assert cost((1,), (3,)) == 10 * 2


def test_a_problem_without_a_price_of_interleaving_has_no_cost_of_it() -> None:
    given = line(4)
    free = given.model_copy(update={"options": given.options.model_copy(update={"compact": None})})
    assert compact_cost(facts(free), Solution.model_construct(routes=[])) == 0


@pytest.mark.parametrize("seed", range(50))
def test_another_price_of_interleaving_is_found(seed: int) -> None:
    rng = random.Random(seed)
    given = priced_problem(seed, ("compact",), jobs=12)
    model, solution = answer(given, seed)
    broken = restated(solution, None, "compact", rng.choice((-40, -1, 1, 40)))
    found = Verifier(given, model.travel).faults(broken)
    assert any(fault.startswith("the compact cost is") for fault in found)
