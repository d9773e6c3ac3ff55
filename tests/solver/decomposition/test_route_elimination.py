"""Route elimination: serving the same tasks with one route fewer."""

import random
from dataclasses import replace
from typing import Any

import pytest

from milkrun_solver.decomposition.route_elimination import without_a_route
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan, PlannedRoute
from tests.solver.helpers import model_of, one_job_a_route
from tests.solver.problems import problem_of

Known = tuple[Model, Plan]


@pytest.fixture(scope="module")
def roomy() -> Known:
    return one_job_a_route()


def test_one_route_is_dissolved_and_its_vehicle_removed(roomy: Known) -> None:
    model, plan = roomy
    part = without_a_route(model, plan, random.Random(1))
    assert part is not None
    left = part.in_whole(part.plan)
    assert len(left) == len(plan) - 1
    assert set(left) < set(plan)
    assert sorted(part.vehicles) == sorted(route.vehicle for route in left)
    assert set(part.tasks) == {task for route in plan for task in route.tasks}


def test_short_routes_are_dissolved_first(roomy: Known) -> None:
    model, plan = roomy
    long = plan[0]._replace(visits=tuple(task for route in plan[:30] for task in route.tasks))
    routes = [long, *plan[30:33]]
    for seed in range(10):
        part = without_a_route(model, routes, random.Random(seed))
        assert part is None or long in part.in_whole(part.plan)


def test_a_route_with_fixed_steps_is_not_dissolved(roomy: Known) -> None:
    model, plan = roomy
    bound = tuple(replace(it, in_order=plan[n].tasks) for n, it in enumerate(model.vehicles))
    assert without_a_route(replace(model, vehicles=bound), plan, random.Random(1)) is None
    one_free = replace(model, vehicles=(*bound[:-1], model.vehicles[-1]))
    part = without_a_route(one_free, plan, random.Random(1))
    assert part is not None
    assert plan[-1] not in part.in_whole(part.plan)


def test_no_route_is_dissolved_if_the_others_lack_capacity(roomy: Known) -> None:
    model, plan = roomy
    full = replace(model, vehicles=tuple(replace(v, capacity=(0,) * len(v.capacity)) for v in model.vehicles))
    assert without_a_route(full, plan, random.Random(1)) is None
    assert without_a_route(model, plan[:1], random.Random(1)) is None


@pytest.mark.parametrize(
    ("extra", "fits"), [({}, False), ({"reloads": [{"id": 1, "location": [2.35, 48.85]}]}, True)]
)
def test_a_vehicle_that_reloads_has_capacity_again(extra: dict[str, Any], fits: bool) -> None:
    model = model_of(problem_of(body_of(extra, jobs=[full_job(1), full_job(2)])))
    routes = [PlannedRoute(0, (0,)), PlannedRoute(1, (1,))]
    assert (without_a_route(model, routes, random.Random(1)) is not None) == fits


def test_a_delivered_shipment_frees_its_capacity() -> None:
    ends = [{"id": number, "location": [2.35, 48.85 + number / 100]} for number in (1, 2)]
    shipments = [{"pickup": end, "delivery": end, "amount": [10]} for end in ends]
    model = model_of(problem_of(body_of({}, shipments=shipments)))
    routes = [PlannedRoute(0, (0, 1)), PlannedRoute(1, (2, 3))]
    assert without_a_route(model, routes, random.Random(1)) is not None


def body_of(vehicle: dict[str, Any], **tasks: list[dict[str, Any]]) -> dict[str, Any]:
    depot = {"start": [2.35, 48.85], "end": [2.35, 48.85], "capacity": [10]}
    return {"vehicles": [{"id": number, **depot, **vehicle} for number in range(2)], **tasks}


def full_job(number: int) -> dict[str, Any]:
    """A job that fills a vehicle."""
    return {"id": number, "location": [2.35, 48.85 + number / 100], "delivery": [10]}
