"""Schedules of routes with breaks agree with VROOM, with the verifier and with brute force."""

import json
import random
from dataclasses import dataclass
from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.answer.solution import planned, solution_of, timed_routes
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import BreakVisit, PlannedRoute, ReloadVisit, Visit
from milkrun_solver.routes.breaks import MOST_ORDERED
from milkrun_solver.routes.schedule import schedule
from milkrun_solver.routes.timed_route import TimedRoute
from tests.nonempty import nonempty
from tests.solver.helpers import META, faults, model_of
from tests.solver.problems import FEATURES, problem_of, random_features, random_problem
from tests.solver.routes.force import BruteForce
from tests.solver.vroom import vroom_output


def again(model: Model, routes: list[TimedRoute], with_breaks: bool) -> Solution:
    plan = planned(routes)
    if not with_breaks:
        plan = [PlannedRoute(route.vehicle, route.tasks) for route in plan]
    timed = timed_routes(model, plan)
    assert timed is not None
    return solution_of(model, timed, META)


@pytest.mark.parametrize("with_breaks", [True, False], ids=["breaks given", "breaks left out"])
@pytest.mark.parametrize("seed", range(40))
def test_a_route_of_vroom_costs_the_same_and_ends_no_later(seed: int, with_breaks: bool) -> None:
    features = random_features(seed, tuple(FEATURES)) | {"breaks"}
    model = model_of(random_problem(seed, features, jobs=8))
    routes = routes_of(model, vroom_output(model))
    solution = again(model, routes, with_breaks)
    assert faults(model, solution) == []
    theirs = solution_of(model, routes, META)
    plain = all(vehicle.source.speed_factor == 1 for vehicle in model.vehicles)
    slack = 0 if plain else len(model.tasks)
    assert solution.summary.cost == pytest.approx(theirs.summary.cost, abs=slack)
    for ours, other in zip(solution.routes, theirs.routes, strict=True):
        assert ours.steps[-1].arrival <= other.steps[-1].arrival


def tiny(rng: random.Random) -> tuple[dict[str, Any], list[Visit]]:
    """A route of three jobs within a few seconds, with up to three breaks, named or not, and sometimes with
    a reload, release times and a shift."""

    def windows(most: int) -> list[list[int]]:
        """Up to this many windows that do not meet."""
        edges = sorted(rng.sample(range(32), 2 * rng.randint(1, most)))
        return [list(edges[i : i + 2]) for i in range(0, len(edges), 2)]

    def job(number: int) -> dict[str, Any]:
        release = {"release_time": rng.randint(0, 12)} if rng.random() < 0.3 else {}
        return {
            "id": number,
            "location_index": rng.randint(1, 3),
            "service": rng.randint(0, 3),
            "time_windows": [[0, 40]] if rng.random() < 0.5 else windows(3),
            "delivery": [rng.randint(0, 2)],
            "pickup": [rng.choice((0, 0, 2))],
            **release,
        }

    def pause(number: int) -> dict[str, Any]:
        when = {} if rng.random() < 0.2 else {"time_windows": windows(2)}
        load = {"max_load": [rng.randint(0, 4)]} if rng.random() < 0.3 else {}
        return {"id": number, "service": rng.randint(0, 3), **when, **load}

    vehicle: dict[str, Any] = {"id": 1, "start_index": 0, "end_index": 0, "time_window": [2, 40]}
    vehicle["capacity"] = [9]
    vehicle["breaks"] = [pause(number) for number in range(rng.randint(1, 3))]
    jobs = [job(number) for number in range(3)]
    visits: list[Visit] = [0, 1, 2]
    if rng.random() < 0.5:
        vehicle["reloads"] = [{"id": 1, "location_index": rng.randint(0, 3), "service": rng.randint(0, 2)}]
        visits.insert(rng.randint(0, 3), ReloadVisit(0))
    if rng.random() < 0.5:
        vehicle["shift_duration"], vehicle["max_overtime"] = rng.randint(5, 25), 90
    for number in range(len(vehicle["breaks"])):
        if rng.random() < 0.3:
            visits.insert(rng.randint(0, len(visits)), BreakVisit(number))
    cells = [[0 if a == b else rng.randint(1, 6) for b in range(4)] for a in range(4)]
    return {"vehicles": [vehicle], "jobs": jobs, "matrices": {"car": {"durations": cells}}}, visits


