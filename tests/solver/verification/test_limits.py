from typing import Any

import pytest

from milkrun_solver.verification.limits import limit_faults
from tests.solver.verification.cases import DURATIONS, facts, problem, step


def faults(**vehicle: Any) -> list[str]:
    """Of a route from home to places 1 and 2 and back: two tasks, 400 seconds, 4,000 metres."""
    return list(limit_faults(facts(problem(vehicle, {}, {}), step("job", 1), step("job", 2))))


def test_a_vehicle_without_limits_may_drive_any_route() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("limit", "most", "fault"),
    [
        ("max_tasks", 2, "the route has more tasks than max_tasks (1)"),
        ("max_travel_time", 400, "the route travels longer than max_travel_time (399 s)"),
        ("max_distance", 4_000, "the route is longer than max_distance (3999 m)"),
    ],
)
def test_a_route_may_reach_a_limit_and_not_exceed_it(limit: str, most: int, fault: str) -> None:
    assert faults(**{limit: most}) == []
    assert faults(**{limit: most - 1}) == [fault]


def test_travel_time_counts_at_the_speed_of_the_vehicle() -> None:
    assert faults(speed_factor=0.5, max_travel_time=800) == []
    assert faults(speed_factor=0.5, max_travel_time=799) != []


def test_an_open_end_is_no_leg() -> None:
    there = {"end_index": None, "max_travel_time": 200, "max_distance": 2_000}
    assert faults(**there) == []


def test_both_ends_of_a_shipment_count_as_tasks() -> None:
    route = step("pickup", 5), step("delivery", 9)
    assert list(limit_faults(facts(problem({"max_tasks": 2}, shipment={}), *route))) == []
    assert list(limit_faults(facts(problem({"max_tasks": 1}, shipment={}), *route))) != []


def test_the_way_to_a_reload_counts_and_the_reload_is_no_task() -> None:
    limits = {"max_tasks": 1, "max_travel_time": 600, "max_distance": 6_000}
    given = problem({**limits, "reloads": [{"id": 8, "location_index": 3}]}, {})
    assert list(limit_faults(facts(given, step("job", 1), step("reload", 8)))) == []
    limits = {"max_travel_time": 599, "max_distance": 5_999}
    given = problem({**limits, "reloads": [{"id": 8, "location_index": 3}]}, {})
    assert len(list(limit_faults(facts(given, step("job", 1), step("reload", 8))))) == 2


def test_by_the_time_of_day_the_limit_holds_for_what_the_route_travels() -> None:
    slots = [{"start": 9, "durations": [[2 * cell for cell in row] for row in DURATIONS]}]
    given = problem({"max_travel_time": 700}, {}, {}, slots=slots)
    steps = step("job", 1), step("job", 2)
    assert list(limit_faults(facts(given, *steps, duration=700))) == []
    assert list(limit_faults(facts(given, *steps, duration=701))) != []
