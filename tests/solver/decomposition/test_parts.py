"""Cutting a plan into parts."""

import random
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from milkrun.schema.fields import MAX_UINT32
from milkrun_solver.answer.solution import plan_of, solution_of, timed_routes
from milkrun_solver.answer.solution import planned as planned_routes
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.decomposition.parts import Part, cut, part_of, pinned
from milkrun_solver.feasibility.unservable import unservable
from milkrun_solver.model.problem import Model
from milkrun_solver.model.relations import Relation, RelationKind
from milkrun_solver.model.visits import Plan, PlannedRoute
from milkrun_solver.routes.objective import Objective, objective
from tests.nonempty import nonempty
from tests.solver.helpers import META, faults, model_of, vroom_solution
from tests.solver.priced import priced_problem
from tests.solver.problems import problem_of, random_problem
from tests.solver.vroom import vroom_output


@pytest.fixture(scope="module", params=["jobs", "shipments"])
def planned(request: pytest.FixtureRequest) -> tuple[Model, Plan]:
    """A problem with spare vehicles, and VROOM's routes for it."""
    features = {"capacity", "windows", "great circle"} | (
        {"shipments"} if request.param == "shipments" else set()
    )
    model = model_of(random_problem(7, features, jobs=60, vehicles=20))
    return model, plan_of(model, vroom_solution(model))


def left_out(model: Model, plan: Plan) -> list[int]:
    served = set(chain.from_iterable(route.tasks for route in plan))
    return [n for n in range(len(model.tasks)) if n not in served and n not in unservable(model)]


def parts_of(planned: tuple[Model, Plan], count: int = 4, seed: int = 1) -> list[Part]:
    model, plan = planned
    return cut(model, plan, left_out(model, plan), count, random.Random(seed))


def test_each_task_is_in_one_part(planned: tuple[Model, Plan]) -> None:
    model, plan = planned
    tasks = sorted(chain.from_iterable(part.tasks for part in parts_of(planned)))
    assert tasks == sorted([*chain.from_iterable(route.tasks for route in plan), *left_out(model, plan)])


def test_no_vehicle_is_in_two_parts(planned: tuple[Model, Plan]) -> None:
    vehicles = list(chain.from_iterable(part.vehicles for part in parts_of(planned)))
    assert len(vehicles) == len(set(vehicles))


def test_each_part_gets_spare_vehicles(planned: tuple[Model, Plan]) -> None:
    assert all(len(part.vehicles) > len(part.plan) for part in nonempty(parts_of(planned)))


def test_the_parts_together_make_up_the_plan(planned: tuple[Model, Plan]) -> None:
    together = chain.from_iterable(part.in_whole(part.plan) for part in parts_of(planned))
    assert sorted(together) == sorted(planned[1])


def value(model: Model, plan: Plan) -> Objective:
    routes = timed_routes(model, plan)
    assert routes is not None
    return objective(model, routes)


def test_the_objectives_of_the_parts_add_up_to_that_of_the_plan(planned: tuple[Model, Plan]) -> None:
    """An improvement of one part therefore improves the whole by as much."""
    model, plan = planned
    possible = {*range(len(model.tasks))} - unservable(model).keys()
    whole = value(model, plan)
    values = [value(part.model, part.plan) for part in parts_of(planned)]
    assert sum(it.cost for it in values) == whole.cost
    assert sum(it.unassigned for it in values) == whole.unassigned - (len(model.tasks) - len(possible))


def test_both_ends_of_a_shipment_stay_partners_in_a_part(planned: tuple[Model, Plan]) -> None:
    for part in nonempty(parts_of(planned)):
        for number, task in nonempty(enumerate(part.model.tasks)):
            assert task.partner is None or part.model.tasks[task.partner].partner == number
            assert replace(task, partner=None) == replace(planned[0].tasks[part.tasks[number]], partner=None)


def test_a_part_has_the_relations_among_its_tasks(planned: tuple[Model, Plan]) -> None:
    model, plan = planned
    tasks = plan[0].tasks[:2]
    related = replace(
        model, relations=(Relation("sequence", tasks), Relation("not_together", (-1, tasks[0])))
    )
    found = [
        Relation(it.kind, tuple(part.tasks[task] for task in it.tasks))
        for part in parts_of((related, plan))
        for it in part.model.relations
    ]
    assert found == [Relation("sequence", tasks)]


