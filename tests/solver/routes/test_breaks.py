"""Schedules of routes with breaks agree with VROOM, with the verifier and with brute force."""

import random
from functools import cache
from typing import Any

import pytest

from milkrun.schema.solution import Solution
from milkrun_solver.answer.solution import solution_of
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import BreakVisit, tasks_among
from milkrun_solver.routes.breaks import schedule_with_breaks
from milkrun_solver.routes.schedule import TASK_KINDS, TimedRoute
from tests.solver.helpers import META, faults, model_of
from tests.solver.problems import FEATURES, problem_of, random_features, random_problem
from tests.solver.vroom import vroom_output


def visits_of(route: TimedRoute, with_breaks: bool = True) -> list[int | BreakVisit]:
    return [
        BreakVisit(stop.number) if stop.kind == "break" else stop.number
        for stop in route.stops
        if stop.number is not None and (stop.kind in TASK_KINDS or (with_breaks and stop.kind == "break"))
    ]


def again(model: Model, routes: list[TimedRoute], with_breaks: bool) -> Solution:
    timed = []
    for route in routes:
        found = schedule_with_breaks(model, route.vehicle, visits_of(route, with_breaks))
        assert found is not None
        timed.append(found)
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


def timed_in(body: dict[str, Any], visit: int | BreakVisit) -> dict[str, Any]:
    """The job or break of this visit."""
    stop: dict[str, Any] = (
        body["vehicles"][0]["breaks"][visit.pause] if isinstance(visit, BreakVisit) else body["jobs"][visit]
    )
    return stop


class BruteForce:
    """Finds the earliest end of one vehicle's route second by second, with tasks and breaks in order."""

    def __init__(self, body: dict[str, Any], order: list[int | BreakVisit]) -> None:
        self.body = body
        self.order = order
        self.vehicle = body["vehicles"][0]
        self.durations = body["matrices"]["car"]["durations"]
        self.earliest_end = cache(self._earliest_end)

    def _earliest_end(self, done: int, time: int, left: int) -> float:
        """The earliest end from `time` on, with `left` seconds still to drive to the next task."""
        if time > self.vehicle["time_window"][1]:
            return float("inf")
        ends = []
        if left:
            ends.append(self.earliest_end(done, time + 1, left - 1))
        if done == len(self.order):
            return time if not left else min(ends)
        visit = self.order[done]
        pauses = isinstance(visit, BreakVisit)
        stop = timed_in(self.body, visit)
        ((first, last),) = stop["time_windows"]
        if first <= time <= last and (pauses or not left):
            ends.append(self._after(done, time + stop["service"], left))
        ends.append(self.earliest_end(done, time + 1, left))
        return min(ends)

    def _after(self, done: int, time: int, left: int) -> float:
        return self.earliest_end(
            done + 1, time, left if isinstance(self.order[done], BreakVisit) else self.way(done + 1)
        )

    def way(self, done: int) -> int:
        """The travel time from the last task served to the next one, or to the end."""
        places = [task + 1 for task in tasks_among(self.order[:done])]
        ahead = [task + 1 for task in tasks_among(self.order[done:])]
        cell: int = self.durations[[0, *places][-1]][[*ahead, 0][0]]
        return cell


def tiny(rng: random.Random) -> tuple[dict[str, Any], list[int | BreakVisit]]:
    """Three jobs and two breaks in some order, within a few seconds."""

    def timed(number: int) -> dict[str, Any]:
        first = rng.randint(0, 22)
        window = [first, first + rng.randint(0, 9)]
        return {"id": number, "service": rng.randint(0, 3), "time_windows": [window]}

    body: dict[str, Any] = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "time_window": [2, 38]}],
        "jobs": [{**timed(n), "location_index": n + 1} for n in range(3)],
        "matrices": {
            "car": {"durations": [[0 if a == b else rng.randint(1, 6) for b in range(4)] for a in range(4)]}
        },
    }
    body["vehicles"][0]["breaks"] = [timed(n) for n in range(2)]
    order: list[int | BreakVisit] = [0, 1, 2, BreakVisit(0), BreakVisit(1)]
    order.sort(key=lambda visit: timed_in(body, visit)["time_windows"][0][1] + rng.randint(-3, 3))
    return body, order


def test_a_route_ends_as_early_as_brute_force_finds_or_both_fail() -> None:
    rng = random.Random(5)
    found = []
    for _ in range(400):
        body, order = tiny(rng)
        force = BruteForce(body, order)
        end = force.earliest_end(0, 2, force.way(0))
        model = model_of(problem_of(body))
        route = schedule_with_breaks(model, 0, order)
        assert (float("inf") if route is None else route.stops[-1].arrival) == end
        if route is not None:
            assert faults(model, solution_of(model, [route], META)) == []
        found.append(route is not None)
    assert 60 < sum(found) < 340


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
    route = schedule_with_breaks(model_of(problem_of(body)), 0, [BreakVisit(0), 0])
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
    route = schedule_with_breaks(model, 0, [0, 1])
    assert route is not None
    assert [stop.kind for stop in route.stops] == ["start", "job", "job", "break", "end"]
    assert schedule_with_breaks(model, 0, [BreakVisit(0), 0, 1]) is None
