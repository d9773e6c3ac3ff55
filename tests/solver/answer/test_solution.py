import json
from typing import Any

import polyline

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.answer.geometry import add_geometry
from milkrun_solver.answer.solution import plan_of, planned, timed_routes
from milkrun_solver.answer.solution import solution_of as answer_of
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import BreakVisit, PlannedRoute, ReloadVisit
from milkrun_solver.routes.timed_route import Stop, TimedRoute
from tests.solver.helpers import META, faults, model_of, scheduled
from tests.solver.problems import problem_of

DEPOT, FIRST, SECOND = (7.41, 43.73), (7.42, 43.74), (7.43, 43.72)


def body(**given: Any) -> dict[str, Any]:
    return {
        "vehicles": [{"id": 5, "start": DEPOT, "end": DEPOT, "description": "van"}],
        "jobs": [
            {"id": 1, "location": FIRST, "description": "bakery"},
            {"id": 2, "location": SECOND},
            {"id": 3, "location": SECOND, "description": "left"},
        ],
        **given,
    }


def solution_of(*tasks: int, **given: Any) -> Solution:
    solution = scheduled(model_of(problem_of(body(**given))), [PlannedRoute(0, tasks)])
    assert solution is not None
    return solution


def test_steps_repeat_the_problem_s_places_and_descriptions() -> None:
    route = solution_of(0, 1).routes[0]
    assert (route.vehicle, route.description) == (5, "van")
    assert [step.type for step in route.steps] == ["start", "job", "job", "end"]
    assert [step.location for step in route.steps] == [DEPOT, FIRST, SECOND, DEPOT]
    assert [step.description for step in route.steps] == [None, "bakery", None, None]
    assert [step.id for step in route.steps] == [None, 1, 2, None]


def test_unassigned_tasks_are_named_in_full() -> None:
    (left,) = solution_of(0, 1).unassigned
    assert (left.id, left.type, left.description, left.location) == (3, "job", "left", SECOND)


def test_an_open_route_names_its_first_and_last_task_as_start_and_end() -> None:
    vehicles = [{"id": 5, "start": DEPOT}]
    assert solution_of(0, 1, vehicles=vehicles).routes[0].steps[-1].location == SECOND
    vehicles = [{"id": 5, "end": DEPOT}]
    assert solution_of(0, 1, vehicles=vehicles).routes[0].steps[0].location == FIRST


def test_distances_are_reported_if_they_are_known() -> None:
    route = solution_of(0, 1).routes[0]
    assert route.distance is not None
    assert route.steps[-1].distance == route.distance > 0


def test_distances_are_left_out_if_a_matrix_has_none() -> None:
    problem = problem_of(
        {
            "vehicles": [{"id": 1, "start_index": 0}],
            "jobs": [{"id": 1, "location_index": 1}],
            "matrices": {"car": {"durations": [[0, 5], [5, 0]]}},
        }
    )
    solution = scheduled(model_of(problem), [PlannedRoute(0, (0,))])
    assert solution is not None
    assert solution.summary.distance is None
    assert "distance" not in solution.to_json().decode()


def test_a_solution_becomes_the_plan_it_was_made_of() -> None:
    model = model_of(problem_of(body()))
    plan = [PlannedRoute(0, (2, 0))]
    solution = scheduled(model, plan)
    assert solution is not None
    assert plan_of(model, solution) == plan


LUNCH = {"id": 6, "service": 300}
REST = {"id": 8, "time_windows": [[7_200, 9_000]]}


def with_breaks() -> Model:
    depot = {"id": 4, "location": DEPOT}
    vehicle = {"id": 5, "start": DEPOT, "end": DEPOT, "breaks": [LUNCH, REST], "reloads": [depot]}
    return model_of(Problem.model_validate_json(json.dumps(body(vehicles=[vehicle]))))


def test_routes_with_breaks_and_reloads_become_the_plan_they_were_made_of() -> None:
    model = with_breaks()
    plan = [PlannedRoute(0, (2, BreakVisit(1), ReloadVisit(0), BreakVisit(0), 0))]
    routes = timed_routes(model, plan)
    assert routes is not None
    assert planned(routes) == plan
    solution = scheduled(model, plan)
    assert solution is not None
    assert [step.type for step in solution.routes[0].steps[1:-1]] == [
        "job",
        "break",
        "reload",
        "break",
        "job",
    ]
    assert plan_of(model, solution) == plan


def test_breaks_that_a_plan_leaves_out_are_taken_all_the_same() -> None:
    model = with_breaks()
    routes = timed_routes(model, [PlannedRoute(0, (2, BreakVisit(0), 0))])
    assert routes is not None
    (found,) = planned(routes)
    assert found.tasks == (2, 0)
    assert sorted(visit.pause for visit in found.visits if isinstance(visit, BreakVisit)) == [0, 1]


class TestABreakThatDriverRulesAskFor:
    """Half an hour of rest on the way back from the only stop."""

    rules = {"max_driving_before_break": 150, "break_duration": 1_800}
    model = model_of(
        problem_of(
            body(
                vehicles=[{"id": 5, "start": DEPOT, "end": DEPOT, "driver_rules": rules}],
                jobs=[{"id": 1, "location": FIRST}],
                options={"geometry": True},
            )
        )
    )

    def route(self) -> TimedRoute:
        travel = self.model.vehicles[0].travel
        assert travel.distances is not None
        there, metres = int(travel.durations[0, 1]), int(travel.distances[0, 1])
        stops = [
            Stop("start", None, 0, 0, 0, ()),
            Stop("job", 0, there, there, metres, ()),
            Stop("break", None, 150, 150, metres, (), service=1_800),
            Stop("end", None, 2 * there + 1_800, 2 * there, 2 * metres, ()),
        ]
        return TimedRoute(0, stops, 2 * there)

    def test_is_a_step_without_an_id_and_without_a_place(self) -> None:
        solution = answer_of(self.model, [self.route()], META)
        assert faults(self.model, solution) == []
        pause = solution.routes[0].steps[2]
        assert (pause.type, pause.id, pause.location, pause.service) == ("break", None, None, 1_800)
        assert '"type":"break","arrival":150' in solution.to_json().decode()

    def test_is_not_part_of_a_plan(self) -> None:
        solution = answer_of(self.model, [self.route()], META)
        assert planned([self.route()]) == plan_of(self.model, solution) == [PlannedRoute(0, (0,))]

    def test_is_taken_again_where_a_plan_needs_it(self) -> None:
        assert timed_routes(self.model, planned([self.route()])) == [self.route()]

    def test_is_no_place_on_a_map(self) -> None:
        solution = answer_of(self.model, [self.route()], META)
        add_geometry(self.model, solution.routes)
        expected = polyline.encode([DEPOT, FIRST, DEPOT], 5, geojson=True)
        assert solution.routes[0].geometry == expected
