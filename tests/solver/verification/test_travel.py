from typing import Any

import pytest

from milkrun.schema.solution import Step
from milkrun_solver.model.travel import NO_WAY
from milkrun_solver.verification.travel import travel_faults
from tests.solver.verification.cases import DURATIONS, facts, problem, step


def there_and_back(*changed: tuple[int, dict[str, int]]) -> list[Step]:
    """From home to place 1, a service of a minute, a break of half a minute on the way, and home again."""
    steps: list[dict[str, Any]] = [
        {"kind": "start", "arrival": 50, "distance": 0},
        {"kind": "job", "number": 1, "arrival": 150, "duration": 100, "distance": 1_000, "service": 60},
        {"kind": "break", "number": 7, "arrival": 240, "duration": 130, "distance": 1_000, "service": 30},
        {"kind": "end", "arrival": 340, "duration": 200, "distance": 2_000},
    ]
    for position, other in changed:
        steps[position] = {**steps[position], **other}
    return [step(**it) for it in steps]


ROUTE = {"cost": 200, "distance": 2_000, "duration": 200}


def faults(*changed: tuple[int, dict[str, int]], closed: bool = False, **route: Any) -> list[str]:
    """Of that route once some of its steps, or its totals, are changed."""
    cells = [list(row) for row in DURATIONS]
    if closed:
        cells[1][0] = NO_WAY
    pause = [{"id": 7, "service": 30, "time_windows": [[0, 900]]}]
    given = problem({"breaks": pause}, {}, durations=cells)
    return list(travel_faults(facts(given, *there_and_back(*changed), **{**ROUTE, **route})))


def test_a_route_takes_the_time_and_the_way_of_its_matrices() -> None:
    assert faults() == []


def test_a_break_may_be_taken_anywhere_on_a_leg() -> None:
    assert faults((2, {"arrival": 210, "duration": 100})) == []
    assert faults((2, {"arrival": 310, "duration": 200})) == []


@pytest.mark.parametrize(
    ("position", "other", "fault"),
    [
        (0, {"duration": 1}, "the route travels before its start"),
        (0, {"distance": 1}, "the route travels before its start"),
        (1, {"arrival": 149}, "travel to job 1 cannot take 99 s"),
        (1, {"arrival": 151}, "travel to job 1 cannot take 101 s"),
        (3, {"arrival": 339}, "travel to end None cannot take 99 s"),
        (2, {"arrival": 209}, "break 7 is reached before the previous stop is left"),
        (2, {"duration": 131}, "break 7 is 130 s of travel from the start, not 131 s"),
        (1, {"distance": 999}, "job 1 is 1000 m from the start, not 999"),
    ],
)
def test_a_step_at_another_time_or_distance_is_named(
    position: int, other: dict[str, int], fault: str
) -> None:
    assert fault in faults((position, other))


def test_a_stop_is_left_once_waiting_setup_and_service_are_over() -> None:
    spent = {"waiting_time": 10, "setup": 20, "service": 30}
    assert faults((1, spent)) == []
    assert faults((1, {**spent, "waiting_time": 11})) != []


@pytest.mark.parametrize(
    ("there", "back", "keeps"),
    [(50, 50, True), (50, 49, True), (50, 51, True), (50, 48, False), (50, 52, False), (51, 50, False)],
)
def test_at_another_speed_a_leg_may_be_a_second_off_for_each_break_on_it(
    there: int, back: int, keeps: bool
) -> None:
    """Both legs take 50 s at this speed. On the way back there is a break."""
    pause = [{"id": 7, "service": 30, "time_windows": [[0, 900]]}]
    given = problem({"breaks": pause, "speed_factor": 2, "costs": {"per_hour": 0, "per_km": 1}}, {})
    steps = [
        step("start", distance=0),
        step("job", 1, there, duration=there, distance=1_000),
        step("break", 7, there + 20, duration=there + 20, distance=1_000, service=30),
        step("end", None, there + back + 30, duration=there + back, distance=2_000),
    ]
    found = list(travel_faults(facts(given, *steps, distance=2_000, duration=there + back, cost=2)))
    assert (found == []) == keeps


def test_no_route_takes_a_closed_leg() -> None:
    assert "there is no path to end None" in faults(closed=True)


@pytest.mark.parametrize(
    ("total", "wrong", "fault"),
    [
        ("distance", 1_999, "the route is 2000 m long, not 1999"),
        ("distance", None, "the route is 2000 m long, not None"),
        ("cost", 199, "the route costs 200 to 200, not 199"),
        ("cost", 201, "the route costs 200 to 200, not 201"),
    ],
)
def test_a_wrong_total_is_named(total: str, wrong: int | None, fault: str) -> None:
    changed: dict[str, Any] = {total: wrong}
    assert faults(**changed) == [fault]
