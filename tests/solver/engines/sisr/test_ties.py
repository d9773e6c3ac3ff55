"""Fixed steps, relations and numbers of routes as the compiled search gets them."""

from typing import Any

import numpy as np
import pytest

from milkrun_solver.engines.sisr.arrays import RELATIONS
from milkrun_solver.engines.sisr.ties import relation_arrays, step_arrays
from milkrun_solver.model.visits import PlannedRoute
from tests.solver.exhaustive.searches import searched
from tests.solver.helpers import faults, model_of, scheduled
from tests.solver.problems import problem_of, random_body


def two_reloads() -> dict[str, Any]:
    """A vehicle that must load twice before it serves job 2, and once more behind it."""
    body = random_body(4, {"capacity"}, jobs=5, vehicles=2)
    vehicle = body["vehicles"][0]
    vehicle["reloads"] = [{"id": 1, "location_index": 0}, {"id": 2, "location_index": 1}]
    steps = [("reload", 1), ("reload", 2), ("job", 2), ("reload", 1)]
    vehicle["steps"] = [{"type": kind, "id": number, "fixed": "position"} for kind, number in steps]
    return body


def test_reloads_at_the_beginning_of_a_route_stay_there() -> None:
    model = model_of(problem_of(two_reloads()))
    found = searched(model, iterations=2_000)
    solution = scheduled(model, found.plan)
    assert solution is not None
    assert not found.is_lacking
    assert faults(model, solution) == []


@pytest.mark.parametrize("dear", [0, 1])
def test_a_vehicle_with_only_reloads_fixed_drives_if_that_pays(dear: int) -> None:
    body = two_reloads()
    body["vehicles"][0]["steps"] = body["vehicles"][0]["steps"][:2]
    for number, vehicle in enumerate(body["vehicles"]):
        vehicle |= {"capacity": [10**4] * len(vehicle["capacity"])}
        vehicle["costs"] = {"fixed": 10**6 if number == dear else 0}
    model = model_of(problem_of(body))
    found = searched(model, iterations=500)
    solution = scheduled(model, found.plan)
    assert solution is not None
    assert [route.vehicle for route in found.plan] == [1 - dear]
    assert not found.is_lacking
    assert faults(model, solution) == []


def test_a_step_that_cannot_be_kept_is_missing() -> None:
    body = random_body(4, {"capacity"}, jobs=5, vehicles=2)
    body["jobs"][0]["time_windows"] = [[0, 1]]
    body["vehicles"][0] |= {
        "steps": [{"type": "job", "id": 1, "fixed": "order"}],
        "time_window": [5_000, 20_000],
    }
    assert searched(model_of(problem_of(body)), iterations=500).is_lacking


def test_given_routes_with_too_few_vehicles_are_begun_anew() -> None:
    body = random_body(4, {"capacity"}, jobs=2, vehicles=2)
    body["options"] = {"min_vehicles": 2}
    model = model_of(problem_of(body))
    found = searched(model, iterations=0, start=[PlannedRoute(0, (0, 1))])
    assert len(found.plan) == 2
    assert not found.is_lacking


def test_both_ends_of_a_shipment_with_a_fixed_step_are_required() -> None:
    body = random_body(4, {"capacity", "shipments"}, jobs=6, vehicles=2)
    number = body["shipments"][0]["pickup"]["id"]
    body["vehicles"][0]["steps"] = [{"type": "pickup", "id": number, "fixed": "position"}]
    model = model_of(problem_of(body))
    arrays: dict[str, Any] = {**step_arrays(model, model.vehicles), **relation_arrays(model)}
    pickup = next(n for n, task in enumerate(model.tasks) if task.kind == "pickup")
    assert np.flatnonzero(arrays["required"]).tolist() == [pickup, model.tasks[pickup].partner]
    assert (arrays["first_begin"].tolist(), arrays["first_visit"]) == ([0, 1, 1], [pickup])


def test_fixed_steps_in_order_are_a_relation() -> None:
    body = random_body(4, {"capacity"}, jobs=5, vehicles=2)
    steps = [{"type": "job", "id": body["jobs"][n]["id"], "fixed": "order"} for n in (3, 1)]
    body["vehicles"][0]["steps"] = steps
    arrays: dict[str, Any] = relation_arrays(model_of(problem_of(body)))
    assert arrays["relation_type"] == [RELATIONS.index("sequence")]
    assert arrays["relation_task"] == [3, 1]
