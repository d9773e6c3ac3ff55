import random
from typing import Any

import pytest

from milkrun.schema.options import Balance
from milkrun.schema.solution import Route, Solution
from milkrun_solver.model.travel import travel_source
from milkrun_solver.verification.balance import balance_cost
from milkrun_solver.verification.facts import Facts
from milkrun_solver.verification.verifier import Verifier
from tests.solver.priced import answer, priced_problem, restated
from tests.solver.verification.cases import problem, step

PAUSE = step("break", 1, service=500)


def route(tasks: int, duration: int = 0, **given: Any) -> Route:
    steps = [step("start"), *(step("job", n) for n in range(tasks)), PAUSE, step("end")]
    totals = {"duration": duration, "setup": 10, "service": 20 + PAUSE.service, "waiting_time": 7}
    return Route.model_construct(**{"steps": steps, **totals, **given})


def cost(by: str, price: int, *routes: Route) -> int:
    given = problem({}, {})
    wanted = Balance.model_validate({"by": by, "cost": price})
    options = given.options.model_copy(update={"balance": wanted})
    given = given.model_copy(update={"options": options})
    found = Solution.model_construct(routes=list(routes))
    return balance_cost(Facts(given, travel_source(given)), found)


def test_it_prices_the_difference_between_the_most_and_the_least_used_vehicle() -> None:
    assert cost("tasks", 3, route(1), route(4), route(2)) == 9
    assert cost("load", 3, route(1, delivery=[1, 9], pickup=[2, 9]), route(1, delivery=[5, 1])) == 6
    assert cost("duration", 3_600, route(1, 100), route(1, 700), route(1, 300)) == 600


def test_time_counts_without_waiting_and_breaks() -> None:
    other = route(1, 100, waiting_time=900)
    assert cost("duration", 3_600, route(1, 100), other) == 0
    longer = route(1, 100, service=20 + PAUSE.service + 9)
    assert cost("duration", 3_600, route(1, 100), longer) == 9


@pytest.mark.parametrize(("seconds", "units"), [(179, 0), (180, 1), (539, 1), (540, 2)])
def test_a_difference_in_time_is_rounded_to_the_nearest_unit(seconds: int, units: int) -> None:
    assert cost("duration", 10, route(1), route(1, seconds)) == units


def test_fewer_than_two_routes_are_in_balance() -> None:
    assert cost("tasks", 3) == cost("tasks", 3, route(5)) == 0


@pytest.mark.parametrize("seed", range(50))
def test_another_price_of_uneven_routes_is_found(seed: int) -> None:
    rng = random.Random(seed)
    given = priced_problem(seed, ("balance",), jobs=7)
    model, solution = answer(given, seed)
    broken = restated(solution, None, "balance", rng.choice((-40, -1, 1, 40)))
    found = Verifier(given, model.travel).faults(broken)
    assert any(fault.startswith("the balance cost is") for fault in found)
