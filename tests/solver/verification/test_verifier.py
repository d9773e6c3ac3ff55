"""The verifier accepts answers that keep the rules, and names each broken rule."""

from collections.abc import Callable
from typing import Any

import pytest

from milkrun.schema.solution import Solution
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import PlannedRoute
from tests.solver.helpers import faults, model_of, scheduled, vroom_solution
from tests.solver.problems import problem_of, random_features, random_problem

DURATIONS = [[0, 100, 200, 300], [100, 0, 150, 250], [200, 150, 0, 120], [300, 250, 120, 0]]


def body() -> dict[str, Any]:
    """A problem to which every rule applies."""
    return {
        "vehicles": [
            {
                "id": 1,
                "start_index": 0,
                "end_index": 0,
                "capacity": [10],
                "skills": [1, 2],
                "time_window": [0, 5_000],
                "max_tasks": 4,
                "max_travel_time": 900,
                "max_distance": 9_000,
                "costs": {"fixed": 50, "per_km": 10, "per_task_hour": 3_600},
            },
            {"id": 2, "start_index": 0, "end_index": 0, "capacity": [2]},
        ],
        "jobs": [
            {
                "id": 7,
                "location_index": 1,
                "service": 60,
                "setup": 30,
                "delivery": [3],
                "pickup": [1],
                "skills": [2],
                "priority": 5,
                "time_windows": [[500, 600]],
            },
            {"id": 8, "location_index": 1, "service": 20, "setup": 30, "delivery": [1]},
        ],
        "shipments": [
            {
                "pickup": {"id": 7, "location_index": 2, "service": 10},
                "delivery": {"id": 9, "location_index": 3, "service": 10},
                "amount": [6],
                "priority": 2,
            }
        ],
        "matrices": {
            "car": {"durations": DURATIONS, "distances": [[10 * cell for cell in row] for row in DURATIONS]}
        },
    }


PLAN = [PlannedRoute(0, (0, 1, 2, 3))]
"""Job 7, job 8, pickup 7, delivery 9."""


def good() -> tuple[Model, Solution]:
    model = model_of(problem_of(body()))
    solution = scheduled(model, PLAN)
    assert solution is not None
    return model, solution


def test_a_valid_answer_has_no_fault() -> None:
    assert faults(*good()) == []


@pytest.mark.parametrize("seed", range(60))
def test_answers_of_vroom_have_no_fault(seed: int) -> None:
    model = model_of(random_problem(seed, random_features(seed)))
    assert faults(model, vroom_solution(model)) == []


def moved_on(solution: Solution, position: int, by: int) -> None:
    """Everything from this step on happens later."""
    for step in solution.routes[0].steps[position:]:
        step.arrival += by


def drop_task(solution: Solution) -> None:
    del solution.routes[0].steps[2]


def repeat_task(solution: Solution) -> None:
    steps = solution.routes[0].steps
    steps.insert(2, steps[2].model_copy())


def swap(solution: Solution) -> None:
    steps = solution.routes[0].steps
    steps[3], steps[4] = steps[4], steps[3]


def change(name: str, by: int, position: int | None = None) -> Callable[[Solution], None]:
    """Changes a number of a step or of the route."""

    def mutate(solution: Solution) -> None:
        route = solution.routes[0]
        target: Any = route if position is None else route.steps[position]
        setattr(target, name, getattr(target, name) + by)

    return mutate


def change_total(name: str) -> Callable[[Solution], None]:
    def mutate(solution: Solution) -> None:
        setattr(solution.summary, name, getattr(solution.summary, name) + 1)

    return mutate


def wrong_load(solution: Solution) -> None:
    solution.routes[0].steps[2].load = [9]


def wrong_delivery(solution: Solution) -> None:
    solution.routes[0].delivery = [3]


def wrong_pickup(solution: Solution) -> None:
    solution.routes[0].pickup = [3]


def no_start(solution: Solution) -> None:
    del solution.routes[0].steps[0]


def unknown_vehicle(solution: Solution) -> None:
    solution.routes[0].vehicle = 99


def vehicle_used_twice(solution: Solution) -> None:
    route = solution.routes[0].model_copy(deep=True)
    route.steps = [route.steps[0], route.steps[-1]]
    solution.routes.append(route)


