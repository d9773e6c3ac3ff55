"""Matrices with huge cells, which mean that there is no way: VROOM accepts them and drives no such leg."""

import random
from typing import Any

import numpy as np
import pytest

from milkrun_solver.engines.vroom.encoding import request_of
from tests.nonempty import nonempty
from tests.solver.helpers import faults, model_of, task_ids, vroom_solution
from tests.solver.problems import problem_of, random_problem

HUGE = 2**31 - 1
CELLS = [[0, 10, 20, HUGE], [10, 0, 15, HUGE], [20, 15, 0, HUGE], [HUGE, HUGE, HUGE, 0]]
"""No way leads to the last place or away from it."""
PAUSE = {"id": 1, "time_windows": [[0, 1_000]], "service": 5}


def body(cells: list[list[int]] = CELLS, **vehicle: Any) -> dict[str, Any]:
    return {
        "vehicles": [{"id": n, "start_index": 0, "end_index": 0, **vehicle} for n in (1, 2)],
        "jobs": [{"id": n, "location_index": n} for n in (1, 2, 3)],
        "matrices": {"car": {"durations": cells}},
    }


@pytest.mark.parametrize(
    "vehicle", [{}, {"breaks": [PAUSE]}, {"speed_factor": 0.3}, {"speed_factor": 5, "breaks": [PAUSE]}]
)
def test_vroom_serves_all_tasks_within_reach(vehicle: dict[str, Any]) -> None:
    model = model_of(problem_of(body(**vehicle)))
    solution = vroom_solution(model)
    assert [task.id for task in solution.unassigned] == [3]
    assert faults(model, solution) == []


def test_custom_costs_can_forbid_legs_too() -> None:
    times = [[0 if i == j else 10 for j in range(4)] for i in range(4)]
    given = body(breaks=[PAUSE]) | {"matrices": {"car": {"durations": times, "costs": CELLS}}}
    model = model_of(problem_of(given))
    solution = vroom_solution(model)
    assert [task.id for task in solution.unassigned] == [3]
    assert faults(model, solution) == []


def test_only_a_profile_with_huge_cells_is_changed() -> None:
    plain = [[0 if i == j else 10 for j in range(4)] for i in range(4)]
    given = body()
    given["vehicles"][1]["profile"] = "bike"
    given["matrices"]["bike"] = {"durations": plain}
    model = model_of(problem_of(given))
    request = request_of(model, [], threads=1, seconds=1)
    assert ["max_travel_time" in vehicle for vehicle in request.problem["vehicles"]] == [True, False]
    assert vroom_solution(model).summary.unassigned == 0


def test_a_long_leg_is_driven_if_vroom_can_add_it_up() -> None:
    far = 10**8
    cells = [[far if cell == HUGE else cell for cell in row] for row in CELLS]
    assert vroom_solution(model_of(problem_of(body(cells)))).summary.unassigned == 0


def test_no_leg_is_forbidden_if_most_are_huge() -> None:
    cells = [[0 if i == j else 900_000_000 for j in range(4)] for i in range(4)]
    model = model_of(problem_of(body(cells)))
    assert (request_of(model, [], threads=1, seconds=1).matrices["car"][0] == cells).all()


def test_nothing_is_served_if_every_leg_is_closed() -> None:
    cells = [[0 if i == j else HUGE for j in range(4)] for i in range(4)]
    model = model_of(problem_of(body(cells, breaks=[PAUSE])))
    assert vroom_solution(model).summary.unassigned == 3


def test_a_single_closed_leg_is_forbidden() -> None:
    cells = [[0, 10, 20, 30], [10, 0, 15, 15], [20, 15, 0, 15], [HUGE, 15, 15, 0]]
    model = model_of(problem_of(body(cells)))
    solution = vroom_solution(model)
    assert solution.summary.unassigned == 0
    assert faults(model, solution) == []


def dear(unit: int, vehicles: int = 2, **vehicle: Any) -> dict[str, Any]:
    """Custom costs that are multiples of `unit`. If it is a million, VROOM cannot add them up."""
    rng = random.Random(3)
    times = [[0 if i == j else rng.randint(60, 900) for j in range(10)] for i in range(10)]
    costs = [[0 if i == j else unit * rng.randint(200, 600) for j in range(10)] for i in range(10)]
    given = {"start_index": 0, "end_index": 0, "breaks": [{**PAUSE, "time_windows": [[0, 9_000]]}], **vehicle}
    return {
        "vehicles": [{"id": n, **given} for n in range(1, vehicles + 1)],
        "jobs": [{"id": n, "location_index": n} for n in range(1, 10)],
        "matrices": {"car": {"durations": times, "costs": costs}},
    }


@pytest.mark.parametrize("costs", [{}, {"fixed": 3_000_000, "per_task_hour": 3_600_000_000}])
def test_costs_with_a_large_common_divisor_give_the_same_routes_as_without_it(costs: dict[str, int]) -> None:
    small = dear(1, costs={key: value // 1_000_000 for key, value in costs.items()})
    model = model_of(problem_of(dear(1_000_000, costs=costs)))
    solution = vroom_solution(model)
    assert faults(model, solution) == []
    assert solution.summary.unassigned == 0
    theirs = vroom_solution(model_of(problem_of(small)))
    assert solution.summary.cost == 1_000_000 * theirs.summary.cost
    assert task_ids(solution) == task_ids(theirs)


def test_large_costs_are_divided_only_by_their_common_divisor() -> None:
    model = model_of(problem_of(dear(1_000_000, costs={"fixed": 1_500})))
    request = request_of(model, [], threads=1, seconds=1)
    assert [vehicle["costs"]["fixed"] for vehicle in request.problem["vehicles"]] == [3, 3]
    found, given = request.matrices["car"][2], model.travel.profiles["car"].costs
    assert found is not None
    assert given is not None
    assert (500 * found.astype(int)).tolist() == given.tolist()


def test_costs_are_not_divided_if_another_profile_has_no_custom_costs() -> None:
    given = dear(1_000_000, vehicles=3)
    given["vehicles"][2] |= {"profile": "bike", "costs": {"fixed": 10**6}}
    given["matrices"]["bike"] = {"durations": given["matrices"]["car"]["durations"]}
    model = model_of(problem_of(given))
    request = request_of(model, [], threads=1, seconds=1)
    assert [vehicle["costs"]["fixed"] for vehicle in request.problem["vehicles"]] == [0, 0, 10**6]


def test_large_costs_are_divided_even_if_a_leg_is_closed() -> None:
    given = dear(1_000_000)
    given["matrices"]["car"]["costs"][4][5] = HUGE
    model = model_of(problem_of(given))
    solution = vroom_solution(model)
    assert solution.summary.unassigned == 0
    assert faults(model, solution) == []


@pytest.mark.parametrize("seed", range(5))
def test_ordinary_matrices_are_sent_unchanged(seed: int) -> None:
    model = model_of(random_problem(seed, {"capacity", "fleet", "custom costs"}, jobs=30, vehicles=4))
    request = request_of(model, [], threads=1, seconds=1)
    for profile, (durations, _, costs) in nonempty(request.matrices.items()):
        travel = model.travel.profiles[profile]
        assert (durations == travel.durations).all()
        assert costs is not None
        assert travel.costs is not None
        assert np.array_equal(costs, travel.costs)
    assert not any("max_travel_time" in vehicle for vehicle in nonempty(request.problem["vehicles"]))
