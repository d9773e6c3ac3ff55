"""`test_schedule` compares whole routes with VROOM's."""

import pytest

from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.routes.driver_breaks import Halt
from milkrun_solver.routes.forward_pass import timed
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.routes.untimed_route import UntimedRoute
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of
from tests.solver.routes.cases import RUSH, priced_times, three_stops


def begun(route: UntimedRoute, second: int, *breaks: list[int | Halt]) -> TimedRoute:
    """The route that starts at a second."""
    found = timed(route, HUNDREDTHS * second, breaks)
    assert found is not None
    return found


def three_stop_route(*tasks: int, **vehicle: object) -> UntimedRoute:
    return UntimedRoute(model_of(problem_of(three_stops(**vehicle))), 0, tasks)


def test_every_stop_is_as_early_as_the_start_allows() -> None:
    route = begun(three_stop_route(0, 1), 800)
    assert [stop.arrival for stop in route.stops] == [800, 900, 1_360, 5_200]
    assert [stop.waiting for stop in route.stops] == [0, 100, 3_640, 0]
    assert route.cost == 600


def test_service_starts_in_the_first_window_that_is_still_open() -> None:
    stop = begun(three_stop_route(1), 4_950).stops[1]
    assert stop.arrival + stop.waiting == 7_000


def test_a_start_that_misses_a_window_gives_no_route() -> None:
    assert timed(three_stop_route(0, 1), HUNDREDTHS * 1_901) is None


def test_narrower_windows_hold_instead() -> None:
    narrow = [[(HUNDREDTHS * 1_200, HUNDREDTHS * 1_200)]]
    found = timed(three_stop_route(0), 0, windows=narrow)
    assert found is not None
    assert found.stops[-1].arrival == 1_360


def test_setup_is_not_repeated_at_the_same_place() -> None:
    jobs = [{"id": number, "location_index": 1, "setup": 50, "service": 10} for number in (1, 2)]
    route = begun(UntimedRoute(model_of(problem_of({**three_stops(), "jobs": jobs})), 0, (0, 1)), 0)
    assert [stop.setup for stop in route.stops] == [0, 50, 0, 0]


def test_time_beyond_the_shift_is_overtime() -> None:
    assert begun(three_stop_route(0, shift_duration=200, max_overtime=900), 900).overtime == 60


def test_legs_take_what_they_take_at_their_time_of_day() -> None:
    route = begun(UntimedRoute(priced_times([RUSH]), 0, (0,)), 900)
    assert [stop.arrival for stop in route.stops] == [900, 1_200, 1_550]


def test_a_break_is_taken_on_its_leg_by_driving_on_while_it_would_have_to_wait() -> None:
    pause = {"id": 1, "service": 10, "time_windows": [[950, 990]]}
    route = begun(three_stop_route(0, breaks=[pause]), 900, [0], [])
    assert [(stop.kind, stop.arrival) for stop in route.stops[1:3]] == [("break", 950), ("job", 1_010)]


def test_a_halt_is_taken_at_its_place() -> None:
    rest = Halt(None, HUNDREDTHS * 30, HUNDREDTHS * 935, HUNDREDTHS * 10)
    stops = begun(three_stop_route(0), 900, [rest], []).stops
    assert [(stop.kind, stop.arrival, stop.waiting) for stop in stops[1:3]] == [
        ("break", 930, 5),
        ("job", 1_015, 0),
    ]


def test_a_break_that_misses_its_windows_is_an_error() -> None:
    pause = {"id": 1, "service": 10, "time_windows": [[0, 90]]}
    with pytest.raises(ValueError, match="misses its time windows"):
        begun(three_stop_route(0, breaks=[pause]), 900, [0], [])