def added_break(solution: Solution) -> None:
    steps = solution.routes[0].steps
    steps.insert(1, steps[0].model_copy(update={"type": "break", "id": 3}))


def early(solution: Solution) -> None:
    """The whole route begins an hour earlier, when the window of job 7 is not open yet."""
    moved_on(solution, 0, -300)


def late_but_waiting(solution: Solution) -> None:
    """Everything happens a little later, when the window of job 7 has closed."""
    moved_on(solution, 0, 200)


MUTATIONS: dict[str, tuple[Callable[[Solution], None], str]] = {
    "a task is missing": (drop_task, "missing"),
    "a task stands twice": (repeat_task, "more than once"),
    "a delivery comes before its pickup": (swap, "has no pickup"),
    "an unknown vehicle": (unknown_vehicle, "vehicle is unknown"),
    "a vehicle drives twice": (vehicle_used_twice, "two routes"),
    "a route without its start": (no_start, "one start, stops and one end"),
    "a break nobody asked for": (added_break, "breaks exactly once"),
    "service before the window opens": (early, "outside its time windows"),
    "service after the window closed": (late_but_waiting, "outside its time windows"),
    "a leg that takes too little time": (lambda s: moved_on(s, 3, -5), "cannot take"),
    "a leg that takes too much time": (lambda s: moved_on(s, 3, 5), "cannot take"),
    "arrival before the stop before is left": (
        lambda s: moved_on(s, 3, -200),
        "before the previous stop is left",
    ),
    "a negative wait": (change("waiting_time", -1, 3), "negative"),
    "a wrong setup time": (change("setup", 1, 1), "setup"),
    "a setup again at the same place": (change("setup", 30, 2), "setup"),
    "a wrong service time": (change("service", -1, 1), "service"),
    "time spent at the start": (change("service", 1, 0), "spends time"),
    "a wrong cumulated duration": (change("duration", 1, 3), "of travel from the start"),
    "a wrong cumulated distance": (change("distance", 1, 3), "from the start"),
    "a wrong load": (wrong_load, "load after"),
    "a wrong cost": (change("cost", 1), "costs"),
    "a cost too low by one": (change("cost", -1), "costs"),
    "a wrong duration of the route": (change("duration", 1), "duration"),
    "a wrong distance of the route": (change("distance", 1), "long"),
    "a wrong setup of the route": (change("setup", 1), "setup"),
    "a wrong service of the route": (change("service", 1), "service"),
    "a wrong waiting time of the route": (change("waiting_time", 1), "waiting"),
    "a wrong priority of the route": (change("priority", 1), "priority"),
    "a wrong delivery of the route": (wrong_delivery, "delivery"),
    "a wrong pickup of the route": (wrong_pickup, "pickup"),
    "a wrong total cost": (change_total("cost"), "the total of cost"),
    "a wrong total setup": (change_total("setup"), "the total of setup"),
    "a wrong total service": (change_total("service"), "the total of service"),
    "a wrong total duration": (change_total("duration"), "the total of duration"),
    "a wrong total waiting time": (change_total("waiting_time"), "the total of waiting_time"),
    "a wrong total priority": (change_total("priority"), "the total of priority"),
    "a wrong total distance": (change_total("distance"), "the total of distance"),
    "a wrong count of routes": (change_total("routes"), "the total of routes"),
    "a wrong count of unassigned tasks": (change_total("unassigned"), "the total of unassigned"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutated_answer_is_refused(name: str) -> None:
    mutate, said = MUTATIONS[name]
    model, solution = good()
    mutate(solution)
    found = faults(model, solution)
    assert any(said in fault for fault in found), found


STRICTER: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "capacity": (lambda b: b["vehicles"][0].update(capacity=[6]), "exceeds the capacity"),
    "no capacity": (lambda b: b["vehicles"][0].update(capacity=[]), "exceeds the capacity"),
    "skills": (lambda b: b["vehicles"][0].update(skills=[1]), "lacks"),
    "max_tasks": (lambda b: b["vehicles"][0].update(max_tasks=3), "more tasks than max_tasks (3)"),
    "max_travel_time": (lambda b: b["vehicles"][0].update(max_travel_time=669), "max_travel_time (669 s)"),
    "max_distance": (lambda b: b["vehicles"][0].update(max_distance=6_699), "longer than max_distance"),
    "working hours": (lambda b: b["vehicles"][0].update(time_window=[0, 1_000]), "the vehicle's time window"),
    "several windows": (
        lambda b: b["jobs"][0].update(time_windows=[[0, 100], [700, 800]]),
        "outside its time windows",
    ),
}


@pytest.mark.parametrize("rule", STRICTER)
def test_an_answer_made_for_looser_rules_is_refused(rule: str) -> None:
    tighten, said = STRICTER[rule]
    _, solution = good()
    strict = body()
    tighten(strict)
    found = faults(model_of(problem_of(strict)), solution)
    assert any(said in fault for fault in found), found


def test_half_an_unassigned_shipment_is_refused() -> None:
    model = model_of(problem_of(body()))
    solution = scheduled(model, [PlannedRoute(0, (0, 1, 2))])
    assert solution is not None
    assert any("half of the shipment" in fault for fault in faults(model, solution))


def test_a_whole_unassigned_shipment_is_accepted() -> None:
    model = model_of(problem_of(body()))
    solution = scheduled(model, [PlannedRoute(0, (0, 1))])
    assert solution is not None
    assert faults(model, solution) == []
    assert [(task.type, task.id) for task in solution.unassigned] == [("pickup", 7), ("delivery", 9)]


def test_a_task_both_served_and_unassigned_is_refused() -> None:
    model, solution = good()
    partly = scheduled(model, [PlannedRoute(0, (1, 2, 3))])
    assert partly is not None
    solution.unassigned = partly.unassigned
    assert any("more than once" in fault for fault in faults(model, solution))


def with_break(**given: Any) -> tuple[Model, Solution]:
    """A route with one break as VROOM times it, checked against the break with the changes in `given`."""
    made, asked = body(), body()
    pause = {"id": 3, "service": 100, "time_windows": [[700, 1_200]], "max_load": [10]}
    made["vehicles"][0]["breaks"] = [pause]
    asked["vehicles"][0]["breaks"] = [{**pause, **given}]
    return model_of(problem_of(asked)), vroom_solution(model_of(problem_of(made)))


def test_a_break_as_requested_is_accepted() -> None:
    model, solution = with_break()
    assert any(step.type == "break" for step in solution.routes[0].steps)
    assert faults(model, solution) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"id": 4}, "breaks exactly once"),
        ({"service": 101}, "must last"),
        ({"time_windows": [[0, 10]]}, "break 3 starts outside"),
        ({"max_load": [0]}, "more than its max_load"),
    ],
)
def test_a_break_that_is_not_as_requested_is_refused(given: dict[str, Any], said: str) -> None:
    found = faults(*with_break(**given))
    assert any(said in fault for fault in found), found


