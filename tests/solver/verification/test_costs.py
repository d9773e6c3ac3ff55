import random

import pytest

from milkrun.schema.solution import RouteCosts
from milkrun_solver.verification.costs import cost_faults
from milkrun_solver.verification.verifier import Verifier
from tests.solver.priced import answer, priced_problem, restated
from tests.solver.problems import problem_of, random_body
from tests.solver.verification.cases import facts, problem, step

RATES = {"fixed": 40, "per_task_hour": 3_600, "per_overtime_hour": 1_800}
SOFT = {"soft_time_window": {"start": 100, "cost_per_hour_early": 1}}
STATED = {"fixed": 40, "travel": 70, "task": 60, "overtime": 10, "early": 0, "late": 0}


def faults(total: int = 180, **changed: int) -> list[str]:
    """Of a route with a minute of work and 20 seconds of overtime."""
    given = problem({"costs": {"fixed": 40, "per_task_hour": 3_600}}, SOFT)
    vehicle = given.vehicles[0]
    costs = vehicle.costs.model_copy(update={"per_overtime_hour": 1_800})
    given = given.model_copy(update={"vehicles": [vehicle.model_copy(update={"costs": costs})]})
    stated = RouteCosts(**{**STATED, **changed})
    found = facts(given, step("job", 1, service=60), cost=total, costs=stated, overtime=20)
    return list(cost_faults(found))


def test_components_that_add_up_are_right() -> None:
    assert faults() == []


@pytest.mark.parametrize("name", ["fixed", "task", "overtime"])
def test_a_component_of_another_size_is_named(name: str) -> None:
    other = STATED[name] + 1
    assert faults(181, **{name: other}) == [f"the {name} cost of the route is {STATED[name]}, not {other}"]


def test_components_that_do_not_add_up_are_named() -> None:
    assert faults(179) == ["the components of the route's cost add up to 180, not 179"]


def test_components_are_stated_exactly_if_the_problem_has_a_priced_term() -> None:
    unstated = facts(problem({}, SOFT), step("job", 1), cost=0, costs=None)
    assert len(list(cost_faults(unstated))) == 1
    stated = facts(problem({}, {}), step("job", 1), cost=0, costs=RouteCosts())
    assert len(list(cost_faults(stated))) == 1
    assert list(cost_faults(facts(problem({}, {}), step("job", 1), cost=0, costs=None))) == []


def test_an_answer_without_priced_terms_states_no_components() -> None:
    model, solution = answer(problem_of(random_body(1, set(), vehicles=3)), 1)
    assert solution.summary.costs is None
    assert [route.costs for route in solution.routes if route.costs is not None] == []
    assert Verifier(model.problem, model.travel).faults(solution) == []


@pytest.mark.parametrize("seed", range(50))
def test_a_sum_over_routes_that_is_none_is_found(seed: int) -> None:
    rng = random.Random(seed)
    given = priced_problem(seed, jobs=6)
    model, solution = answer(given, seed)
    verifier = Verifier(given, model.travel)
    assert verifier.faults(solution) == []
    component = rng.choice(("fixed", "travel", "task", "overtime", "early", "late"))
    broken = restated(solution, None, component, rng.choice((-3, -1, 1, 3)))
    assert any(f"the total of {component} costs" in fault for fault in verifier.faults(broken))


def test_an_answer_with_another_total_is_found() -> None:
    model, solution = answer(priced_problem(1), 1)
    solution.summary.cost += 1
    (fault,) = Verifier(model.problem, model.travel).faults(solution)
    assert fault.startswith("the total of cost is")
