"""Reloads, release times and overtime in schedules, plans and answers."""

from typing import Any

import pytest

from milkrun.schema.capabilities import inability
from milkrun.schema.solution import Solution
from milkrun_solver.answer.solution import plan_of, planned_routes, solution_of, timed_routes
from milkrun_solver.decomposition.parts import part_of
from milkrun_solver.engines.pyvrp.annealing import Annealing
from milkrun_solver.engines.pyvrp.empty_trips import without_empty_trips
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.feasibility.unservable import unservable
from milkrun_solver.model.problem import Model
from milkrun_solver.model.units import COST_UNIT
from milkrun_solver.model.visits import PlannedRoute, ReloadVisit, Visit
from milkrun_solver.routes.objective import objective
from milkrun_solver.routes.schedule import schedule
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.routes.trips import first_loads, releases
from tests.solver.helpers import META, after, faults, lukewarm, model_of, scheduled
from tests.solver.objective import cost
from tests.solver.problems import problem_of
from tests.solver.trips import trips_body

LINE = [[60 * abs(a - b) for b in range(5)] for a in range(5)]
"""Places on a line, a minute from one to the next. The depot is the first."""
DEPOT = {"id": 9, "location_index": 0, "service": 600}


def line(*jobs: dict[str, Any], **vehicle: Any) -> Model:
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "reloads": [DEPOT], **vehicle}],
        "jobs": [{"id": n, "location_index": n, **job} for n, job in enumerate(jobs, start=1)],
        "matrices": {"car": {"durations": LINE}},
    }
    return model_of(problem_of(body))


FIRST, SECOND = ReloadVisit(0), ReloadVisit(1)


def timed(model: Model, *visits: Visit) -> TimedRoute:
    route = schedule(model, 0, visits)
    assert route is not None
    return route


def test_a_reload_begins_a_new_trip_with_its_own_load() -> None:
    model = line({"delivery": [2], "pickup": [1]}, {"delivery": [3]}, capacity=[3])
    route = timed(model, 0, FIRST, 1)
    assert [stop.kind for stop in route.stops] == ["start", "job", "reload", "job", "end"]
    assert [stop.load for stop in route.stops] == [(2,), (1,), (3,), (0,), (0,)]
    assert [stop.arrival for stop in route.stops] == [0, 60, 120, 840, 960]
    assert first_loads(model, (0, FIRST, 1)) == [(2,), (3,)]


def test_a_trip_waits_for_the_goods_of_all_its_jobs() -> None:
    model = line({"release_time": 500}, {"release_time": 300}, {"release_time": 4_000})
    assert releases(model, (0, 1, FIRST, 2)) == [500, 4_000]
    route = timed(model, 0, 1, FIRST, 2)
    start, reload = route.stops[0], route.stops[3]
    assert start.arrival == 4_000 - 240  # an earlier start gains nothing
    assert (reload.arrival, reload.waiting, reload.service) == (4_000, 0, 600)
    assert timed(model, 1, 0).stops[0].arrival == 500


def test_a_vehicle_waits_at_the_reload_for_its_goods() -> None:
    model = line({"time_windows": [[0, 100]]}, {"release_time": 1_000})
    reload = timed(model, 0, FIRST, 1).stops[2]
    assert (reload.arrival, reload.waiting, reload.service) == (160, 840, 600)


def test_reloading_costs_nothing_as_work() -> None:
    model = line({"service": 60}, {"service": 60}, costs={"per_hour": 3_600, "per_task_hour": 3_600})
    assert timed(model, 0, FIRST, 1).cost == 60 + 60 + 120 + 120 + 2 * 60


def test_overtime_is_the_time_beyond_the_shift_and_has_its_own_cost() -> None:
    costs = {"fixed": 7, "per_overtime_hour": 7_200}
    model = line({"service": 100}, shift_duration=200, max_overtime=60, costs=costs)
    route = timed(model, 0)
    assert route.overtime == 20
    assert route.cost == 7 + 120 + 40
    assert timed(line({"service": 80}, shift_duration=200), 0).overtime == 0


def test_the_cost_of_overtime_is_rounded_to_the_nearest() -> None:
    costs = {"per_overtime_hour": 1_800}
    model = line({"service": 5}, {"service": 2}, shift_duration=120, max_overtime=60, costs=costs)
    assert timed(model, 0).cost == 120 + 3  # 2.5, rounded up


def test_a_route_with_overtime_is_as_short_as_possible_rather_than_early() -> None:
    windows = {"time_windows": [[1_000, 2_000], [5_000, 6_000]]}, {"time_windows": [[3_000, 9_000]]}
    assert timed(line(*windows), 0, 1).stops[1].arrival == 2_000
    route = timed(line(*windows, shift_duration=600, max_overtime=3_600), 0, 1)
    assert (route.stops[1].arrival, route.overtime) == (5_000, 0)


