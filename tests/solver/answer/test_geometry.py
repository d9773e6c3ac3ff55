"""The geometry of routes: straight lines, or the streets."""

from typing import Any

import networkx as nx
import numpy as np
import polyline
import pytest

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.answer.geometry import add_geometry
from milkrun_solver.model.visits import Plan, PlannedRoute
from milkrun_solver.roads.network import RoadNetwork
from tests.solver.helpers import model_of, scheduled
from tests.solver.networks import Road, as_networkx, both_ways, compiled, random_network
from tests.solver.problems import problem_of

DEPOT, FIRST, SECOND = (7.41, 43.73), (7.42, 43.74), (7.43, 43.72)


def body(**given: Any) -> dict[str, Any]:
    return {
        "vehicles": [{"id": 5, "start": DEPOT, "end": DEPOT}],
        "jobs": [{"id": 1, "location": FIRST}, {"id": 2, "location": SECOND}],
        "options": {"geometry": True},
        **given,
    }


def drawn(problem: Problem, plan: Plan, roads: RoadNetwork | None = None) -> Solution:
    model = model_of(problem, roads)
    solution = scheduled(model, plan)
    assert solution is not None
    add_geometry(model, solution.routes)
    return solution


def points(solution: Solution, route: int = 0) -> list[tuple[float, float]]:
    geometry = solution.routes[route].geometry
    assert geometry is not None
    return polyline.decode(geometry, 5, geojson=True)


def test_without_a_network_geometry_is_straight_lines_through_the_stops() -> None:
    solution = drawn(problem_of(body()), [PlannedRoute(0, (0, 1))])
    assert points(solution) == [DEPOT, FIRST, SECOND, DEPOT]


def test_geometry_is_left_out_unless_asked_for() -> None:
    solution = drawn(problem_of(body(options={})), [PlannedRoute(0, (0, 1))])
    assert solution.routes[0].geometry is None


def test_geometry_is_left_out_without_coordinates() -> None:
    problem = problem_of(
        {
            "vehicles": [{"id": 1, "start_index": 0}],
            "jobs": [{"id": 1, "location_index": 1}],
            "matrices": {"car": {"durations": [[0, 5], [5, 0]]}},
            "options": {"geometry": True},
        }
    )
    assert drawn(problem, [PlannedRoute(0, (0,))]).routes[0].geometry is None


def square() -> RoadNetwork:
    """Three junctions near the stops, joined by a bent road and a straight one."""
    places = [(7.41, 43.7301), (7.4201, 43.74), (7.43, 43.7199)]
    ways = [
        Road(0, 1, 1_500, {"car": 150}, [(7.412, 43.735), (7.415, 43.738)]),
        Road(1, 2, 2_500, {"car": 250}),
    ]
    return RoadNetwork(compiled(places, [way for road in ways for way in both_ways(road)], ["car"]))


def test_on_a_network_geometry_follows_the_streets_from_junction_to_junction() -> None:
    solution = drawn(problem_of(body(network="town")), [PlannedRoute(0, (0, 1))], square())
    there = [(7.41, 43.7301), (7.412, 43.735), (7.415, 43.738), (7.4201, 43.74), (7.43, 43.7199)]
    assert points(solution) == [*there, *there[-2::-1]]


def test_each_step_has_its_distance() -> None:
    solution = drawn(problem_of(body(network="town")), [PlannedRoute(0, (0, 1))], square())
    assert [step.distance for step in solution.routes[0].steps] == [0, 1_500, 4_000, 8_000]
    assert [step.duration for step in solution.routes[0].steps] == [0, 150, 400, 800]


def test_an_open_route_ends_at_its_last_stop() -> None:
    problem = problem_of(body(network="town", vehicles=[{"id": 5, "start": DEPOT}]))
    assert points(drawn(problem, [PlannedRoute(0, (0,))], square()))[-1] == (7.4201, 43.74)


def test_a_route_that_stays_at_a_junction_is_a_point() -> None:
    problem = problem_of(body(network="town", jobs=[{"id": 1, "location": (7.4101, 43.73)}]))
    assert points(drawn(problem, [PlannedRoute(0, (0,))], square())) == [(7.41, 43.7301)]


def test_a_second_answer_is_drawn_like_the_first() -> None:
    problem, roads = problem_of(body(network="town")), square()
    model = model_of(problem, roads)
    first, second = (scheduled(model, [PlannedRoute(0, tasks)]) for tasks in ((0, 1), (0,)))
    assert first is not None
    assert second is not None
    add_geometry(model, first.routes)
    add_geometry(model, second.routes)
    assert second == drawn(problem, [PlannedRoute(0, (0,))], roads)
    assert first.routes[0].geometry != second.routes[0].geometry


@pytest.mark.parametrize("seed", range(4))
def test_every_route_passes_the_junctions_of_its_stops_in_order(seed: int) -> None:
    network = random_network(seed)
    rng = np.random.default_rng(seed)
    stops = [(network.longitude[i], network.latitude[i]) for i in rng.choice(80, 13, replace=False).tolist()]
    problem = problem_of(
        {
            "vehicles": [
                {"id": 1, "start": stops[0], "end": stops[0]},
                {"id": 2, "start": stops[0], "profile": "bike"},
            ],
            "jobs": [{"id": number, "location": place} for number, place in enumerate(stops[1:])],
            "network": "town",
            "options": {"geometry": True},
        }
    )
    plan = [PlannedRoute(0, (4, 2, 0, 6, 8)), PlannedRoute(1, (1, 3, 5, 7, 9, 11))]
    solution = drawn(problem, plan, RoadNetwork(network))
    for number, profile in enumerate(("car", "bike")):
        graph = as_networkx(network, profile)
        assert nx.is_strongly_connected(graph)
        rest = iter(points(solution, number))
        for step in solution.routes[number].steps:
            assert step.location is not None
            place = round(step.location[0], 5), round(step.location[1], 5)
            if step.type != "end" or number == 0:
                assert place in rest
