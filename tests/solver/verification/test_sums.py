from typing import Any

import pytest

from milkrun.schema.solution import Route, Solution, Summary
from milkrun_solver.verification.sums import sum_faults, summary_faults
from tests.solver.verification.cases import facts, problem, step

TOTALS = {
    "setup": 3,
    "service": 50,
    "waiting_time": 7,
    "duration": 90,
    "priority": 12,
    "delivery": [2, 1],
    "pickup": [0, 4],
}


def of_route(**changed: Any) -> list[str]:
    """Of a route that delivers job 1 and picks up at job 2, and says these totals."""
    given = problem({}, {"delivery": [2, 1], "priority": 10}, {"pickup": [0, 4], "priority": 2})
    first = step("job", 1, setup=3, service=20, waiting_time=7, duration=40)
    second = step("job", 2, service=30, duration=60)
    steps = step("start"), first, second, step("end", duration=90)
    return list(sum_faults(facts(given, *steps, **{**TOTALS, **changed})))


def test_the_totals_of_a_route_are_those_of_its_steps() -> None:
    assert of_route() == []


@pytest.mark.parametrize(
    ("total", "wrong", "fault"),
    [
        ("setup", 4, "setup is 3, not 4"),
        ("service", 49, "service is 50, not 49"),
        ("waiting_time", 8, "waiting time is 7, not 8"),
        ("duration", 91, "duration is 90, not 91"),
        ("priority", 10, "priority is 12, not 10"),
        ("delivery", [2, 2], "delivery is 1, not 2"),
        ("delivery", None, "delivery is 2, not 0"),
        ("pickup", [0], "pickup is 4, not 0"),
        ("pickup", [1, 4], "pickup is 0, not 1"),
    ],
)
def test_a_wrong_total_of_a_route_is_named(total: str, wrong: Any, fault: str) -> None:
    assert fault in of_route(**{total: wrong})


SUMMARY = {
    "routes": 2,
    "unassigned": 0,
    "setup": 3,
    "service": 5,
    "duration": 7,
    "waiting_time": 9,
    "priority": 11,
    "distance": 13,
    "overtime": 15,
}


def of_answer(shift: bool = True, **changed: Any) -> list[str]:
    """Of an answer with two routes that together come to this summary. The second vehicle has no shift."""
    names = SUMMARY.keys() - {"routes", "unassigned"}
    first: dict[str, Any] = {name: SUMMARY[name] - 1 for name in names}
    second: dict[str, Any] = dict.fromkeys(names, 1)
    first["overtime"], second["overtime"] = SUMMARY["overtime"] if shift else None, None
    routes = [Route.model_construct(**route) for route in (first, second)]
    summary = Summary.model_construct(**{**SUMMARY, **changed})
    solution = Solution.model_construct(summary=summary, routes=routes, unassigned=[])
    given = problem({}, {})
    vehicles = [
        given.vehicles[0].model_copy(update={"shift_duration": 900 if shift else None}),
        given.vehicles[0].model_copy(update={"id": 2}),
    ]
    found = facts(given.model_copy(update={"vehicles": vehicles}), step("job", 1))
    return list(summary_faults(found.problem, solution))


def test_the_totals_of_an_answer_are_those_of_its_routes() -> None:
    assert of_answer() == []


@pytest.mark.parametrize("name", sorted(SUMMARY))
def test_a_wrong_total_of_an_answer_is_named(name: str) -> None:
    changed: dict[str, Any] = {name: SUMMARY[name] + 1}
    assert of_answer(**changed) == [f"the total of {name} is {SUMMARY[name]}, not {SUMMARY[name] + 1}"]


def test_an_answer_without_distances_has_no_total_of_them() -> None:
    assert of_answer(distance=None) == []


def test_an_answer_without_shifts_has_no_total_of_overtime() -> None:
    assert of_answer(shift=False, overtime=None) == []
    assert of_answer(shift=False, overtime=0) == ["the total of overtime is None, not 0"]
