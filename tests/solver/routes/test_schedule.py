import pytest

from milkrun_solver.answer.solution import plan_of, solution_of, timed_routes
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.model.visits import PlannedRoute
from milkrun_solver.routes.schedule import schedule
from tests.solver.helpers import META, model_of, scheduled
from tests.solver.problems import FEATURES, problem_of, random_features, random_problem
from tests.solver.routes.cases import RUSH, priced_times, three_stops
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


def test_a_route_starts_as_late_as_its_earliest_end_allows() -> None:
    route = schedule(model_of(problem_of(three_stops())), 0, (0, 1))
    assert route is not None
    # Leaving early gains nothing before the second window opens, but the first one closes at 2,000.
    assert [stop.arrival for stop in route.stops] == [1_900, 2_000, 2_360, 5_200]
    assert route.stops[2].waiting == 2_640


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


def test_an_open_route_begins_and_ends_at_its_tasks() -> None:
    vehicles = [{"id": 1, "end_index": 0}, {"id": 2, "start_index": 0}]
    model = model_of(problem_of({**three_stops(), "vehicles": vehicles}))
    solution = scheduled(model, [PlannedRoute(0, (0,)), PlannedRoute(1, (1,))])
    assert solution is not None
    ending, starting = solution.routes
    assert (ending.steps[0].location_index, ending.duration) == (1, 100)
    assert (starting.steps[-1].location_index, starting.duration) == (2, 200)


def test_a_route_that_would_last_too_long_at_its_cheapest_starts_as_any_other() -> None:
    late = priced_times([], time_window=[0, 9_000], shift_duration=249)
    assert schedule(late, 0, [0]) is not None
    assert schedule(priced_times([RUSH], shift_duration=249), 0, [0]) is None


def test_breaks_by_the_time_of_day_are_not_placed() -> None:
    pause = {"id": 1, "service": 9, "time_windows": [[0, 9_000]]}
    assert schedule(priced_times([RUSH], breaks=[pause]), 0, [0]) is None
    assert schedule(priced_times([], breaks=[pause]), 0, [0]) is not None
