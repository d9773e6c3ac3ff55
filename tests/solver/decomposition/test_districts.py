import random
from itertools import chain

import numpy as np
import pytest

from milkrun_solver.decomposition.districts import districts
from milkrun_solver.decomposition.parts import Part
from milkrun_solver.model.problem import Model
from tests.nonempty import nonempty
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_problem


@pytest.fixture(scope="module", params=[set(), {"shipments"}, {"open routes"}, {"fleet", "skills"}])
def model(request: pytest.FixtureRequest) -> Model:
    return model_of(random_problem(3, {"capacity", *request.param}, jobs=90, vehicles=13))


def cut(model: Model, tasks_each: int = 20) -> list[Part]:
    return districts(model, tasks_each, random.Random(1))


def test_each_task_and_each_vehicle_is_in_one_district(model: Model) -> None:
    parts = cut(model)
    assert sorted(chain.from_iterable(part.tasks for part in parts)) == list(range(len(model.tasks)))
    assert sorted(chain.from_iterable(part.vehicles for part in parts)) == list(range(len(model.vehicles)))


def test_districts_have_about_the_same_size(model: Model) -> None:
    parts = cut(model)
    assert len(parts) == -(-len(model.tasks) // 20)
    assert all(10 <= len(part.tasks) <= 30 for part in parts)
    assert {len(part.vehicles) for part in parts} <= {1, 2, 3, 4, 5}


def test_a_shipment_stays_whole(model: Model) -> None:
    for part in nonempty(cut(model)):
        for number, task in nonempty(enumerate(part.model.tasks)):
            assert task.partner is None or part.model.tasks[task.partner].partner == number


def test_even_the_smallest_district_has_a_vehicle(model: Model) -> None:
    parts = cut(model, tasks_each=2)
    assert len(parts) == len(model.vehicles)
    assert all(len(part.vehicles) == 1 for part in parts)


def test_a_small_problem_is_one_district(model: Model) -> None:
    [part] = cut(model, tasks_each=500)
    assert part.model.tasks == model.tasks


def test_each_town_becomes_a_district_with_its_own_vehicles() -> None:
    """Two distant towns, each with its own jobs and depot, listed alternately."""
    towns = [(2.0, 48.0), (5.0, 44.0)]
    rng = random.Random(1)

    def near(town: tuple[float, float]) -> list[float]:
        return [town[0] + rng.uniform(0, 0.1), town[1] + rng.uniform(0, 0.1)]

    body = {
        "vehicles": [{"id": n, "start": towns[n % 2]} for n in range(8)],
        "jobs": [{"id": n, "location": near(towns[n % 2])} for n in range(40)],
    }
    parts = cut(model_of(problem_of(body)))
    assert len(parts) == 2
    for part in parts:
        assert len(set(np.array(part.tasks) % 2)) == 1
        assert set(np.array(part.vehicles) % 2) == set(np.array(part.tasks) % 2)


WEST, EAST = (2.0, 48.0), (5.0, 48.0)


def test_a_district_gets_the_vehicles_its_tasks_need_even_from_afar() -> None:
    """The vehicles of each depot have a skill that jobs in both towns need."""
    body = {
        "vehicles": [{"id": n, "start": (WEST, EAST)[n % 2], "skills": [n % 2]} for n in range(20)],
        "jobs": [{"id": n, "location": (WEST, EAST)[n // 2 % 2], "skills": [n % 2]} for n in range(40)],
    }
    for part in nonempty(cut(model_of(problem_of(body)))):
        assert sorted(number % 2 for number in part.vehicles) == [0] * 5 + [1] * 5


def test_vehicles_go_to_the_district_whose_tasks_only_they_can_serve() -> None:
    """All vehicles start in the west, where every other job is. Only jobs in the east need the skill."""
    body = {
        "vehicles": [{"id": n, "start": WEST, "skills": [7] if n < 4 else []} for n in range(20)],
        "jobs": [
            {"id": n, "location": (WEST, EAST)[n % 2], "skills": [7] if n % 4 == 1 else []} for n in range(40)
        ],
    }
    parts = cut(model_of(problem_of(body)))
    [east] = [part for part in parts if part.tasks[0] % 2]
    assert sum(number < 4 for number in east.vehicles) >= 3
