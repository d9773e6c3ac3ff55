"""Breaks that `driver_rules` ask for, in a given order of stops, against the enumerator."""

from itertools import permutations
from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun_solver.answer.solution import solution_of
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import BreakVisit, Visit
from milkrun_solver.routes.schedule import schedule
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.verification.driver_rules import driver_faults
from milkrun_solver.verification.facts import Facts, RouteFacts
from tests.solver.exhaustive.driver import DriverItinerary
from tests.solver.exhaustive.facts import Facts as SmallFacts
from tests.solver.exhaustive.facts import Stop
from tests.solver.exhaustive.test_driver import day
from tests.solver.helpers import META, model_of


def told(model: Model, route: TimedRoute) -> list[str]:
    """What the verifier says of the driver's breaks."""
    solution = solution_of(model, [route], META)
    facts = Facts(model.problem, model.travel)
    return list(driver_faults(RouteFacts(facts, model.problem.vehicles[0], solution.routes[0])))


def test_a_route_ends_as_early_as_any_and_keeps_the_rules() -> None:
    compared = 0
    for seed in range(150):
        problem = Problem.model_validate(day(seed))
        model, facts = model_of(problem), SmallFacts(problem)
        for order in permutations((1, 2, 3), 2):
            small = DriverItinerary(facts, problem.vehicles[0], [Stop("job", it) for it in order])
            route = schedule(model, 0, [it - 1 for it in order])
            least, earliest = small.least_duration(), small.end(small.earliest)
            duty = model.vehicles[0].driver_rules
            assert duty is not None
            can = least is not None and (duty.duty_left is None or least <= duty.duty_left)
            assert (route is not None) == can, (seed, order)
            if route is None:
                continue
            assert told(model, route) == [], (seed, order)
            if duty.duty_left is None:
                assert route.stops[-1].arrival == earliest, (seed, order)
            compared += 1
    assert compared > 100


def stops(rules: dict[str, Any], *visits: Visit, cells: int = 100, **vehicle: Any) -> list[tuple[Any, ...]]:
    """Kind, number, arrival and service of the stops of a route with `driver_rules`, past its start. Places
    are as far from each other as `cells`."""
    durations = [[0 if a == b else cells for b in range(3)] for a in range(3)]
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "driver_rules": rules, **vehicle}],
        "jobs": [{"id": n, "location_index": n, "service": 10} for n in (1, 2)],
        "matrices": {"car": {"durations": durations}},
    }
    route = schedule(model_of(Problem.model_validate(body)), 0, visits)
    assert route is not None
    return [(stop.kind, stop.number, stop.arrival, stop.service) for stop in route.stops[1:]]


BREAKS = {"max_driving_before_break": 150, "break_duration": 40}


def test_a_break_may_interrupt_a_leg() -> None:
    assert stops(BREAKS, 0, cells=400)[:3] == [
        ("break", None, 150, 40),
        ("break", None, 340, 40),
        ("job", 0, 480, 10),
    ]


def test_a_break_is_taken_before_service_if_that_serves_two_legs() -> None:
    """With one at the limit, the way home would need another."""
    assert stops({**BREAKS, "max_driving_before_break": 100}, 0) == [
        ("break", None, 100, 40),
        ("job", 0, 140, 10),
        ("end", None, 250, 0),
    ]


def test_two_parts_are_taken_if_they_are_shorter() -> None:
    taken = stops({**BREAKS, "break_parts": [10, 20]}, 0)
    assert [service for kind, _, _, service in taken if kind == "break"] == [10, 20]


def test_no_break_is_added_that_is_not_needed() -> None:
    assert [kind for kind, *_ in stops(BREAKS, 0, cells=70)] == ["job", "end"]


@pytest.mark.parametrize("visits", [(BreakVisit(0), 0), (0, BreakVisit(0)), (0,)], ids=str)
def test_a_break_of_the_vehicle_saves_one(visits: tuple[Visit, ...]) -> None:
    own = [{"id": 7, "service": 40, "time_windows": [[60, 140]]}]
    taken = stops(BREAKS, *visits, breaks=own)
    assert [(kind, number) for kind, number, *_ in taken if kind == "break"] == [("break", 0)]


@pytest.mark.parametrize(("counts", "kinds"), [(True, ["job"]), (False, ["break", "job"])])
def test_waiting_saves_a_break_only_if_the_rules_say_so(counts: bool, kinds: list[str]) -> None:
    body = {
        "vehicles": [
            {
                "id": 1,
                "start_index": 0,
                "end_index": 0,
                "driver_rules": {**BREAKS, "waiting_is_break": counts},
            }
        ],
        "jobs": [{"id": 1, "location_index": 1, "time_windows": [[140, 150]]}],
        "matrices": {"car": {"durations": [[0, 100], [100, 0]]}},
    }
    route = schedule(model_of(Problem.model_validate(body)), 0, (0,))
    assert route is not None
    assert [stop.kind for stop in route.stops[1:-1]] == kinds
    assert route.stops[-1].arrival == 240


def test_a_driver_without_hours_left_cannot_drive() -> None:
    given = day(0)
    given["vehicles"][0]["driver_rules"] = {"max_driving": 1}
    assert schedule(model_of(Problem.model_validate(given)), 0, (0,)) is None


def test_a_route_starts_late_enough_for_its_duty() -> None:
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "driver_rules": {"max_duty": 210}}],
        "jobs": [{"id": 1, "location_index": 1, "service": 10, "time_windows": [[500, 600]]}],
        "matrices": {"car": {"durations": [[0, 100], [100, 0]]}},
    }
    route = schedule(model_of(Problem.model_validate(body)), 0, (0,))
    assert route is not None
    assert (route.stops[0].arrival, route.stops[-1].arrival) == (400, 610)
