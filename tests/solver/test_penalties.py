"""The price of broken rules to begin with: of the size of a leg, whatever the units."""

from typing import Any

import pytest

from milkrun_solver.encoding import Encoding
from milkrun_solver.penalties import Penalties, first_penalties
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of


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
