"""A plan and the PyVRP solution made from it mean the same."""

import random
from typing import Any

import pytest

from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import PlannedRoute
from tests.solver.helpers import model_of
from tests.solver.objective import random_plan
from tests.solver.problems import problem_of, random_problem

FEATURES = ({"capacity"}, {"shipments", "skills"}, {"fleet", "windows"}, {"open routes", "priorities"})


def several(**first: Any) -> Model:
    """A problem with two jobs; `first` holds what differs in the first one."""
    cells = [[0, 100, 200], [100, 0, 100], [200, 100, 0]]
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0}],
        "jobs": [{"id": 1, "location_index": 1, **first}, {"id": 2, "location_index": 2}],
        "matrices": {"car": {"durations": cells}},
    }
    return model_of(problem_of(body))


@pytest.mark.parametrize("features", FEATURES, ids=lambda it: "+".join(sorted(it)))
@pytest.mark.parametrize("complete", [True, False])
def test_a_plan_survives_the_way_into_pyvrp_and_back(features: set[str], complete: bool) -> None:
    for seed in range(5):
        model = model_of(random_problem(seed, features, jobs=10, vehicles=4))
        encoding = Encoding(model)
        possible = set(encoding.possible)
        plan = [
            route for route in random_plan(model, random.Random(seed)) if possible.issuperset(route.tasks)
        ]
        back = encoding.plan(encoding.solution(encoding.data(complete), plan))
        assert sorted(route.tasks for route in back) == sorted(route.tasks for route in plan)
        assert len({route.vehicle for route in back}) == len(plan)


def test_a_task_that_no_vehicle_can_serve_is_left_out() -> None:
    encoding = Encoding(several(skills=[9]))
    assert encoding.possible == [1]
    assert encoding.knows([PlannedRoute(0, (1,))])
    assert not encoding.knows([PlannedRoute(0, (0, 1))])


def test_a_task_that_known_routes_serve_counts_as_servable() -> None:
    assert Encoding(several(skills=[9]), [PlannedRoute(0, (0,))]).possible == [0, 1]


def test_a_job_has_one_client_for_each_window_and_one_of_them_is_served() -> None:
    encoding = Encoding(several(time_windows=[[0, 50], [300, 400], [900, 950]]))
    data = encoding.data(complete=True)
    assert (data.num_clients, data.num_groups) == (4, 1)
    plan = [PlannedRoute(0, (1, 0))]
    solution = encoding.solution(data, plan)
    assert encoding.keeps_rules(solution)
    assert encoding.plan(solution) == plan


def test_each_task_is_either_required_or_carries_a_prize() -> None:
    encoding = Encoding(several())
    required, prized = encoding.data(complete=True).clients(), encoding.data(complete=False).clients()
    assert [(client.required, client.prize) for client in required] == [(True, 0)] * 2
    assert [(client.required, client.prize > 0) for client in prized] == [(False, True)] * 2


def test_data_and_neighbours_are_made_once() -> None:
    encoding = Encoding(several())
    assert encoding.shared(complete=True)[0] is encoding.shared(complete=True)[0]
    assert encoding.shared(complete=True)[0] is not encoding.shared(complete=False)[0]


def test_a_plan_has_only_the_routes_that_pass_the_check() -> None:
    encoding = Encoding(several(time_windows=[[0, 10]]), [PlannedRoute(0, (0,))])
    solution = encoding.solution(encoding.data(complete=False), [PlannedRoute(0, (0, 1))])
    assert not encoding.keeps_rules(solution)
    assert encoding.plan(solution, encoding.route_keeps_rules) == []
