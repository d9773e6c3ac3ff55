from typing import Any

from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.visits import BreakVisit, ReloadVisit
from milkrun_solver.routes.untimed_route import UntimedRoute
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of
from tests.solver.routes.cases import RUSH, priced_times, three_stops


def route_of(*visits: int | ReloadVisit | BreakVisit, **changes: Any) -> UntimedRoute:
    return UntimedRoute(model_of(problem_of({**three_stops(), **changes})), 0, visits)


def test_legs_go_from_the_start_through_the_visits_to_the_end() -> None:
    route = route_of(0, 1)
    assert route.legs == [(0, 1), (1, 2), (2, 0)]
    assert route.travel == [100 * HUNDREDTHS, 300 * HUNDREDTHS, 200 * HUNDREDTHS]


def test_an_open_start_takes_no_time_and_no_metres() -> None:
    route = route_of(0, vehicles=[{"id": 1, "end_index": 0}])
    assert route.legs == [(None, 1), (1, 0)]
    assert (route.travel[0], route.metres(0)) == (0, 0)


def test_without_distances_every_leg_has_no_metres() -> None:
    assert route_of(0).metres(1) == 0


def test_breaks_are_no_stops() -> None:
    vehicle = {"id": 1, "start_index": 0, "breaks": [{"id": 9, "time_windows": [[0, 50]]}]}
    assert route_of(BreakVisit(0), 0, vehicles=[vehicle]).visits == (0,)


def test_what_is_delivered_is_on_board_from_its_loading_on() -> None:
    jobs = [
        {"id": 1, "location_index": 1, "delivery": [2]},
        {"id": 2, "location_index": 2, "delivery": [3], "pickup": [1]},
    ]
    vehicle = {"id": 1, "start_index": 0, "capacity": [5], "reloads": [{"id": 1, "location_index": 0}]}
    assert route_of(0, 1, jobs=jobs, vehicles=[vehicle]).loads == [(5,), (3,), (1,)]
    assert route_of(0, ReloadVisit(0), 1, jobs=jobs, vehicles=[vehicle]).loads == [(2,), (0,), (3,), (1,)]


def test_a_price_of_times_is_a_soft_window_or_a_slot() -> None:
    assert not route_of(0).times_have_a_price
    assert UntimedRoute(priced_times([]), 0, (0,)).times_have_a_price
    assert UntimedRoute(priced_times([RUSH]), 0, ()).times_have_a_price


def test_travel_depends_on_the_departure_where_there_are_slots() -> None:
    route = UntimedRoute(priced_times([RUSH]), 0, (0,))
    times = [route.travel_at(0, HUNDREDTHS * departure) for departure in (0, 850, 900)]
    assert times == [HUNDREDTHS * seconds for seconds in (100, 200, 300)]