def test_an_unassigned_task_that_must_be_with_others_is_in_no_part(planned: tuple[Model, Plan]) -> None:
    model, plan = planned
    [*_, last] = nonempty(plan)
    pickups = {number for number, task in enumerate(model.tasks) if task.kind != "delivery"}
    dropped = next(number for number in last.tasks if number in pickups)
    gone = {dropped, model.tasks[dropped].partner}
    shorter = [*plan[:-1], last._replace(visits=tuple(it for it in last.visits if it not in gone))]
    cases: list[tuple[RelationKind, int]] = [("same_vehicle", 0), ("different_vehicles", 1)]
    for kind, expected in cases:
        related = replace(model, relations=(Relation(kind, (dropped, plan[0].tasks[0])),))
        assert sum(dropped in part.tasks for part in parts_of((related, shorter))) == expected


def test_parts_keep_their_number_of_routes_if_it_is_limited(planned: tuple[Model, Plan]) -> None:
    model, plan = planned
    for part in nonempty(parts_of((replace(model, fewest_routes=2, most_routes=len(plan)), plan))):
        assert (part.model.fewest_routes, part.model.most_routes) == (len(part.plan), len(part.plan))
    for part in nonempty(parts_of(planned)):
        assert (part.model.fewest_routes, part.model.most_routes) == (0, None)


def test_a_part_has_the_fixed_steps_of_its_routes(planned: tuple[Model, Plan]) -> None:
    model, plan = planned
    fixed = {route.vehicle: route.tasks for route in plan[::2]}
    vehicles = [
        replace(it, first=fixed[n][:1], in_order=fixed[n][1:]) if n in fixed else it
        for n, it in enumerate(model.vehicles)
    ]
    for part in nonempty(parts_of((replace(model, vehicles=tuple(vehicles)), plan))):
        for number, vehicle in nonempty(zip(part.vehicles, part.model.vehicles, strict=True)):
            kept = tuple(part.tasks[it] for it in (*vehicle.first, *vehicle.in_order) if isinstance(it, int))
            assert kept == fixed.get(number, ())


def test_a_vehicle_with_fixed_steps_is_not_spare(planned: tuple[Model, Plan]) -> None:
    model, plan = planned
    idle = set(range(len(model.vehicles))) - {route.vehicle for route in plan}
    vehicles = [replace(it, in_order=(0,)) if n in idle else it for n, it in enumerate(model.vehicles)]
    for part in nonempty(parts_of((replace(model, vehicles=tuple(vehicles)), plan))):
        assert len(part.vehicles) == len(part.plan)


def test_parts_have_about_the_same_size(planned: tuple[Model, Plan]) -> None:
    sizes = [len(part.tasks) for part in parts_of(planned)]
    longest = max(len(route.tasks) for route in planned[1])
    assert max(sizes) - min(sizes) <= 3 * longest


def test_another_seed_gives_another_cut(planned: tuple[Model, Plan]) -> None:
    cuts = {frozenset(part.tasks for part in parts_of(planned, seed=seed)) for seed in range(8)}
    assert len(cuts) > 4


def test_a_single_route_is_not_cut(planned: tuple[Model, Plan]) -> None:
    model, plan = planned
    assert len(cut(model, plan[:1], [], 4, random.Random(1))) == 1


def test_neighbours_stay_together() -> None:
    """Every seed cuts two distant clusters between them."""
    body = {
        "vehicles": [{"id": n, "start": [7.0, 43.0], "end": [7.0, 43.0], "capacity": [5]} for n in range(4)],
        "jobs": [
            {"id": n, "location": [6.0 + 2 * (n % 2) + n / 1000, 43.0], "delivery": [1]} for n in range(20)
        ],
    }
    model = model_of(problem_of(body))
    plan = plan_of(model, vroom_solution(model))
    for seed in range(10):
        halves = cut(model, plan, [], 2, random.Random(seed))
        assert {frozenset(task % 2 for task in part.tasks) for part in halves} == {
            frozenset({0}),
            frozenset({1}),
        }


def test_a_part_has_exactly_the_given_routes_tasks_and_vehicles(planned: tuple[Model, Plan]) -> None:
    model, plan = planned
    loose = [number for number in plan[2].tasks if model.tasks[number].kind == "job"]
    unused = min({*range(len(model.vehicles))}.difference(route.vehicle for route in plan))
    part = part_of(model, [plan[1], plan[0]], loose, [unused])
    assert part.tasks == tuple(sorted([*plan[0].tasks, *plan[1].tasks, *loose]))
    assert part.vehicles == tuple(sorted([plan[0].vehicle, plan[1].vehicle, unused]))
    assert part.in_whole(part.plan) == [plan[1], plan[0]]
    assert [task.source for task in part.model.tasks] == [model.tasks[it].source for it in part.tasks]
    assert list(part.model.vehicles) == [model.vehicles[it] for it in part.vehicles]


