"""The price of broken rules: of the size of a leg at first, and never more than 64 bits hold."""

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
    """Of nine jobs in a row, 100 s apart, each with a load of 10; or that many times as much."""
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


def test_a_unit_of_load_costs_less_where_loads_are_larger() -> None:
    small, large = penalties(), penalties(load=100)
    assert small[0][0] == pytest.approx(100 * large[0][0])


def test_a_second_costs_the_same_whatever_a_leg_takes() -> None:
    assert penalties()[1] == pytest.approx(penalties(seconds=50)[1])


def test_what_breaks_a_rule_costs_some_legs() -> None:
    ((load,), second, _) = penalties()
    leg = second * 300 / 10
    assert 1 < 10 * load / leg < 20


def test_where_nothing_has_a_load_or_a_cost_there_are_penalties_too() -> None:
    (loads, second, metre) = penalties(seconds=0, load=0)
    assert all(price > 0 for price in (*loads, second, metre))


def data_of(far: int, complete: bool = True, home: int | None = None, **job: Any) -> Any:
    """Jobs with windows; every tenth one cannot be left but on a leg of `far` seconds, or of `home` to the
    depot."""
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
def test_no_lateness_costs_more_than_64_bits_hold(far: int, complete: bool) -> None:
    data = data_of(far, complete, priority=100)
    vrp = load_pyvrp()
    for seed in range(5):
        one_route = vrp.Solution.make_random(data, vrp.RandomNumberGenerator(seed=seed))
        assert one_route.time_warp() > far
        assert one_route.time_warp() * max_penalty(data) < 2**62


@pytest.mark.parametrize("complete", [True, False])
def test_neither_do_closed_legs(complete: bool) -> None:
    data = data_of(NO_WAY, complete, home=100, priority=100)
    vrp = load_pyvrp()
    for seed in range(5):
        one_route = vrp.Solution.make_random(data, vrp.RandomNumberGenerator(seed=seed))
        assert one_route.excess_distance() > 0
        assert (one_route.excess_distance() + one_route.time_warp()) * max_penalty(data) < 2**62


def test_costs_of_usual_size_have_the_penalties_that_pyvrp_has_by_default() -> None:
    assert max_penalty(data_of(far=100)) == 100_000


@pytest.mark.parametrize("seed", range(5))
def test_prizes_of_usual_size_are_the_bound(seed: int) -> None:
    features = {"capacity", "windows", "shipments", "priorities"}
    data = Encoding(model_of(random_problem(seed, features, jobs=100, vehicles=20))).data(complete=False)
    prizes = [client.prize for client in data.clients()] + [it.prize for it in data.shipments()]
    assert max_penalty(data) == max(prizes)
