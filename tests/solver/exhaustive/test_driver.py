"""A walk under `driver_rules` against a look at every second of each leg."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import permutations
from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun_solver.routes.objective import solution_objective
from tests.solver.exhaustive.driver import Driver, DriverItinerary, DriverState
from tests.solver.exhaustive.drivers import with_drivers
from tests.solver.exhaustive.enumerator import Enumerator
from tests.solver.exhaustive.facts import Facts, Stop
from tests.solver.exhaustive.plans import plan_of
from tests.solver.exhaustive.small_problems import kinds
from tests.solver.helpers import faults, model_of, scheduled
from tests.solver.problems import problem_of, random_body

LAST = 75
"""The last second of a small day."""


def day(seed: int) -> dict[str, Any]:
    """Three jobs a few seconds apart, a driver who tires fast, and often a break of the vehicle's own."""
    rng = random.Random(seed)
    cells = [[0 if a == b else rng.randint(2, 12) for b in range(4)] for a in range(4)]

    def windows() -> list[list[int]]:
        starts = sorted(rng.sample(range(0, 50, 4), rng.randint(1, 2)))
        return [[start, start + rng.randint(0, 12)] for start in starts]

    jobs = [
        {"id": n, "location_index": n, "service": rng.randint(0, 5), "time_windows": windows()}
        for n in (1, 2, 3)
    ]
    rules: dict[str, Any] = {"max_driving_before_break": rng.randint(6, 15), "break_duration": 7}
    if rng.random() < 0.6:
        rules["break_parts"] = [rng.randint(2, 4), rng.randint(3, 5)]
    if rng.random() < 0.3:
        rules["driven"] = rng.randint(1, 20)
    if rng.random() < 0.4:
        rules["max_duty"] = rng.randint(25, 60)
    rules["waiting_is_break"] = "break_parts" not in rules and rng.random() < 0.5
    vehicle: dict[str, Any] = {"id": 1, "start_index": 0, "end_index": 0, "driver_rules": rules}
    vehicle["time_window"] = [rng.randint(0, 5), LAST]
    if rng.random() < 0.5:
        vehicle["breaks"] = [{"id": 1, "service": rng.randint(1, 8), "time_windows": windows()}]
    return {"vehicles": [vehicle], "jobs": jobs, "matrices": {"car": {"durations": cells}}}


def moments(state: DriverState, windows: Sequence[tuple[int, int]]) -> Iterator[int]:
    """The seconds of some windows that are not over."""
    return (begin for first, last in windows for begin in range(max(state.time, first), last + 1))


def earliest_end(route: DriverItinerary, start: int) -> int | None:
    """By trying, at each second, to drive on, to take a break, and to wait however long."""
    driver, vehicle = Driver(route.vehicle), route.vehicle

    @cache
    def end(state: DriverState, leg: int) -> int | None:
        if state.time > LAST:
            return None
        after: list[tuple[DriverState, int]] = []
        if state.left and state.since < driver.most:
            driven = replace(state, time=state.time + 1, left=state.left - 1, since=state.since + 1)
            after.append((driven, leg))
        after += [(rested, leg) for rested in driver.breaks(state)]
        for number, pause in enumerate(vehicle.breaks):
            for begin in moments(state, pause.time_windows) if number not in state.taken else ():
                rested = driver.rested(driver.waited(state, begin - state.time), pause.service)
                taken = state.taken | {number}
                after.append((replace(rested, time=begin + pause.service, taken=taken), leg))
        if leg < len(route.stops) and not state.left:
            for begin in moments(state, route.windows[leg]):
                waited = driver.waited(state, begin - state.time)
                time, left = begin + route.action[leg], route.driving[leg + 1]
                after.append((replace(waited, time=time, left=left), leg + 1))
        ends = [found for it in after if (found := end(*it)) is not None]
        if leg == len(route.stops) and not state.left and len(state.taken) == len(vehicle.breaks):
            ends.append(state.time)
        return min(ends, default=None)

    return end(DriverState(start, route.driving[0], since=driver.since), 0)


