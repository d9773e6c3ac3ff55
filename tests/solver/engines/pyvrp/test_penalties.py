"""Penalties for broken rules: they start at about the cost of a leg, and no sum of them exceeds 64 bits."""

from typing import Any

import pytest

from milkrun_solver.engines.libraries import load_pyvrp
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.pyvrp.penalties import Penalties, first_penalties, max_penalty
from milkrun_solver.model.travel import NO_WAY
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_problem

JOBS = 40


def penalties(seconds: int = 1, load: int = 1, **vehicle: Any) -> Penalties:
    """The penalties for nine jobs in a row, 100 s apart, each with a load of 10. Arguments multiply times and
    loads."""
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [100 * load], **vehicle}],
        "jobs": [
            {
                "id": i,
                "location_index": i,
                "delivery": [10 * load],
                "time_windows": [[0, 100_000 * seconds]],
            }
            for i in range(1, 10)
        ],
        "matrices": {
            "car": {"durations": [[100 * seconds * abs(i - j) for j in range(10)] for i in range(10)]}
        },
    }
    return first_penalties(Encoding(model_of(problem_of(body))).data(complete=True))


def test_a_unit_of_excess_load_costs_less_if_loads_are_larger() -> None:
    small, large = penalties(), penalties(load=100)
    assert small[0][0] == pytest.approx(100 * large[0][0])


def test_a_second_of_lateness_costs_the_same_however_long_legs_are() -> None:
    assert penalties()[1] == pytest.approx(penalties(seconds=50)[1])


def test_a_broken_rule_costs_as_much_as_a_few_legs() -> None:
    ((load,), second, _) = penalties()
    leg = second * 300 / 10
    assert 1 < 10 * load / leg < 20


def test_penalties_are_positive_even_without_loads_or_costs() -> None:
    (loads, second, metre) = penalties(seconds=0, load=0)
    assert all(price > 0 for price in (*loads, second, metre))


def data_of(far: int, complete: bool = True, home: int | None = None, **job: Any) -> Any:
    """Jobs with windows. Every leg from every tenth job takes `far` seconds; its leg to the depot takes
    `home`."""
    cells = [
        [0 if i == j else far if i and i % 10 == 0 else 100 for j in range(JOBS + 1)] for i in range(JOBS + 1)
    ]
    for i in range(10, JOBS + 1, 10):
        cells[i][0] = far if home is None else home
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0}],
        "jobs": [
            {"id": n, "location_index": n, "time_windows": [[0, 900]], **job} for n in range(1, JOBS + 1)
        ],
        "matrices": {"car": {"durations": cells}},
    }
    return Encoding(model_of(problem_of(body))).data(complete)


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("far", [10**8, NO_WAY - 1])
def test_the_penalty_for_any_lateness_fits_into_64_bits(far: int, complete: bool) -> None:
    data = data_of(far, complete, priority=100)
    vrp = load_pyvrp()
    for seed in range(5):
        one_route = vrp.Solution.make_random(data, vrp.RandomNumberGenerator(seed=seed))
        assert one_route.time_warp() > far
        assert one_route.time_warp() * max_penalty(data) < 2**62


@pytest.mark.parametrize("complete", [True, False])
def test_the_penalty_for_closed_legs_fits_into_64_bits(complete: bool) -> None:
    data = data_of(NO_WAY, complete, home=100, priority=100)
    vrp = load_pyvrp()
    for seed in range(5):
        one_route = vrp.Solution.make_random(data, vrp.RandomNumberGenerator(seed=seed))
        assert one_route.excess_distance() > 0
        assert (one_route.excess_distance() + one_route.time_warp()) * max_penalty(data) < 2**62


def test_ordinary_costs_get_pyvrps_default_maximum() -> None:
    assert max_penalty(data_of(far=100)) == 100_000


@pytest.mark.parametrize("seed", range(5))
def test_the_highest_ordinary_prize_is_the_maximum_penalty(seed: int) -> None:
    features = {"capacity", "windows", "shipments", "priorities"}
    data = Encoding(model_of(random_problem(seed, features, jobs=100, vehicles=20))).data(complete=False)
    prizes = [client.prize for client in data.clients()] + [it.prize for it in data.shipments()]
    assert max_penalty(data) == max(prizes)