def test_an_answer_to_a_part_with_breaks_is_valid_in_the_whole_problem() -> None:
    """Tasks and vehicles get their numbers in the whole problem; a break keeps its number in the vehicle."""
    model = model_of(random_problem(4, {"breaks", "capacity", "shipments"}, jobs=20, vehicles=5))
    routes = routes_of(model, vroom_output(model))
    part = part_of(model, planned_routes(routes)[1:], [], [])
    output = vroom_output(part.model, level=3)
    answer = [part.timed_in_whole(route) for route in routes_of(part.model, output)]
    assert any(stop.kind == "break" for route in answer for stop in route.stops)
    assert faults(model, solution_of(model, [routes[0], *answer], META)) == []


def two_vehicles(**first: Any) -> Part:
    """Two vehicles with three jobs each; `first` holds what differs in the first vehicle."""
    body = {
        "vehicles": [{"id": 1, "start_index": 0, **first}, {"id": 2, "start_index": 0}],
        "jobs": [{"id": n, "location_index": 0} for n in range(6)],
        "matrices": {"car": {"durations": [[0]]}},
    }
    plan = [PlannedRoute(0, (0, 1, 2)), PlannedRoute(1, (3, 4, 5))]
    return part_of(model_of(problem_of(body)), plan, [], [])


def test_pinned_tasks_fit_no_vehicle_but_their_own() -> None:
    part = two_vehicles()
    model = pinned(part, 1.0, random.Random(1))
    fitting = [
        [number for number, vehicle in enumerate(model.vehicles) if task.skills <= vehicle.skills]
        for task in model.tasks
    ]
    assert fitting == [[0]] * 3 + [[1]] * 3


def test_about_the_given_share_of_tasks_is_pinned(planned: tuple[Model, Plan]) -> None:
    [part] = parts_of(planned, count=1)
    model = pinned(part, 0.5, random.Random(1))
    served = list(chain.from_iterable(route.tasks for route in part.plan))
    bound = [number for number in served if model.tasks[number] != part.model.tasks[number]]
    assert 0.3 * len(served) < len(bound) < 0.7 * len(served)
    assert pinned(part, 0.0, random.Random(1)).tasks == part.model.tasks


def test_either_both_ends_of_a_shipment_are_pinned_or_neither(planned: tuple[Model, Plan]) -> None:
    [part] = parts_of(planned, count=1)
    model = pinned(part, 0.5, random.Random(1))
    for task in nonempty(model.tasks):
        assert task.partner is None or model.tasks[task.partner].skills == task.skills


@pytest.mark.parametrize("skill", [0, 1, 2, MAX_UINT32])
def test_pinning_gives_no_vehicle_a_skill_that_tasks_need(skill: int) -> None:
    """This holds even for a skill that no vehicle of the part has: pins use a number that no task needs."""
    part = two_vehicles(skills=[skill ^ 1])
    tasks = [replace(task, skills=frozenset({skill})) for task in part.model.tasks]
    part = replace(part, model=replace(part.model, tasks=tuple(tasks)))
    model = pinned(part, 0.0, random.Random(1))
    vehicles = nonempty(model.vehicles)
    assert not any(task.skills <= vehicle.skills for task in nonempty(model.tasks) for vehicle in vehicles)
    assert all(0 <= it <= MAX_UINT32 for it in nonempty(chain.from_iterable(it.skills for it in vehicles)))


@pytest.mark.parametrize("features", [{"shipments", "skills"}, {"breaks", "skills", "capacity"}])
def test_an_answer_to_a_pinned_problem_is_a_valid_answer_to_the_part(features: set[str]) -> None:
    for seed in range(4):
        model = model_of(random_problem(seed, {*features, "great circle"}, jobs=20, vehicles=5))
        routes = routes_of(model, vroom_output(model))
        served = set(chain.from_iterable(route.tasks for route in planned_routes(routes)))
        part = part_of(model, planned_routes(routes), {*range(len(model.tasks))} - served, [])
        bound = pinned(part, 0.5, random.Random(seed))
        answer = [part.timed_in_whole(route) for route in routes_of(bound, vroom_output(bound))]
        assert answer
        assert faults(model, solution_of(model, answer, META)) == []


def test_a_part_keeps_the_neighbours_of_its_tasks_that_are_in_it() -> None:
    """So its cost of interleaving differs from the whole's by a constant."""
    model = model_of(priced_problem(3, ("compact",), jobs=12, vehicles=4))
    routes = [PlannedRoute(vehicle, tuple(range(vehicle, len(model.tasks), 4))) for vehicle in range(4)]
    part = part_of(model, routes[:2], [], [])
    for number, task in enumerate(nonempty(part.model.tasks)):
        whole = model.tasks[part.tasks[number]]
        assert [part.tasks[it] for it in task.near] == [it for it in whole.near if it in part.tasks]
    assert any(task.near for task in part.model.tasks)