@dataclass
class Tried:
    """A tiny route, what the schedule makes of it, and what brute force finds."""

    body: dict[str, Any]
    visits: list[Visit]
    model: Model
    route: TimedRoute | None
    ends: dict[int, int]

    @property
    def shift(self) -> int | None:
        found: int | None = self.body["vehicles"][0].get("shift_duration")
        return found


@pytest.fixture(scope="module")
def tried() -> list[Tried]:
    rng = random.Random(5)
    found = []
    for _ in range(500):
        body, visits = tiny(rng)
        # No engine may be able to express the problem, so its combinations are not checked.
        model = model_of(Problem.model_validate_json(json.dumps(body)))
        ends = BruteForce(body, visits).ends()
        found.append(Tried(body, visits, model, schedule(model, 0, visits), ends))
    return found


def test_a_route_has_a_schedule_if_brute_force_finds_one(tried: list[Tried]) -> None:
    for it in tried:
        assert (it.route is not None) == bool(it.ends), (it.body, it.visits)
    assert 100 < sum(it.route is not None for it in tried) < 400


def test_a_route_ends_as_early_as_it_can_and_one_with_overtime_is_as_short_as_it_can_be(
    tried: list[Tried],
) -> None:
    late = []
    for it in tried:
        if it.route is None:
            continue
        start, end = it.route.stops[0].arrival, it.route.stops[-1].arrival
        assert it.ends[start] == end, (it.body, it.visits)
        shortest = min(last - first for first, last in it.ends.items())
        if it.shift is None:
            assert end == min(it.ends.values()), (it.body, it.visits)
        else:
            assert it.route.overtime == max(0, shortest - it.shift), (it.body, it.visits)
        late.append(end > min(it.ends.values()))
    assert any(late)


def test_a_route_whose_breaks_are_all_given_starts_as_late_as_its_end_allows(tried: list[Tried]) -> None:
    for it in nonempty(it for it in tried if it.route is not None and it.shift is None):
        if it.route is not None and not BruteForce(it.body, it.visits).loose:
            start, end = it.route.stops[0].arrival, it.route.stops[-1].arrival
            assert start == max(first for first, last in it.ends.items() if last == end)


def test_the_verifier_accepts_every_schedule(tried: list[Tried]) -> None:
    for it in nonempty(it for it in tried if it.route is not None):
        assert it.route is not None
        assert faults(it.model, solution_of(it.model, [it.route], META)) == [], (it.body, it.visits)


def test_breaks_stay_on_the_leg_on_which_the_visits_have_them(tried: list[Tried]) -> None:
    for it in nonempty(it for it in tried if it.route is not None):
        assert it.route is not None
        (plan,) = planned([it.route])
        given = [visit for visit in it.visits if isinstance(visit, BreakVisit)]
        assert tuple(visit for visit in plan.visits if visit in it.visits) == tuple(it.visits)
        assert len(plan.visits) - len(plan.placed) == len(it.body["vehicles"][0]["breaks"]) >= len(given)


def test_breaks_are_taken_in_the_order_that_ends_earliest() -> None:
    """The longer one may start until later, but only the shorter one fits before the job."""
    body: dict[str, Any] = {
        "vehicles": [
            {
                "id": 1,
                "start_index": 0,
                "breaks": [
                    {"id": 1, "service": 60, "time_windows": [[0, 500]]},
                    {"id": 2, "service": 10, "time_windows": [[0, 900]]},
                ],
            }
        ],
        "jobs": [{"id": 1, "location_index": 1, "time_windows": [[0, 30]]}],
        "matrices": {"car": {"durations": [[0, 20], [20, 0]]}},
    }
    body["jobs"].append({"id": 2, "location_index": 0, "time_windows": [[100, 200]]})
    route = schedule(model_of(problem_of(body)), 0, [0, 1])
    assert route is not None
    assert route.stops[-1].arrival == 110


