"""Vehicle types, load dimensions and matrices as PyVRP is told of them."""

import math
from typing import Any

import numpy as np
import pytest

from milkrun_solver.engines.pyvrp.fleet import Fleet
from milkrun_solver.engines.pyvrp.vehicle_types import TypeArguments
from milkrun_solver.model.travel import NO_WAY
from milkrun_solver.model.units import COST_UNIT, HUNDREDTHS
from tests.nonempty import nonempty
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

CELLS = [[0, 10, 20], [30, 0, 40], [50, 60, 0]]


def fleet(
    *vehicles: dict[str, Any],
    jobs: tuple[dict[str, Any], ...] = ({}, {}),
    cells: list[list[int]] = CELLS,
    possible: list[int] | None = None,
) -> Fleet:
    """Vehicles at place 0, and jobs at the places 1 and 2."""
    matrices = {profile: {"durations": cells, "distances": cells} for profile in ("car", "truck")}
    body = {
        "vehicles": [
            {"id": number, "start_index": 0, "end_index": 0, "capacity": [5], **vehicle}
            for number, vehicle in enumerate(vehicles or ({},))
        ],
        "jobs": [{"id": number, "location_index": number, **job} for number, job in enumerate(jobs, 1)],
        "matrices": matrices,
    }
    return Fleet(model_of(problem_of(body)), [0, 1] if possible is None else possible)


def told(fleet: Fleet) -> list[TypeArguments]:
    return [kind.arguments for kind in fleet.types]


@pytest.mark.parametrize(
    "costs",
    [
        {},
        {"fixed": 100},
        {"fixed": 7, "per_hour": 5_000},
        {"per_km": 333},
        {"per_hour": 3_600, "per_km": 50},
    ],
    ids=str,
)
def test_costs_are_told_in_the_largest_unit_that_leaves_them_whole(costs: dict[str, int]) -> None:
    made = fleet({"costs": costs}, {"costs": {**costs, "fixed": costs.get("fixed", 0) + 1}})
    assert all(it.fixed_cost * made.divisor % COST_UNIT == 0 for it in nonempty(told(made)))
    units = [part for it in told(made) for part in (it.fixed_cost, it.unit_distance_cost)]
    assert math.gcd(*units) == 1
    first, second = told(made)
    assert (second.fixed_cost - first.fixed_cost) * made.divisor == COST_UNIT


def test_overtime_costs_by_the_second_of_a_shift() -> None:
    shift = {"shift_duration": 900, "max_overtime": 60, "costs": {"per_overtime_hour": 7_200}}
    made = fleet(shift)
    (arguments,) = told(made)
    assert (arguments.shift_duration, arguments.max_overtime) == (900, 60)
    assert arguments.unit_overtime_cost * made.divisor == HUNDREDTHS * 7_200
    (arguments,) = told(fleet())
    assert (arguments.shift_duration, arguments.max_overtime, arguments.unit_overtime_cost) == (None, 0, 0)


def test_at_another_speed_times_are_told_in_hundredths_of_a_second() -> None:
    window = {"time_window": [10, 900], "shift_duration": 70, "max_overtime": 3}
    for speed, unit in ((1, 1), (0.5, 100)):
        (arguments,) = told(fleet({**window, "speed_factor": speed}))
        assert (arguments.tw_early, arguments.tw_late) == (10 * unit, 900 * unit)
        assert (arguments.shift_duration, arguments.max_overtime) == (70 * unit, 3 * unit)


def test_skills_that_some_vehicle_lacks_are_loads_for_which_it_has_no_room() -> None:
    jobs = {"skills": [1]}, {"skills": [2], "delivery": [3]}
    made = fleet({"skills": [1]}, {"skills": [1, 2]}, jobs=jobs)
    assert made.skill_sets == [frozenset({2})]
    assert [it.capacity for it in told(made)] == [(5, 0), (5, 2)]
    first, second = (made.loads(task, task.delivery) for task in made._model.tasks)
    assert (first, second) == ([0, 0], [3, 1])


def test_a_vehicle_with_exactly_the_required_skills_has_room_for_all_tasks() -> None:
    made = fleet({}, {"skills": [2]}, jobs=({"skills": [2]}, {}))
    assert [it.capacity for it in told(made)] == [(5, 0), (5, 2)]


def test_skills_that_every_vehicle_has_are_no_load() -> None:
    made = fleet({"skills": [1]}, jobs=({"skills": [1]}, {}))
    assert (made.skill_sets, made.extra_dimensions) == ([], 0)


