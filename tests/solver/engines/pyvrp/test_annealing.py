"""PyVRP's plans keep the rules, feature by feature, and its objective equals VROOM's cost."""

from typing import Any

import pytest

from milkrun.schema.capabilities import inability
from milkrun_solver.answer.solution import plan_of
from milkrun_solver.engines.pyvrp.annealing import Annealing
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.objective import solution_objective
from tests.solver.helpers import (
    after,
    faults,
    lukewarm,
    model_of,
    pyvrp_plan,
    pyvrp_solution,
    scheduled,
    task_ids,
    vroom_solution,
)
from tests.solver.objective import cost, internal_cost
from tests.solver.problems import FEATURES, problem_of, random_features, random_problem

EXPRESSED = tuple(feature for feature in FEATURES if feature != "breaks")


def expressible(seeds: range) -> list[Model]:
    models = (model_of(random_problem(seed, random_features(seed, EXPRESSED))) for seed in seeds)
    return [model for model in models if inability("pyvrp", model.problem) is None]


MODELS = 40
"""At least this many of the first hundred random problems can be expressed for PyVRP."""


@pytest.fixture(scope="module")
def models() -> list[Model]:
    found = expressible(range(100))
    assert len(found) >= MODELS
    return found[:MODELS]


@pytest.mark.parametrize("number", range(MODELS))
@pytest.mark.parametrize("complete", [True, False])
def test_a_plan_of_pyvrp_keeps_every_rule(models: list[Model], number: int, complete: bool) -> None:
    model = models[number]
    plan = pyvrp_plan(model, complete, iterations=200)
    if plan is None:
        # Not every problem can be served completely, but with prizes there is always an answer.
        assert complete
        return
    solution = scheduled(model, plan)
    assert solution is not None
    assert faults(model, solution) == []


@pytest.mark.parametrize("number", range(MODELS))
def test_answers_of_vroom_are_feasible_for_pyvrp_and_stay_unchanged(models: list[Model], number: int) -> None:
    search = Annealing(Encoding(models[number]), complete=False, seed=1)
    plan = plan_of(models[number], vroom_solution(models[number]))
    solution = search.solution(plan)
    assert solution.is_feasible()
    # Identical vehicles may swap routes.
    assert sorted(tasks for _, tasks in search.encoding.plan(solution)) == sorted(tasks for _, tasks in plan)


def limited_twice(model: Model) -> bool:
    return any(
        v.source.max_travel_time is not None and v.source.max_distance is not None for v in model.vehicles
    )


@pytest.mark.parametrize("number", range(MODELS))
def test_the_objective_equals_vrooms_cost(models: list[Model], number: int) -> None:
    model = models[number]
    search = Annealing(Encoding(model), complete=False, seed=1)
    solution = search.first_solution()
    fleet = search.encoding.fleet
    ours = internal_cost(model, search.encoding.plan(solution), with_work=fleet.work_on_edges)
    theirs = (cost(solution) - solution.uncollected_prizes()) * fleet.divisor
    if limited_twice(model) and fleet.time_unit > 1:
        # Time then costs by hundredths of a second, which a speed factor rounds.
        assert theirs == pytest.approx(ours, rel=0.005)
    else:
        assert theirs == ours


def test_the_same_seed_and_iterations_give_the_same_plan() -> None:
    model = model_of(random_problem(5, {"capacity", "windows"}, jobs=30, vehicles=8))
    assert pyvrp_plan(model, iterations=150) == pyvrp_plan(model, iterations=150)


def test_a_search_begins_at_its_warm_start() -> None:
    model = model_of(random_problem(6, {"capacity", "windows"}, jobs=30, vehicles=8))
    search = Annealing(Encoding(model), complete=True, seed=1)
    plan = plan_of(model, vroom_solution(model, level=5))
    start = search.solution(plan)
    found = search.run(start, after(0), lambda _: None, lukewarm)
    assert cost(found.best) == cost(start) == cost(found.current)


def test_each_better_solution_is_reported_when_it_is_found() -> None:
    model = model_of(random_problem(7, {"capacity"}, jobs=30, vehicles=8))
    search = Annealing(Encoding(model), complete=True, seed=1)
    seen: list[int] = []
    start = search.first_solution()
    end = search.run(start, after(300), lambda solution: seen.append(cost(solution)), lukewarm)
    assert len(seen) > 1
    assert seen == sorted(seen, reverse=True)
    assert cost(end.best) == seen[-1]