@pytest.mark.parametrize("count", [MOST_ORDERED, MOST_ORDERED + 1])
def test_many_breaks_are_taken_in_the_order_in_which_their_last_windows_end(count: int) -> None:
    """Only up to `MOST_ORDERED` breaks are tried in every order: the one that may start last must come
    first, because it is only allowed before the job."""
    breaks: list[dict[str, Any]] = [
        {"id": n, "service": 1, "time_windows": [[50, 90 + n]]} for n in range(count - 1)
    ]
    breaks.append({"id": count, "service": 1, "time_windows": [[0, 5], [900, 990]]})
    body: dict[str, Any] = {
        "vehicles": [{"id": 1, "start_index": 0, "time_window": [0, 800], "breaks": breaks}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0, 20], [20, 0]]}},
    }
    route = schedule(model_of(problem_of(body)), 0, [0])
    assert (route is not None) == (count == MOST_ORDERED)


def test_a_route_starts_as_late_as_its_earliest_end_allows() -> None:
    body: dict[str, Any] = {
        "vehicles": [
            {
                "id": 1,
                "start_index": 0,
                "end_index": 0,
                "breaks": [{"id": 1, "service": 60, "time_windows": [[1_000, 2_000]]}],
            }
        ],
        "jobs": [{"id": 1, "location_index": 1, "time_windows": [[5_000, 6_000]]}],
        "matrices": {"car": {"durations": [[0, 400], [400, 0]]}},
    }
    route = schedule(model_of(problem_of(body)), 0, [BreakVisit(0), 0])
    assert route is not None
    assert [(stop.kind, stop.arrival, stop.waiting) for stop in route.stops] == [
        ("start", 2_000, 0),
        ("break", 2_000, 0),
        ("job", 2_460, 2_540),
        ("end", 5_400, 0),
    ]


def test_a_break_is_taken_only_with_a_load_that_it_allows() -> None:
    body: dict[str, Any] = {
        "vehicles": [
            {"id": 1, "start_index": 0, "capacity": [4], "breaks": [{"id": 1, "service": 9, "max_load": [1]}]}
        ],
        "jobs": [{"id": n, "location_index": n, "delivery": [2]} for n in (1, 2)],
        "matrices": {"car": {"durations": [[0, 5, 9], [5, 0, 5], [9, 5, 0]]}},
    }
    model = model_of(problem_of(body))
    route = schedule(model, 0, [0, 1])
    assert route is not None
    assert [stop.kind for stop in route.stops] == ["start", "job", "job", "break", "end"]
    assert schedule(model, 0, [BreakVisit(0), 0, 1]) is None


def test_a_break_beside_a_reload_counts_what_is_on_board_on_its_leg() -> None:
    body: dict[str, Any] = {
        "vehicles": [
            {
                "id": 1,
                "start_index": 0,
                "capacity": [2],
                "reloads": [{"id": 1, "location_index": 0}],
                "breaks": [{"id": 1, "service": 9, "time_windows": [[0, 12]], "max_load": [1]}],
            }
        ],
        "jobs": [{"id": n, "location_index": n, "delivery": [2]} for n in (1, 2)],
        "matrices": {"car": {"durations": [[0, 5, 9], [5, 0, 5], [9, 5, 0]]}},
    }
    model = model_of(Problem.model_validate_json(json.dumps(body)))
    route = schedule(model, 0, [0, ReloadVisit(0), 1])
    assert route is not None
    assert [stop.kind for stop in route.stops] == ["start", "job", "break", "reload", "job", "end"]
    assert faults(model, solution_of(model, [route], META)) == []
    assert schedule(model, 0, [0, ReloadVisit(0), BreakVisit(0), 1]) is None
