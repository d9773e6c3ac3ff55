"""Doing with one route less."""

import random
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from milkrun_solver.answer.solution import plan_of
from milkrun_solver.decomposition.cuts import Cuts
from milkrun_solver.decomposition.route_elimination import without_a_route
from milkrun_solver.engines.pyvrp.annealing import Search
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.model.problem import Model, Plan, PlannedRoute
from milkrun_solver.routes.objective import worth
from tests.solver.helpers import after, lukewarm, model_of, vroom_solution
from tests.solver.problems import problem_of, random_problem

Known = tuple[Model, Plan]


@pytest.fixture(scope="module")
def roomy() -> Known:
    """Jobs in more routes than they need: one each."""
    model = model_of(random_problem(5, {"capacity", "great circle"}, jobs=60, vehicles=60))
    plan = plan_of(model, vroom_solution(model, level=0))
    tasks = chain.from_iterable(route.tasks for route in plan)
    return model, [plan[0]._replace(vehicle=n, tasks=(task,)) for n, task in enumerate(sorted(tasks))]


def cuts_of(model: Model) -> Cuts:
    return Cuts(model, range(len(model.tasks)), random.Random(1))


def test_one_route_is_dissolved_and_its_vehicle_gone(roomy: Known) -> None:
    model, plan = roomy
    part = without_a_route(model, plan, random.Random(1))
    assert part is not None
    left = part.in_whole(part.plan)
    assert len(left) == len(plan) - 1
    assert set(left) < set(plan)
    assert sorted(part.vehicles) == sorted(route.vehicle for route in left)
    assert set(part.tasks) == {task for route in plan for task in route.tasks}


def test_short_routes_are_likelier_to_go(roomy: Known) -> None:
    model, plan = roomy
    long = plan[0]._replace(tasks=tuple(task for route in plan[:30] for task in route.tasks))
    routes = [long, *plan[30:33]]
    for seed in range(10):
        part = without_a_route(model, routes, random.Random(seed))
        assert part is None or long in part.in_whole(part.plan)


def test_no_route_goes_where_the_others_lack_room(roomy: Known) -> None:
    model, plan = roomy
    full = replace(model, vehicles=tuple(replace(v, capacity=(0,) * len(v.capacity)) for v in model.vehicles))
    assert without_a_route(full, plan, random.Random(1)) is None
    assert without_a_route(model, plan[:1], random.Random(1)) is None


@pytest.mark.parametrize(
    ("extra", "fits"), [({}, False), ({"reloads": [{"id": 1, "location": [2.35, 48.85]}]}, True)]
)
def test_a_vehicle_that_reloads_has_room_again(extra: dict[str, Any], fits: bool) -> None:
    model = model_of(problem_of(body_of(extra, jobs=[full_job(1), full_job(2)])))
    routes = [PlannedRoute(0, (0,)), PlannedRoute(1, (1,))]
    assert (without_a_route(model, routes, random.Random(1)) is not None) == fits


def test_shipments_leave_a_vehicle_again() -> None:
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


def test_a_group_is_to_serve_everything_with_a_route_less(roomy: Known) -> None:
    model, plan = roomy
    (stint,) = cuts_of(model).with_a_route_less(plan)
    assert stint.must_serve_all
    assert stint.part is not None
    assert stint.best() == (plan, worth(model, plan))  # until the search has found better
    search = Search(Encoding(stint.part.model), complete=True, seed=1)
    found = search.round(search.completed(stint.part.plan), after(50), lambda _: None, lukewarm).best
    stint.found(search.encoding.plan(found))
    best = stint.best()
    before = worth(model, plan)
    assert best is not None
    assert before is not None
    assert len(best[0]) < len(plan)
    assert best[1] < before
    assert best[1] == worth(model, best[0])


def test_an_answer_that_leaves_tasks_out_is_none(roomy: Known) -> None:
    model, plan = roomy
    (stint,) = cuts_of(model).with_a_route_less(plan)
    assert stint.part is not None
    stint.found(stint.part.plan)
    assert stint.best() == (plan, worth(model, plan))


def test_where_tasks_are_left_out_all_routes_are_needed(roomy: Known) -> None:
    model, plan = roomy
    assert cuts_of(model).with_a_route_less(plan[:-1]) == []


def test_groups_that_lack_room_stay_as_they_are(roomy: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    model, plan = roomy
    monkeypatch.setattr("milkrun_solver.decomposition.cuts.GROUP_TASKS", 15)
    stints = cuts_of(model).with_a_route_less(plan)
    assert len(stints) == 4
    assert sorted(chain.from_iterable(best[0] for it in stints if (best := it.best()))) == sorted(plan)
