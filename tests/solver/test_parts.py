"""Cutting a plan into parts."""

import random
from dataclasses import replace
from itertools import chain

import pytest

from milkrun_solver.answer import plan_of
from milkrun_solver.model import Model, Plan
from milkrun_solver.parts import Part, cut
from milkrun_solver.possible import impossible_tasks
from milkrun_solver.worth import worth
from tests.solver.helpers import model_of, vroom_solution
from tests.solver.problems import problem_of, random_problem


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
    return [n for n in range(len(model.tasks)) if n not in served and n not in impossible_tasks(model)]


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


def test_parts_have_vehicles_to_spare_where_there_are_any(planned: tuple[Model, Plan]) -> None:
    assert all(len(part.vehicles) > len(part.plan) for part in parts_of(planned))


def test_parts_together_are_the_plan(planned: tuple[Model, Plan]) -> None:
    together = chain.from_iterable(part.in_whole(part.plan) for part in parts_of(planned))
    assert sorted(together) == sorted(planned[1])


def test_a_part_is_worth_its_share_of_the_plan(planned: tuple[Model, Plan]) -> None:
    """Whatever makes one part better makes the whole better by as much."""
    model, plan = planned
    possible = {*range(len(model.tasks))} - impossible_tasks(model)
    whole = worth(model, plan)
    ranks = [worth(part.model, part.plan) for part in parts_of(planned)]
    assert whole is not None
    assert sum(rank[2] for rank in ranks if rank) == whole[2]
    assert sum(rank[1] for rank in ranks if rank) == whole[1] - (len(model.tasks) - len(possible))


def test_both_ends_of_a_shipment_know_each_other_in_a_part(planned: tuple[Model, Plan]) -> None:
    for part in parts_of(planned):
        for number, task in enumerate(part.model.tasks):
            assert task.partner is None or part.model.tasks[task.partner].partner == number
            assert replace(task, partner=None) == replace(planned[0].tasks[part.tasks[number]], partner=None)


def test_parts_are_of_about_one_size(planned: tuple[Model, Plan]) -> None:
    sizes = [len(part.tasks) for part in parts_of(planned)]
    longest = max(len(route.tasks) for route in planned[1])
    assert max(sizes) - min(sizes) <= 3 * longest


def test_another_cut_is_another_one(planned: tuple[Model, Plan]) -> None:
    cuts = {frozenset(part.tasks for part in parts_of(planned, seed=seed)) for seed in range(8)}
    assert len(cuts) > 4


def test_one_route_is_not_cut(planned: tuple[Model, Plan]) -> None:
    model, plan = planned
    assert len(cut(model, plan[:1], [], 4, random.Random(1))) == 1


def test_neighbours_stay_together() -> None:
    """Two clusters far apart come apart between them, wherever chance begins."""
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