def test_skills_of_tasks_that_do_not_take_part_are_no_load() -> None:
    assert fleet(jobs=({"skills": [9]}, {}), possible=[1]).skill_sets == []


def test_a_limit_on_tasks_is_a_load_of_1_for_each() -> None:
    made = fleet({"max_tasks": 1}, {}, {"max_tasks": 9})
    assert [it.capacity for it in told(made)] == [(5, 1), (5, 2)]
    assert [kind.vehicles for kind in made.types] == [[0], [1, 2]]
    assert made.extra_dimensions == 1
    assert made.loads(made._model.tasks[0], (3,)) == [3, 1]


def test_a_limit_of_as_many_tasks_as_there_are_is_no_load() -> None:
    assert not fleet({"max_tasks": 2}).counts_tasks
    assert fleet({"max_tasks": 1}).counts_tasks


@pytest.mark.parametrize(
    ("second", "profiles"),
    [
        ({}, [0]),
        ({"capacity": [6], "costs": {"fixed": 9}, "time_window": [0, 900]}, [0, 0]),
        ({"max_travel_time": 900}, [0, 0]),
        ({"speed_factor": 0.5}, [0, 1]),
        ({"profile": "truck"}, [0, 1]),
        ({"costs": {"per_hour": 0, "per_km": 1}}, [0, 1]),
    ],
    ids=str,
)
def test_vehicles_share_their_matrices_unless_these_differ(
    second: dict[str, Any], profiles: list[int]
) -> None:
    made = fleet({}, second)
    assert [it.profile for it in told(made)] == profiles
    assert len(made.matrices[0]) == len(set(profiles))
    assert made.matrix_bytes == 2 * 8 * 3**2 * len(set(profiles))


def test_matrices_are_those_of_the_problem_between_all_locations() -> None:
    made = fleet()
    rows = made.locations.rows
    expected = [[0 if a is None or b is None else CELLS[a][b] for b in rows] for a in rows]
    [distance], [duration] = made.matrices
    assert distance.tolist() == duration.tolist() == expected


def test_to_stay_at_a_place_takes_nothing() -> None:
    """What it takes stands on the legs between tasks, whose locations differ."""
    made = fleet(cells=[[7, 10, 20], [30, 7, 40], [50, 60, 7]])
    [distance], [duration] = made.matrices
    assert (np.diagonal(distance).tolist(), np.diagonal(duration).tolist()) == ([0] * 3, [0] * 3)


def test_service_that_depends_on_the_vehicle_s_type_stands_on_the_legs_from_a_task() -> None:
    jobs = {"time_windows": [[0, 900]], "service": 5, "service_per_type": {"bike": 8}}, {"service": 2}
    made = fleet({}, {"type": "bike"}, jobs=jobs)
    assert made.service_on_edges
    first, second = (made.locations.of_task[number] for number in (0, 1))
    depot = made.locations.depots[0]
    [plain, bike] = made.matrices[1]
    assert (plain[first, depot], bike[first, depot]) == (30 + 5, 30 + 8)
    assert (plain[second, depot], bike[second, depot]) == (50 + 2, 50 + 2)
    assert (plain[depot, first], bike[depot, first]) == (10, 10)


def test_a_cost_of_work_that_depends_on_the_vehicle_stands_on_the_legs_to_a_task() -> None:
    made = fleet({}, {"costs": {"per_task_hour": 3_600}}, jobs=({"service": 5}, {}))
    assert made.work_on_edges
    task, depot = made.locations.of_task[0], made.locations.depots[0]
    [free, paid] = made.matrices[0]
    assert (paid[depot, task] - free[depot, task]) * made.divisor == 5 * HUNDREDTHS * 3_600
    assert paid[task, depot] == free[task, depot]


def test_closed_legs_are_told_by_profile() -> None:
    assert fleet().closings == [None]
    [closing] = fleet(cells=[[0, NO_WAY, 20], [30, 0, 40], [50, 60, 0]]).closings
    assert closing is not None
    assert closing.legs.sum() == 1


def test_vehicles_reload_at_depots_and_as_often_as_they_may() -> None:
    places = [{"id": 1, "location_index": 0}, {"id": 2, "location_index": 2}, {"id": 3, "location_index": 0}]
    (arguments,) = told(fleet({"reloads": places, "max_reloads": 4}))
    assert (arguments.reload_depots, arguments.max_reloads) == ((1, 2), 4)
    (arguments,) = told(fleet({"max_reloads": None}))
    assert (arguments.reload_depots, arguments.max_reloads) == ((), None)