def test_time_lost_between_stop_and_break_is_refused() -> None:
    model, solution = with_break()
    position = next(i for i, step in enumerate(solution.routes[0].steps) if step.type == "break")
    moved_on(solution, position, 7)
    assert faults(model, solution)


def test_custom_costs_count_instead_of_travel() -> None:
    priced = body()
    priced["matrices"]["car"]["costs"] = [[0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0]]
    model = model_of(problem_of(priced))
    solution = scheduled(model, PLAN)
    assert solution is not None
    assert solution.summary.cost == 50 + 130 + 4  # fixed, setup and service, four legs
    assert faults(model, solution) == []
    assert any("costs" in fault for fault in faults(model, good()[1]))


@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize("window", [None, [0, 90_000]])
@pytest.mark.parametrize("speed", [0.9, 0.34, 1.55])
def test_a_wrong_cost_is_refused_at_any_speed(speed: float, window: list[int] | None, by: int) -> None:
    cells = [[0 if i == j else 1_000 for j in range(21)] for i in range(21)]
    vehicle: dict[str, Any] = {"id": 1, "start_index": 0, "end_index": 0, "speed_factor": speed}
    body = {
        "vehicles": [vehicle if window is None else {**vehicle, "time_window": window}],
        "jobs": [{"id": n, "location_index": n} for n in range(1, 21)],
        "matrices": {"car": {"durations": cells}},
    }
    model = model_of(problem_of(body))
    for solution in (scheduled(model, [PlannedRoute(0, tuple(range(20)))]), vroom_solution(model)):
        assert solution is not None
        assert faults(model, solution) == []
        solution.routes[0].cost += by
        solution.summary.cost += by
        assert any("costs" in fault for fault in faults(model, solution))