def current_after(temperature: float) -> tuple[int, int]:
    """What the best and the current solution cost after a search at this temperature from a good start."""
    model = model_of(random_problem(7, {"capacity"}, jobs=30, vehicles=8))
    search = Annealing(Encoding(model), complete=True, seed=1)
    start = search.run(search.first_solution(), after(500), lambda _: None, lukewarm).best
    end = search.run(start, after(200), lambda _: None, lambda: temperature)
    assert end.current.is_feasible()
    return cost(end.best), cost(end.current)


def test_a_hot_search_continues_from_worse_solutions() -> None:
    best, current = current_after(temperature=2.0)
    assert current > best


def test_a_cold_search_continues_from_its_best_solution() -> None:
    best, current = current_after(temperature=1e-9)
    assert current == best


def test_a_search_starts_with_the_penalties_another_has_learned() -> None:
    model = model_of(random_problem(7, {"capacity"}, jobs=30, vehicles=8))
    first = Annealing(Encoding(model), complete=True, seed=1)
    first.run(first.first_solution(), after(300), lambda _: None, lukewarm)
    assert first.learned is not None
    assert first.learned != Annealing(Encoding(model), complete=True, seed=1).learned
    assert Annealing(Encoding(model), complete=True, seed=1, learned=first.learned).learned == first.learned


def test_penalties_learned_with_other_loads_are_ignored() -> None:
    one, two = (
        model_of(random_problem(7, features, jobs=30, vehicles=8)) for features in ({"capacity"}, set())
    )
    learned = Annealing(Encoding(one), complete=True, seed=1).learned
    fresh = Annealing(Encoding(two), complete=True, seed=1).learned
    assert Annealing(Encoding(two), complete=True, seed=1, learned=learned).learned == fresh


CELLS = [[0, 100, 100, 100], [100, 0, 10, 10], [100, 10, 0, 10], [100, 10, 10, 0]]


def small(**given: Any) -> dict[str, Any]:
    """One vehicle, and three jobs close to each other."""
    return {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0}],
        "jobs": [{"id": number, "location_index": number} for number in (1, 2, 3)],
        "matrices": {"car": {"durations": CELLS, "distances": CELLS}},
        **given,
    }


def test_skills_decide_who_serves_what() -> None:
    vehicles = [{"id": 1, "start_index": 0, "skills": [1]}, {"id": 2, "start_index": 0, "skills": [2]}]
    jobs = [{"id": n, "location_index": n, "skills": [skill]} for n, skill in ((1, 2), (2, 1), (3, 2))]
    solution = pyvrp_solution(problem_of(small(vehicles=vehicles, jobs=jobs)))
    assert task_ids(solution)[0] == [("job", 2)]
    assert solution.summary.unassigned == 0


def test_priority_decides_which_tasks_are_left_out_and_outweighs_their_number() -> None:
    vehicles = [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [2]}]
    jobs = [
        {"id": 1, "location_index": 1, "delivery": [1]},
        {"id": 2, "location_index": 2, "delivery": [2], "priority": 1},
        {"id": 3, "location_index": 3, "delivery": [1]},
    ]
    problem = problem_of(small(vehicles=vehicles, jobs=jobs))
    solution = pyvrp_solution(problem, complete=False)
    assert task_ids(solution) == [[("job", 2)]]
    assert solution_objective(problem, solution)[:2] == (0, 2)


def test_one_more_task_outweighs_any_travel() -> None:
    far = [[0, 100, 9_000_000], [100, 0, 9_000_000], [9_000_000, 9_000_000, 0]]
    problem = problem_of(
        small(
            vehicles=[{"id": 1, "start_index": 0, "end_index": 0, "capacity": [1]}] * 1
            + [{"id": 2, "start_index": 0, "end_index": 0, "capacity": [1], "costs": {"fixed": 90_000_000}}],
            jobs=[{"id": n, "location_index": n, "delivery": [1]} for n in (1, 2)],
            matrices={"car": {"durations": far}},
        )
    )
    assert pyvrp_solution(problem, complete=False).summary.unassigned == 0


def test_each_job_is_served_in_one_of_its_windows() -> None:
    jobs = [
        {"id": 1, "location_index": 1, "time_windows": [[0, 50], [900, 950]]},
        {"id": 2, "location_index": 2, "time_windows": [[110, 120]]},
        {"id": 3, "location_index": 3, "time_windows": [[0, 10], [500, 510], [2_000, 2_100]]},
    ]
    solution = pyvrp_solution(problem_of(small(jobs=jobs)))
    assert task_ids(solution) == [[("job", 2), ("job", 3), ("job", 1)]]


def test_max_tasks_spreads_the_tasks_over_vehicles() -> None:
    vehicles = [{"id": n, "start_index": 0, "end_index": 0, "max_tasks": 2} for n in (1, 2)]
    assert len(pyvrp_solution(problem_of(small(vehicles=vehicles))).routes) == 2


