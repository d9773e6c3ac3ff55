"""The breaks of one route, in the form in which its times are computed."""

from typing import Any

from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.model.visits import BreakVisit, ReloadVisit
from milkrun_solver.routes.pauses import NEVER, breaks_by_leg, pauses_of
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of


def vehicle(**pause: Any) -> Vehicle:
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "capacity": [9, 9], "breaks": [{"id": 1, **pause}]}],
        "jobs": [{"id": 1, "location_index": 0}],
        "matrices": {"car": {"durations": [[0]]}},
    }
    return model_of(problem_of(body)).vehicles[0]


def test_times_are_hundredths_of_a_second_and_windows_that_meet_are_one() -> None:
    (pause,) = pauses_of(vehicle(service=60, time_windows=[[50, 70], [10, 20], [15, 30]]), [])
    assert (pause.length, pause.windows) == (6_000, [(1_000, 3_000), (5_000, 7_000)])
    assert (pause.first_chance, pause.last_chance) == (1_000, 7_000)


def test_a_break_without_windows_may_start_at_any_time() -> None:
    (pause,) = pauses_of(vehicle(), [])
    assert (pause.windows, pause.first_chance, pause.last_chance) == ([], 0, NEVER)


def test_a_break_is_allowed_on_the_legs_with_at_most_its_load() -> None:
    loads = [(4, 5), (3, 6), (3, 5)]
    assert pauses_of(vehicle(max_load=[3, 5]), loads)[0].is_allowed == [False, False, True]
    assert pauses_of(vehicle(max_load=[]), loads)[0].is_allowed == [True, True, True]
    assert pauses_of(vehicle(), loads)[0].is_allowed == [True, True, True]


def test_breaks_among_visits_are_on_the_way_to_the_next_visit_with_a_place() -> None:
    visits = (BreakVisit(1), 4, ReloadVisit(0), BreakVisit(2), BreakVisit(0), 3)
    assert breaks_by_leg(visits) == [[1], [], [2, 0], []]
    assert breaks_by_leg((4, BreakVisit(0))) == [[], [0]]
