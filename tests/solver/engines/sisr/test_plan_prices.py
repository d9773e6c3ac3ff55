"""The prices of a whole plan as the compiled search gets them."""

from typing import Any

import pytest

from milkrun_solver.decomposition.parts import part_of
from milkrun_solver.engines.sisr.plan_prices import PlanPrices
from milkrun_solver.model.problem import Model
from milkrun_solver.model.units import COST_UNIT
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_body


def model_with(options: dict[str, Any]) -> Model:
    return model_of(problem_of({**random_body(1, {"shipments", "capacity"}, jobs=9), "options": options}))


def arrays_of(model: Model) -> dict[str, Any]:
    return PlanPrices(model, unit=100).arrays(lambda cost: cost // 100)


def test_without_prices_all_cost_nothing() -> None:
    arrays = arrays_of(model_with({}))
    assert arrays["balance_cost"] == arrays["compact_cost"] == [0]
    assert arrays["near"] == []


def test_a_second_of_difference_costs_a_share_of_an_hour() -> None:
    prices = PlanPrices(model_with({"balance": {"by": "duration", "cost": 3_600}}), unit=100)
    assert prices.costs == (COST_UNIT, 0)  # time is counted in seconds
    assert prices.arrays(lambda cost: cost)["balance_use"] == []  # the search adds up time


@pytest.mark.parametrize("by", ["tasks", "load"])
def test_tasks_and_loads_are_what_tasks_use(by: str) -> None:
    model = model_with({"balance": {"by": by, "cost": 7}})
    prices = PlanPrices(model, unit=100)
    assert prices.costs == (7 * COST_UNIT, 0)
    loads = [task.delivery[0] + task.pickup[0] for task in model.tasks]
    assert prices.arrays(lambda cost: cost)["balance_use"] == (loads if by == "load" else [1] * len(loads))


def test_neighbours_are_those_that_the_answer_counts() -> None:
    model = model_with({"compact": {"cost": 5}})
    arrays = arrays_of(model)
    assert arrays["compact_cost"] == [5 * COST_UNIT // 100]
    begin = arrays["near_begin"].tolist()
    for number, task in enumerate(model.tasks):
        assert tuple(arrays["near"][begin[number] : begin[number + 1]]) == task.near


def test_a_part_counts_the_neighbours_in_it() -> None:
    part = part_of(model_with({"compact": {"cost": 5}}), [], range(5), [0])
    near = arrays_of(part.model)["near"]
    assert near
    assert max(near) < 5
