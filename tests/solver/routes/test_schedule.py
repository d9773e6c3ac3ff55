from dataclasses import replace
from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun_solver.answer.solution import plan_of, solution_of, timed_routes
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import PlannedRoute
from milkrun_solver.routes.schedule import schedule
from tests.solver.helpers import META, model_of, scheduled
from tests.solver.problems import FEATURES, problem_of, random_features, random_problem
from tests.solver.vroom import vroom_output

SCHEDULED = tuple(feature for feature in FEATURES if feature != "breaks")
"""A plan has no breaks: routes with breaks come from VROOM with their times."""


@pytest.mark.parametrize("seed", range(60))
def test_times_loads_and_costs_equal_those_of_vroom(seed: int) -> None:
    model = model_of(random_problem(seed, random_features(seed, SCHEDULED)))
    theirs = routes_of(model, vroom_output(model))
    ours = timed_routes(model, plan_of(model, solution_of(model, theirs, META)))
    assert ours is not None
    if not model.amounts:
        for route in theirs:
            for stop in route.stops:
                stop.load = ()
    assert sorted(ours, key=lambda route: route.vehicle) == sorted(theirs, key=lambda route: route.vehicle)


def three_stops(**vehicle: object) -> dict[str, object]:
    return {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, **vehicle}],
        "jobs": [
            {"id": 1, "location_index": 1, "time_windows": [[1_000, 2_000]], "service": 60},
            {"id": 2, "location_index": 2, "time_windows": [[5_000, 5_100], [7_000, 8_000]]},
        ],
        "matrices": {"car": {"durations": [[0, 100, 200], [100, 0, 300], [200, 300, 0]]}},
    }


def test_a_route_starts_as_late_as_its_earliest_end_allows() -> None:
    route = schedule(model_of(problem_of(three_stops())), 0, (0, 1))
    assert route is not None
    # Leaving early gains nothing before the second window opens, but the first one closes at 2,000.
    assert [stop.arrival for stop in route.stops] == [1_900, 2_000, 2_360, 5_200]
    assert route.stops[2].waiting == 2_640


def test_service_starts_in_the_first_window_that_is_still_open() -> None:
    route = schedule(model_of(problem_of(three_stops(time_window=[4_950, 9_000]))), 0, (1,))
    assert route is not None
    assert route.stops[1].arrival + route.stops[1].waiting == 7_000


def test_a_missed_window_gives_no_schedule() -> None:
    assert schedule(model_of(problem_of(three_stops(time_window=[3_000, 9_000]))), 0, (0, 1)) is None


def test_working_hours_that_end_too_early_give_no_schedule() -> None:
    assert schedule(model_of(problem_of(three_stops(time_window=[0, 5_199]))), 0, (0, 1)) is None


def test_without_time_windows_routes_start_at_zero() -> None:
    body = {**three_stops(), "jobs": [{"id": 1, "location_index": 1, "setup": 7, "service": 60}]}
    route = schedule(model_of(problem_of(body)), 0, (0,))
    assert route is not None
    assert [stop.arrival for stop in route.stops] == [0, 100, 267]
    assert route.cost == 200


def test_setup_is_not_repeated_at_the_same_place() -> None:
    jobs = [{"id": number, "location_index": 1, "setup": 50, "service": 10} for number in (1, 2)]
    route = schedule(model_of(problem_of({**three_stops(), "jobs": jobs})), 0, (0, 1))
    assert route is not None
    assert [stop.setup for stop in route.stops] == [0, 50, 0, 0]


def test_an_open_route_begins_and_ends_at_its_tasks() -> None:
    vehicles = [{"id": 1, "end_index": 0}, {"id": 2, "start_index": 0}]
    model = model_of(problem_of({**three_stops(), "vehicles": vehicles}))
    solution = scheduled(model, [PlannedRoute(0, (0,)), PlannedRoute(1, (1,))])
    assert solution is not None
    ending, starting = solution.routes
    assert (ending.steps[0].location_index, ending.duration) == (1, 100)
    assert (starting.steps[-1].location_index, starting.duration) == (2, 200)


def priced_times(slots: list[dict[str, Any]], **vehicle: Any) -> Model:
    """A job 100 seconds away that should begin at 1,000."""
    soft = {"start": 1_000, "end": 1_000, "cost_per_hour_early": 3_600, "cost_per_hour_late": 3_600}
    return model_of(
        Problem.model_validate(
            {
                "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, **vehicle}],
                "jobs": [{"id": 1, "location_index": 1, "service": 50, "soft_time_window": soft}],
                "matrices": {"car": {"durations": [[0, 100], [100, 0]], "slots": slots}},
            }
        )
    )


RUSH: dict[str, Any] = {"start": 900, "durations": [[0, 300], [300, 0]]}


def test_a_route_whose_times_have_a_price_is_as_cheap_as_possible() -> None:
    route = schedule(priced_times([]), 0, [0])
    assert route is not None
    assert [stop.arrival for stop in route.stops] == [900, 1_000, 1_150]
    assert route.cost == 200


def test_it_avoids_slow_hours_if_that_is_cheaper() -> None:
    """It leaves before they begin, waits until 1,000, and drives home slowly; or it is early by more."""
    route = schedule(priced_times([RUSH]), 0, [0])
    assert route is not None
    assert [stop.arrival for stop in route.stops] == [800, 900, 1_350]
    assert route.stops[1].waiting == 100
    assert route.cost == 100 + 300


def test_a_route_that_would_last_too_long_at_its_cheapest_starts_as_any_other() -> None:
    late = priced_times([], time_window=[0, 9_000], shift_duration=249)
    assert schedule(late, 0, [0]) is not None
    assert schedule(priced_times([RUSH], shift_duration=249), 0, [0]) is None


def test_breaks_by_the_time_of_day_are_not_placed() -> None:
    pause = {"id": 1, "service": 9, "time_windows": [[0, 9_000]]}
    assert schedule(priced_times([RUSH], breaks=[pause]), 0, [0]) is None
    assert schedule(priced_times([], breaks=[pause]), 0, [0]) is not None


@pytest.mark.parametrize(
    ("per_hour", "most", "starts", "cost"),
    [
        (1_800, 900, 900, 200 + 550 // 2),  # overtime costs less than to be late
        (7_200, 900, 1_450, 200 + 550),
        (1_800, 500, 950, 200 + 500 // 2 + 50),  # more overtime is forbidden
    ],
)
def test_overtime_is_weighed_against_times(per_hour: int, most: int, starts: int, cost: int) -> None:
    """The second job opens at 1,650. If the first begins when it should, the route lasts 850 seconds."""
    model = priced_times(
        [],
        shift_duration=300,
        max_overtime=most,
        costs={"per_hour": 3_600, "per_overtime_hour": per_hour},
    )
    second = replace(model.tasks[0], windows=((1_650, 9_000),), soft=None, service=(0,))
    model = replace(model, tasks=(model.tasks[0], second))
    route = schedule(model, 0, [0, 1])
    assert route is not None
    assert (route.stops[0].arrival, route.cost) == (starts, cost)
