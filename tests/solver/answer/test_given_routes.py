"""Routes that a caller gives as `steps`: the first answer, if they keep the rules."""

import logging
from typing import Any

import pytest

from milkrun.schema.solution import Solution
from milkrun_solver.answer.given_routes import given_routes
from milkrun_solver.answer.solution import solution_of
from milkrun_solver.routes.objective import solution_objective
from tests.solver.helpers import LOOKS, META, Watched, faults, model_of, task_ids, vroom_solution
from tests.solver.problems import problem_of, random_body


def lunch(steps: list[tuple[str, int]], **break_of: Any) -> dict[str, Any]:
    """A van with a job, and with a shipment that is due before lunch."""
    pause = {"id": 5, "service": 1_800, "time_windows": [[40_000, 50_000]], **break_of}
    return {
        "vehicles": [
            {
                "id": 1,
                "start_index": 0,
                "end_index": 0,
                "time_window": [28_000, 58_000],
                "breaks": [pause],
                "steps": [{"type": kind, "id": number} for kind, number in steps],
            },
            {"id": 2, "start_index": 0, "breaks": [pause]},
        ],
        "jobs": [{"id": 1, "location_index": 1}],
        "shipments": [
            {
                "pickup": {"id": 3, "location_index": 1},
                "delivery": {"id": 4, "location_index": 2, "time_windows": [[39_000, 40_000]]},
            }
        ],
        "matrices": {"car": {"durations": [[0, 1_800, 1_800], [1_800, 0, 1_800], [1_800, 1_800, 0]]}},
    }


def given(body: dict[str, Any]) -> Solution | None:
    model = model_of(problem_of(body))
    routes = given_routes(model)
    return None if routes is None else solution_of(model, routes, META)


SHIPMENT = [("pickup", 3), ("delivery", 4)]
WHOLE = [("job", 1), *SHIPMENT, ("break", 5)]


@pytest.mark.parametrize("steps", [WHOLE, WHOLE[:3], [("start", 0), *WHOLE, ("end", 0)], SHIPMENT])
def test_given_routes_are_timed_with_the_breaks_of_their_vehicle(steps: list[tuple[str, int]]) -> None:
    body = lunch(steps)
    solution = given(body)
    assert solution is not None
    assert faults(model_of(problem_of(body)), solution) == []
    assert [step.type for step in solution.routes[0].steps][-2:] == ["break", "end"]
    assert task_ids(solution) == [[step for step in steps if step[0] in ("job", "pickup", "delivery")]]


@pytest.mark.parametrize(
    "steps",
    [
        [("break", 5), *WHOLE[:3]],
        [("delivery", 4), ("pickup", 3)],
        [("pickup", 3)],
        [*WHOLE, ("break", 5)],
    ],
    ids=["too late after the break", "delivered first", "half a shipment", "the break twice"],
)
def test_routes_that_break_a_rule_are_not_an_answer(
    steps: list[tuple[str, int]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    watched = Watched(problem_of(lunch(steps)))
    assert faults(model_of(watched.problem), watched.solution) == []
    assert "ignoring the routes given as steps" in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_vehicles_without_a_task_among_their_steps_have_no_route() -> None:
    assert given(lunch([("start", 0), ("break", 5), ("end", 0)])) == given(lunch([]))


@pytest.mark.parametrize("steps", [WHOLE, SHIPMENT], ids=["all tasks", "some tasks"])
def test_the_answer_is_never_worse_than_the_given_routes(steps: list[tuple[str, int]]) -> None:
    body = lunch(steps)
    problem, plan = problem_of(body), given(body)
    assert plan is not None
    watched = Watched(problem)
    assert watched.ranks[0] == solution_objective(problem, plan)
    assert solution_objective(problem, watched.solution) <= solution_objective(problem, plan)


@pytest.mark.parametrize("seed", range(5))
def test_an_earlier_answer_with_breaks_given_as_steps_is_the_first_answer(seed: int) -> None:
    body = random_body(seed, {"capacity", "breaks", "shipments", "windows"}, jobs=12, vehicles=3)
    found = vroom_solution(model_of(problem_of(body)))
    for route in found.routes:
        (vehicle,) = (it for it in body["vehicles"] if it["id"] == route.vehicle)
        vehicle["steps"] = [step.model_dump(mode="json", exclude_none=True) for step in route.steps]
    watched = Watched(problem_of(body), looks=LOOKS)
    assert watched.ranks[0] == solution_objective(problem_of(body), found)
    assert watched.ranks == sorted(watched.ranks, reverse=True)
