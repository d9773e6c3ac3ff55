from typing import Any

import pytest

from milkrun_solver.answer.solution import timed_routes
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import PlannedRoute
from milkrun_solver.routes.timed_route import Stop
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_problem
from tests.solver.vroom import vroom_output

CELLS = [[0, 100, 200], [110, 0, 120], [210, 130, 0]]


def model(**matrices: Any) -> Model:
    """Vehicle 20 has two breaks. Job 5 and the two ends of a shipment have the same id."""
    pauses = [{"id": 8, "time_windows": [[0, 9]]}, {"id": 7, "time_windows": [[0, 900]]}]
    ends = {"pickup": {"id": 5, "location_index": 1}, "delivery": {"id": 5, "location_index": 2}}
    costs = {"fixed": 50, "per_task_hour": 7_200}
    return model_of(
        problem_of(
            {
                "vehicles": [
                    {"id": 10, "start_index": 0},
                    {"id": 20, "start_index": 0, "breaks": pauses, "costs": costs},
                ],
                "jobs": [{"id": 5, "location_index": 1, "service": 30}],
                "shipments": [ends],
                "matrices": {"car": {"durations": CELLS, **matrices}},
            }
        )
    )


def step(kind: str, number: int | None = None, **given: Any) -> dict[str, Any]:
    times = {"arrival": 0, "duration": 0, "setup": 0, "service": 0, "waiting_time": 0}
    return {"type": kind, **({} if number is None else {"id": number}), **times, **given}


def output(*steps: dict[str, Any]) -> dict[str, Any]:
    route = {"vehicle": 20, "cost": 999, "steps": [step("start"), *steps, step("end")]}
    return {"code": 0, "routes": [route]}


def test_vehicles_tasks_and_breaks_have_their_numbers_in_the_problem() -> None:
    steps = step("pickup", 5), step("break", 7), step("job", 5), step("delivery", 5)
    (route,) = routes_of(model(), output(*steps))
    assert route.vehicle == 1
    assert [(stop.kind, stop.number) for stop in route.stops] == [
        ("start", None),
        ("pickup", 1),
        ("break", 1),
        ("job", 0),
        ("delivery", 2),
        ("end", None),
    ]


def test_a_stop_has_the_times_the_way_and_the_load_that_vroom_says() -> None:
    job = step("job", 5, arrival=150, duration=100, setup=3, service=30, waiting_time=7, distance=9, load=[4])
    (route,) = routes_of(model(), output(job))
    assert route.stops[1] == Stop(
        "job", 0, arrival=150, duration=100, distance=9, load=(4,), setup=3, service=30, waiting=7
    )


def test_without_distances_and_loads_a_stop_has_none() -> None:
    (route,) = routes_of(model(), output(step("job", 5)))
    assert (route.stops[1].distance, route.stops[1].load) == (0, ())


def test_a_route_costs_what_vroom_says() -> None:
    (route,) = routes_of(model(), output(step("job", 5)))
    assert route.cost == 999


def test_custom_costs_are_added_anew() -> None:
    """VROOM may have been told them divided."""
    costs = [[0, 70_000, 1], [1, 0, 500], [1, 1, 0]]
    steps = step("pickup", 5, service=600), step("delivery", 5, setup=300)
    (route,) = routes_of(model(costs=costs), output(*steps))
    assert route.cost == 50 + 70_000 + 500 + 2 * 900


def test_an_answer_without_routes_has_none() -> None:
    assert routes_of(model(), {"routes": []}) == []


@pytest.mark.parametrize("unknown", ["vehicle", "break"])
def test_what_the_problem_does_not_have_cannot_be_read(unknown: str) -> None:
    given = output(step("break", 9 if unknown == "break" else 7))
    if unknown == "vehicle":
        given["routes"][0]["vehicle"] = 30
    with pytest.raises(KeyError):
        routes_of(model(), given)


@pytest.mark.parametrize("features", [{"capacity"}, {"windows", "shipments"}, {"custom costs"}], ids=sorted)
def test_vroom_s_routes_are_timed_as_our_own(features: set[str]) -> None:
    asked = model_of(random_problem(7, features))
    routes = routes_of(asked, vroom_output(asked))
    plan = [
        PlannedRoute(
            route.vehicle, tuple(stop.number for stop in route.stops[1:-1] if stop.number is not None)
        )
        for route in routes
    ]
    assert routes == timed_routes(asked, plan)
    assert routes
