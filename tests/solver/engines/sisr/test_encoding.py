"""Problems in the terms of the compiled search: what it finds keeps all rules, and costs what it says."""

import pytest

from milkrun_solver.engines.sisr.encoding import Encoding
from milkrun_solver.engines.sisr.interface import Loaded, Search
from milkrun_solver.engines.sisr.library import load_library
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import BreakVisit, Plan, PlannedRoute, ReloadVisit
from tests.nonempty import nonempty
from tests.solver.engines.sisr.cases import stops
from tests.solver.helpers import faults, model_of, scheduled
from tests.solver.problems import FEATURES, problem_of, random_body, random_features, random_problem
from tests.solver.trips import trips_body
from tests.waiting import PATIENCE

pytestmark = pytest.mark.usefixtures("with_sisr")


def searched(model: Model, iterations: int = 1_000) -> tuple[Plan, int, int]:
    """The best plan, what it costs in units of the search, and how many tasks it leaves out."""
    library = load_library()
    assert library is not None
    encoding = Encoding(model)
    search = Search(Loaded(library, encoding.arrays), None, seed=1)
    search.run(iterations, PATIENCE, 1.0, 0.02)
    progress, plan = search.progress(), encoding.plan(search.best())
    search.close()
    return plan, progress.cost, progress.tasks_left


def assert_keeps_rules(model: Model) -> None:
    plan, _, left = searched(model)
    solution = scheduled(model, plan)
    assert solution is not None
    assert faults(model, solution) == []
    assert solution.summary.unassigned >= left  # it does not count those that no vehicle may serve


@pytest.mark.parametrize("feature", FEATURES)
def test_what_it_finds_keeps_the_rules_of_each_feature(feature: str) -> None:
    assert_keeps_rules(model_of(random_problem(5, {feature}, jobs=12)))


@pytest.mark.parametrize("seed", range(40))
def test_what_it_finds_keeps_the_rules_of_many_features(seed: int) -> None:
    assert_keeps_rules(model_of(random_problem(seed, random_features(seed), jobs=12)))


@pytest.mark.parametrize("seed", range(12))
def test_what_it_finds_keeps_the_rules_of_reloads_releases_and_shifts(seed: int) -> None:
    assert_keeps_rules(model_of(problem_of(trips_body(seed, jobs=12))))


COSTS = (
    "capacity",
    "pickups",
    "skills",
    "windows",
    "working hours",
    "breaks",
    "shipments",
    "setups",
    "types",
)


@pytest.mark.parametrize("seed", range(12))
def test_costs_differ_from_the_schedules_by_one_unit(seed: int) -> None:
    """All costs of these problems are whole seconds, so one unit of cost fits all of their plans."""
    model = model_of(random_problem(seed, random_features(seed, COSTS), jobs=12))
    plans = [searched(model, iterations) for iterations in (0, 1_000)]
    solutions = [scheduled(model, plan) for plan, _, _ in plans]
    units = {it.summary.cost / cost for it, (_, cost, _) in zip(solutions, plans, strict=True) if it and cost}
    assert len(nonempty(units)) == 1


@pytest.mark.parametrize(
    "features", [(), ("windows",), ("capacity",), ("capacity", "pickups", "skills")], ids=str
)
def test_what_it_finds_with_long_routes_keeps_the_rules_and_costs_what_it_says(
    features: tuple[str, ...],
) -> None:
    """Long enough for exchanges of their tails."""
    body = random_body(2, {*features}, jobs=60, vehicles=3)
    for vehicle in body["vehicles"]:
        if "capacity" in vehicle:
            vehicle["capacity"] = [8 * most for most in vehicle["capacity"]]
    model = model_of(problem_of(body))
    plans = [searched(model, iterations) for iterations in (0, 300, 3_000)]
    assert min(sum(len(route.tasks) for route in plan) / len(plan) for plan, _, _ in plans) >= 20
    solutions = [scheduled(model, plan) for plan, _, _ in plans]
    assert [faults(model, solution) for solution in solutions if solution is not None] == [[], [], []]
    units = {it.summary.cost / cost for it, (_, cost, _) in zip(solutions, plans, strict=True) if it and cost}
    assert len(units) == 1
    assert len({cost for _, cost, _ in plans}) == 3


def test_impossible_tasks_are_left_out() -> None:
    model = model_of(random_problem(1, {"capacity"}, jobs=8))
    library = load_library()
    assert library is not None
    encoding = Encoding(model, impossible=[2, 3])
    search = Search(Loaded(library, encoding.arrays), None, seed=1)
    served = {task for route in encoding.plan(search.best()) for task in route.tasks}
    search.close()
    assert served == set(range(8)) - {2, 3}


def test_breaks_and_reloads_have_negative_codes() -> None:
    encoding = Encoding(stops())
    plan = encoding.plan({1: [-1, 0, -2]})
    assert plan == [PlannedRoute(1, (BreakVisit(0), 0, ReloadVisit(0)))]
    assert encoding.routes(plan) == {1: [0]}


def test_a_leg_that_is_closed_is_closed_at_all_times_of_the_day() -> None:
    durations = [[0, 9, 9], [9, 0, 9], [9, 9, 0]]
    costs = [[0, 1, 1], [1, 0, 2**30], [1, 1, 0]]
    slots = [{"start": 0, "durations": durations}, {"start": 50, "durations": durations}]
    body = {
        "vehicles": [{"id": 1, "start_index": 0}],
        "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}],
        "matrices": {"car": {"durations": durations, "costs": costs, "slots": slots}},
    }
    assert_keeps_rules(model_of(problem_of(body)))


def test_a_driver_who_drove_too_long_before_the_route_rests_first() -> None:
    rules = {"max_driving_before_break": 100, "break_duration": 30, "driven": 500, "driven_since_break": 400}
    plan, _, left = searched(stops(driver_rules=rules))
    assert (len(plan), left) == (1, 0)
    assert_keeps_rules(stops(driver_rules=rules))