def test_no_other_moment_for_a_break_ends_a_route_earlier() -> None:
    compared = 0
    for seed in range(9):
        facts = Facts(Problem.model_validate(day(seed)))
        for order in permutations((1, 2, 3), 2):
            route = DriverItinerary(facts, facts.problem.vehicles[0], [Stop("job", it) for it in order])
            end = route.end(route.earliest)
            assert end == earliest_end(route, route.earliest), (seed, order)
            compared += end is not None
    assert compared > 15


def body(rules: dict[str, Any], **vehicle: Any) -> dict[str, Any]:
    """Two jobs, 100 seconds from each other and from home."""
    cells = [[0, 100, 100], [100, 0, 100], [100, 100, 0]]
    return {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "driver_rules": rules, **vehicle}],
        "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}],
        "matrices": {"car": {"durations": cells}},
    }


BREAKS = {"max_driving_before_break": 120, "break_duration": 50}


@pytest.mark.parametrize(
    ("rules", "latest", "served"),
    [
        (BREAKS, 400, 2),  # 300 seconds of driving with two breaks
        (BREAKS, 399, 1),
        (BREAKS | {"driven": 100}, 449, 1),
        (BREAKS | {"driven": 100, "driven_since_break": 60}, 400, 2),
        (BREAKS | {"break_parts": [10, 30]}, 380, 2),
        (BREAKS | {"break_parts": [10, 30]}, 379, 1),
        ({"max_driving": 299}, 900, 1),
        ({"max_driving": 300}, 900, 2),
        ({"max_duty": 299}, 900, 1),
        ({"max_duty": 330, "on_duty": 30}, 900, 2),
    ],
    ids=str,
)
def test_a_driver_serves_what_fits_into_the_day(rules: dict[str, Any], latest: int, served: int) -> None:
    best = Enumerator(problem_of(body(rules, time_window=[0, latest]))).best()
    assert best is not None
    assert best.left == 2 - served


@pytest.mark.parametrize(("service", "latest", "served"), [(50, 400, 2), (50, 399, 1), (49, 449, 2)])
def test_a_break_of_the_vehicle_counts_if_it_is_long_enough(service: int, latest: int, served: int) -> None:
    own = [{"id": 1, "service": service, "time_windows": [[0, 120]]}]
    given = body(BREAKS, breaks=own, time_window=[0, latest])
    best = Enumerator(Problem.model_validate(given)).best()
    assert best is not None
    assert best.left == 2 - served


BASES: tuple[set[str], ...] = (
    {"capacity"},
    {"capacity", "windows"},
    {"shipments", "capacity"},
    {"shipments", "windows", "priorities"},
    {"setups", "fleet"},
    {"windows", "several windows", "working hours"},
)
"""What the problems have beside the rules, one after another."""


def small_problem(seed: int, rules: Sequence[str] = ()) -> Problem:
    """At most five tasks and two vehicles, with rules for drivers and on who serves what."""
    rng = random.Random(f"drivers {seed}")
    made = random_body(seed, BASES[seed % len(BASES)], jobs=5, vehicles=2)
    for add in kinds(seed, rules):
        add(made, rng)
    with_drivers(made, rng)
    return problem_of(made)


def is_confirmed(problem: Problem) -> bool:
    """Whether the best plan has the same value with the solver's times, and is verified; also if there is no
    plan."""
    best = Enumerator(problem).best()
    if best is None:
        return True
    model = model_of(problem)
    solution = scheduled(model, plan_of(model, best.routes))
    assert solution is not None
    return faults(model, solution) == [] and solution_objective(problem, solution) == best.values


@pytest.mark.parametrize("seed", range(12))
def test_the_best_plan_is_confirmed_by_the_solver_s_times_and_the_verifier(seed: int) -> None:
    assert is_confirmed(small_problem(seed))


@pytest.mark.parametrize("rule", ["relations", "allowed vehicles", "vehicle counts", "fixed steps"])
def test_the_best_plan_under_another_rule_too_is_confirmed(rule: str) -> None:
    problems = [small_problem(seed, [rule]) for seed in range(2)]
    assert [is_confirmed(problem) for problem in problems] == [True] * 2
