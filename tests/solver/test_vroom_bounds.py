"""VROOM takes matrices whose huge cells say that no way leads there, and drives no such leg."""

from typing import Any

import pytest

from milkrun_solver.vroom_encoding import request_of
from tests.solver.helpers import faults, model_of, vroom_solution
from tests.solver.problems import problem_of, random_problem

HUGE = 2**31 - 1
CELLS = [[0, 10, 20, HUGE], [10, 0, 15, HUGE], [20, 15, 0, HUGE], [HUGE, HUGE, HUGE, 0]]
"""Nothing leads to the last place or away from it."""
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
def test_vroom_serves_what_is_within_reach(vehicle: dict[str, Any]) -> None:
    model = model_of(problem_of(body(**vehicle)))
    solution = vroom_solution(model)
    assert [task.id for task in solution.unassigned] == [3]
    assert faults(model, solution) == []


def test_custom_costs_may_forbid_legs_too() -> None:
    times = [[0 if i == j else 10 for j in range(4)] for i in range(4)]
    given = body(breaks=[PAUSE]) | {"matrices": {"car": {"durations": times, "costs": CELLS}}}
    model = model_of(problem_of(given))
    solution = vroom_solution(model)
    assert [task.id for task in solution.unassigned] == [3]
    assert faults(model, solution) == []


def test_of_profiles_only_the_one_with_huge_cells_is_changed() -> None:
    plain = [[0 if i == j else 10 for j in range(4)] for i in range(4)]
    given = body()
    given["vehicles"][1]["profile"] = "bike"
    given["matrices"]["bike"] = {"durations": plain}
    model = model_of(problem_of(given))
    request = request_of(model, [], threads=1, seconds=1)
    assert ["max_travel_time" in vehicle for vehicle in request.problem["vehicles"]] == [True, False]
    assert vroom_solution(model).summary.unassigned == 0


def test_a_long_leg_that_vroom_can_add_up_is_driven() -> None:
    far = 10**8
    cells = [[far if cell == HUGE else cell for cell in row] for row in CELLS]
    assert vroom_solution(model_of(problem_of(body(cells)))).summary.unassigned == 0


def test_where_most_legs_are_huge_none_is_forbidden() -> None:
    cells = [[0 if i == j else HUGE - 1 for j in range(4)] for i in range(4)]
    model = model_of(problem_of(body(cells)))
    assert (request_of(model, [], threads=1, seconds=1).matrices["car"][0] == cells).all()


@pytest.mark.parametrize("seed", range(5))
def test_usual_matrices_are_sent_as_they_are(seed: int) -> None:
    model = model_of(random_problem(seed, {"capacity", "fleet", "custom costs"}, jobs=30, vehicles=4))
    request = request_of(model, [], threads=1, seconds=1)
    for profile, (durations, _, costs) in request.matrices.items():
        travel = model.travel.profiles[profile]
        assert (durations == travel.durations).all()
        assert travel.costs is not None
        assert (costs == travel.costs).all()
    assert not any("max_travel_time" in vehicle for vehicle in request.problem["vehicles"])
