from typing import Any

import pytest

from milkrun_solver.rules.capacity import Capacity, may_hold_all
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of
from tests.solver.rules.cases import (
    LEFT_OUT,
    LET_PASS,
    one_job,
    one_shipment,
    screened,
    several_vehicles,
    verdicts,
)


@pytest.mark.parametrize(
    "goods", [{"delivery": [5]}, {"pickup": [5]}, {"delivery": [5], "pickup": [5]}], ids=str
)
def test_goods_may_fill_a_vehicle_and_be_no_more(goods: dict[str, Any]) -> None:
    assert verdicts(Capacity(), one_job({}, goods)) == LET_PASS
    assert verdicts(Capacity(), one_job({"capacity": [4]}, goods)) == LEFT_OUT


def test_the_goods_of_a_shipment_count_once() -> None:
    assert verdicts(Capacity(), one_shipment({}, {"amount": [5]})) == LET_PASS
    assert verdicts(Capacity(), one_shipment({}, {"amount": [6]})) == LEFT_OUT


def test_every_amount_has_to_fit() -> None:
    model = several_vehicles(
        {"capacity": [9, 1]}, {"capacity": [2, 2]}, {"capacity": [1, 9]}, delivery=[2, 2]
    )
    assert screened(Capacity(), model) == [False, True, False]
    assert verdicts(Capacity(), model) == LEFT_OUT


def test_vehicles_that_hold_the_same_count_as_alike() -> None:
    model = several_vehicles({"capacity": [2]}, {"capacity": [2]}, {"capacity": [3]})
    first, same, other = map(Capacity().traits, model.vehicles)
    assert first == same != other


def test_jobs_fit_if_the_vehicles_together_have_the_capacity() -> None:
    model = one_job({}, {"delivery": [5], "pickup": [2]})
    assert may_hold_all(model.vehicles, model.tasks)
    assert may_hold_all(model.vehicles * 2, model.tasks * 2)
    assert not may_hold_all(model.vehicles, model.tasks * 2)
    assert not may_hold_all([], model.tasks)


def test_a_vehicle_that_reloads_may_hold_any_number_of_jobs() -> None:
    model = one_job({"reloads": [{"id": 1, "location_index": 0}]}, {"delivery": [5]})
    assert may_hold_all(model.vehicles, model.tasks * 9)
    beside_another = several_vehicles({"reloads": [{"id": 1, "location_index": 0}]}, {}, delivery=[5])
    assert may_hold_all(beside_another.vehicles, beside_another.tasks * 9)


def test_a_delivered_shipment_frees_its_capacity() -> None:
    end = {"id": 1, "location_index": 0}
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "capacity": [5]}],
        "shipments": [{"pickup": end, "delivery": end, "amount": [5]}],
        "matrices": {"car": {"durations": [[0]]}},
    }
    model = model_of(problem_of(body))
    assert may_hold_all(model.vehicles, model.tasks * 9)