def test_a_plan_with_reloads_survives_the_way_into_steps_and_back() -> None:
    model = line({}, {}, {}, reloads=[DEPOT, {"id": 4, "location_index": 4}])
    plan = [PlannedRoute(0, (2, SECOND, 0, FIRST, 1))]
    solution = scheduled(model, plan)
    assert solution is not None
    assert [step.id for step in solution.routes[0].steps] == [None, 3, 4, 1, 9, 2, None]
    assert solution.routes[0].steps[2].location_index == 4
    assert plan_of(model, Solution.model_validate_json(solution.to_json())) == plan
    assert planned_routes(model, [(0, solution.routes[0].steps)]) == plan
    assert plan[0].tasks == (2, 0, 1)


def test_an_answer_states_overtime_only_with_a_shift() -> None:
    with_shift = scheduled(line({}, shift_duration=60, max_overtime=100), [PlannedRoute(0, (0,))])
    without = scheduled(line({}), [PlannedRoute(0, (0,))])
    assert with_shift is not None
    assert without is not None
    assert with_shift.routes[0].overtime == with_shift.summary.overtime == 60
    assert b"overtime" not in without.to_json()


@pytest.mark.parametrize(
    ("visits", "kept"),
    [
        ((FIRST, 0, 1), (0, 1)),
        ((0, 1, FIRST), (0, 1)),
        ((0, FIRST, FIRST, 1), (0, FIRST, 1)),
        ((0, FIRST, 1), (0, FIRST, 1)),
        ((0, 1), (0, 1)),
    ],
)
def test_empty_trips_are_dropped(visits: tuple[Visit, ...], kept: tuple[Visit, ...]) -> None:
    model = line({}, {})
    assert without_empty_trips(model, PlannedRoute(0, visits)) == PlannedRoute(0, kept)


def test_an_empty_trip_stays_if_it_is_a_shortcut() -> None:
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "reloads": [{"id": 1, "location_index": 2}]}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0, 900, 1], [900, 0, 900], [1, 1, 0]]}},
    }
    planned = PlannedRoute(0, (FIRST, 0))
    assert without_empty_trips(model_of(problem_of(body)), planned) == planned


def test_a_task_may_be_servable_only_after_a_reload() -> None:
    job = {"release_time": 1_000, "time_windows": [[0, 1_100]]}
    assert set(unservable(line({}, {}, job, reloads=[]))) == {2}
    assert set(unservable(line({}, {}, job, reloads=[{"id": 1, "location_index": 4}]))) == set()
    near = [{"id": 1, "location_index": 4}]
    assert set(unservable(line({}, {}, job, reloads=near, max_reloads=0))) == {2}


def test_a_task_that_takes_longer_than_shift_and_overtime_is_unservable() -> None:
    assert set(unservable(line({}, shift_duration=100, max_overtime=19))) == {0}
    assert set(unservable(line({}, shift_duration=100, max_overtime=20))) == set()


def test_parts_keep_the_reloads_of_their_routes() -> None:
    body = trips_body(1, jobs=8, vehicles=2)
    for vehicle in body["vehicles"]:
        vehicle["reloads"] = [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}]
    model = model_of(problem_of(body))
    plan = [PlannedRoute(0, (5, SECOND, 0, 6)), PlannedRoute(1, (3, FIRST, 7, SECOND, 2))]
    part = part_of(model, [plan[1]], [4], [])
    assert part.tasks == (2, 3, 4, 7)
    assert part.plan == [PlannedRoute(0, (1, FIRST, 3, SECOND, 0))]
    assert part.in_whole(part.plan) == [plan[1]]


@pytest.mark.parametrize("seed", range(30))
def test_pyvrp_and_the_schedule_agree(seed: int) -> None:
    model = model_of(problem_of(trips_body(seed)))
    assert inability("pyvrp", model.problem) is None
    encoding = Encoding(model)
    search = Annealing(encoding, complete=False, seed=1)
    found = search.run(search.first_solution(), after(150), lambda _: None, lukewarm).best
    assert encoding.keeps_rules(found)
    plan = encoding.plan(found)
    routes = timed_routes(model, plan)
    assert routes is not None
    assert faults(model, solution_of(model, routes, META)) == []
    back = encoding.solution(search.data, plan)
    assert encoding.keeps_rules(back)
    assert cost(back) <= cost(found)
    costed = encoding.solution(encoding.data(complete=True), plan)
    theirs = cost(costed) * encoding.fleet.divisor / COST_UNIT
    exact = encoding.fleet.time_unit == 1
    rank = objective(model, routes)
    # Costs are rounded for each route. With a speed factor, times are rounded to seconds too.
    assert rank[2] == pytest.approx(theirs, abs=len(plan) * (1 if exact else 4))
    if exact:
        shifts = [kind.arguments.shift_duration for kind in encoding.fleet.types]
        lasting = [(route.duration(), shifts[route.vehicle_type()]) for route in back.routes()]
        overtime = sum(max(0, lasts - shift) for lasts, shift in lasting if shift is not None)
        assert sum(route.overtime for route in routes) == overtime


def test_vroom_cannot_express_a_problem_with_an_addition() -> None:
    assert inability("vroom", line({}, reloads=[]).problem) is None
    assert "reloads" in str(inability("vroom", line({}).problem))
    assert "release_time" in str(inability("vroom", line({"release_time": 1}, reloads=[]).problem))
    assert "shift_duration" in str(inability("vroom", line({}, reloads=[], shift_duration=1).problem))