def test_a_limit_on_travel_time_spreads_the_tasks_over_vehicles() -> None:
    vehicles = [{"id": n, "start_index": 0, "end_index": 0, "max_travel_time": 210} for n in (1, 2)]
    assert len(pyvrp_solution(problem_of(small(vehicles=vehicles))).routes) == 2


def test_a_limit_on_distance_spreads_the_tasks_over_vehicles() -> None:
    vehicles = [{"id": n, "start_index": 0, "end_index": 0, "max_distance": 210} for n in (1, 2)]
    assert len(pyvrp_solution(problem_of(small(vehicles=vehicles))).routes) == 2


def test_an_untimed_problem_can_have_both_limits_and_mixed_costs() -> None:
    limits = {"max_distance": 210, "max_travel_time": 500, "costs": {"per_km": 70}}
    vehicles = [{"id": n, "start_index": 0, "end_index": 0, **limits} for n in (1, 2)]
    assert len(pyvrp_solution(problem_of(small(vehicles=vehicles))).routes) == 2


def test_an_open_route_does_not_return() -> None:
    solution = pyvrp_solution(problem_of(small(vehicles=[{"id": 1, "start_index": 0}])))
    assert solution.summary.cost == 120


def test_the_cheaper_vehicle_gets_the_route() -> None:
    vehicles = [
        {"id": 1, "start_index": 0, "end_index": 0, "costs": {"fixed": 1_000}},
        {"id": 2, "start_index": 0, "end_index": 0, "costs": {"per_hour": 7_200}},
    ]
    solution = pyvrp_solution(problem_of(small(vehicles=vehicles)))
    assert [route.vehicle for route in solution.routes] == [2]
    assert solution.summary.cost == 2 * 220


def test_the_faster_vehicle_type_gets_the_route() -> None:
    """The slow type cannot finish within its working hours."""
    hours = {"start_index": 0, "end_index": 0, "time_window": [0, 500]}
    vehicles = [{"id": 1, **hours, "type": "slow"}, {"id": 2, **hours, "type": "quick"}]
    jobs = [
        {"id": n, "location_index": n, "service": 300, "service_per_type": {"quick": 20}} for n in (1, 2, 3)
    ]
    solution = pyvrp_solution(problem_of(small(vehicles=vehicles, jobs=jobs)))
    assert [route.vehicle for route in solution.routes] == [2]


def test_cost_of_work_decides_between_vehicles() -> None:
    vehicles = [
        {"id": n, "start_index": 0, "end_index": 0, "costs": {"per_task_hour": rate}}
        for n, rate in ((1, 3_600), (2, 360))
    ]
    jobs = [{"id": n, "location_index": n, "service": 600} for n in (1, 2, 3)]
    solution = pyvrp_solution(problem_of(small(vehicles=vehicles, jobs=jobs)))
    assert [route.vehicle for route in solution.routes] == [2]
    assert solution.summary.cost == 220 + 180


def test_a_custom_costs_matrix_decides_the_order() -> None:
    costs = [[0, 1, 50, 50], [50, 0, 1, 50], [50, 50, 0, 1], [1, 50, 50, 0]]
    matrices = {"car": {"durations": CELLS, "costs": costs}}
    solution = pyvrp_solution(problem_of(small(matrices=matrices)))
    assert task_ids(solution) == [[("job", 1), ("job", 2), ("job", 3)]]
    assert solution.summary.cost == 4


def test_a_shipment_is_picked_up_before_it_is_delivered() -> None:
    shipments = [
        {"pickup": {"id": n, "location_index": n}, "delivery": {"id": n, "location_index": 3}, "amount": [1]}
        for n in (1, 2)
    ]
    vehicles = [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [1]}]
    solution = pyvrp_solution(problem_of(small(jobs=[], shipments=shipments, vehicles=vehicles)))
    kinds = [kind for kind, _ in task_ids(solution)[0]]
    assert kinds == ["pickup", "delivery", "pickup", "delivery"]


def test_travel_within_a_place_has_a_cost() -> None:
    """A matrix may give a travel time between two tasks at one place."""
    cells = [[0, 100], [100, 30]]
    jobs = [{"id": n, "location_index": 1} for n in (1, 2)]
    solution = pyvrp_solution(problem_of(small(jobs=jobs, matrices={"car": {"durations": cells}})))
    assert solution.summary.cost == 230


def test_a_plan_is_completed_with_the_tasks_it_leaves_out() -> None:
    model = model_of(random_problem(7, {"capacity"}, jobs=30, vehicles=8))
    search = Annealing(Encoding(model), complete=True, seed=1)
    whole = pyvrp_plan(model)
    assert whole is not None
    completed = search.completed(whole[:1])
    assert completed.is_complete()
