from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Route, Step
from milkrun_solver.model.travel import travel_source
from milkrun_solver.verification.breaks import break_faults
from milkrun_solver.verification.facts import Facts, RouteFacts, inside
from tests.solver.problems import problem_of

PAUSE = {"id": 7, "service": 600, "time_windows": [[100, 200], [400, 500]], "max_load": [2]}


def problem(*pauses: dict[str, Any]) -> Problem:
    body = {"vehicles": [{"id": 1, "start_index": 0, "capacity": [9], "breaks": list(pauses)}]}
    jobs = [{"id": 1, "location_index": 0}]
    return problem_of({**body, "jobs": jobs, "matrices": {"car": {"durations": [[0]]}}})


def step(**changed: Any) -> Step:
    given = {"arrival": 90, "waiting_time": 10, "service": 600, "setup": 0, "duration": 0, "load": [2]}
    return Step.model_validate({"type": "break", "id": 7, **given, **changed})


def faults(*steps: Step, pauses: tuple[dict[str, Any], ...] = (PAUSE,)) -> list[str]:
    given = problem(*pauses)
    facts = Facts(given, travel_source(given))
    route = Route.model_construct(steps=list(steps))
    return list(break_faults(RouteFacts(facts, given.vehicles[0], route)))


@pytest.mark.parametrize(
    ("time", "is_inside"), [(99, False), (100, True), (200, True), (201, False), (400, True), (501, False)]
)
def test_a_window_includes_both_its_ends(time: int, is_inside: bool) -> None:
    (pause,) = problem(PAUSE).vehicles[0].breaks
    assert inside(time, pause.time_windows) == is_inside
    assert inside(time, [])


def test_a_break_taken_as_the_vehicle_requires_keeps_the_rules() -> None:
    assert faults(step()) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"waiting_time": 9}, "break 7 starts outside its time windows"),
        ({"service": 599}, "break 7 must last 600 s"),
        ({"setup": 1}, "break 7 must last 600 s"),
        ({"load": [3]}, "more than its max_load is on board at break 7"),
    ],
)
def test_a_break_taken_in_another_way_is_a_fault(changed: dict[str, Any], fault: str) -> None:
    assert faults(step(**changed)) == [fault]


@pytest.mark.parametrize("steps", [[], [8], [7, 7]], ids=["none", "another", "twice"])
def test_breaks_that_the_vehicle_does_not_have_are_a_fault(steps: list[int]) -> None:
    assert faults(*(step(id=it) for it in steps)) == [
        "the route does not take each of the vehicle's breaks exactly once"
    ]


def test_a_break_without_an_id_is_none_of_the_vehicle_s_breaks() -> None:
    assert faults(step(), step(id=None)) == []
    assert faults(step(id=None)) == ["the route does not take each of the vehicle's breaks exactly once"]


def test_a_vehicle_without_breaks_takes_none() -> None:
    assert faults(pauses=()) == []
    assert faults(step(), pauses=()) == ["the route does not take each of the vehicle's breaks exactly once"]
