"""The pieces that a plan is cut into for a round."""

import random
from dataclasses import replace
from itertools import chain

import pytest

from milkrun.schema.options import Balance
from milkrun_solver.answer.solution import planned, timed_routes
from milkrun_solver.decomposition.cuts import Cuts, Piece
from milkrun_solver.engines.pyvrp.annealing import Annealing
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from milkrun_solver.routes.objective import objective
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.search.operators import Operator
from milkrun_solver.search.search_task import SearchTask
from tests.solver.helpers import after, lukewarm, one_job_a_route

Known = tuple[Model, Plan, list[TimedRoute]]


@pytest.fixture(scope="module")
def roomy() -> Known:
    model, plan = one_job_a_route()
    return model, plan, timed(model, plan)


def timed(model: Model, plan: Plan) -> list[TimedRoute]:
    routes = timed_routes(model, plan)
    assert routes is not None
    return routes


def cuts_of(model: Model) -> Cuts:
    return Cuts(model, range(len(model.tasks)), random.Random(1))


def task_with(model: Model, piece: Piece) -> SearchTask:
    operator = Operator("route elimination", "pyvrp")
    return SearchTask(operator, model, piece.part, piece.part.plan, piece.instead_of)


def test_a_group_must_serve_all_its_tasks_with_one_route_fewer(roomy: Known) -> None:
    model, plan, routes = roomy
    (piece,) = cuts_of(model).with_a_route_less(routes)
    part = piece.part
    task = task_with(model, piece)
    assert task.best() == (routes, objective(model, routes))  # until the search has found something better
    search = Annealing(Encoding(part.model), complete=True, seed=1)
    found = search.run(search.completed(part.plan), after(50), lambda _: None, lukewarm).best
    task.found(search.encoding.plan(found))
    best = task.best()
    assert best is not None
    assert len(best.routes) < len(plan)
    assert best.objective < objective(model, routes)
    assert best.objective == objective(model, best.routes)


def test_an_answer_that_leaves_tasks_out_is_discarded(roomy: Known) -> None:
    model, _, routes = roomy
    (piece,) = cuts_of(model).with_a_route_less(routes)
    task = task_with(model, piece)
    task.found(piece.part.plan)
    assert task.best() == (routes, objective(model, routes))


def test_no_route_is_eliminated_while_tasks_are_unassigned(roomy: Known) -> None:
    model, _, routes = roomy
    assert cuts_of(model).with_a_route_less(routes[:-1]) == []


def test_no_route_is_eliminated_if_too_few_might_be_left(roomy: Known) -> None:
    model, _, routes = roomy
    for fewest, may in ((len(routes), False), (len(routes) - 1, True)):
        assert bool(cuts_of(replace(model, fewest_routes=fewest)).with_a_route_less(routes)) == may


def test_groups_that_lack_capacity_do_not_change(roomy: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    model, plan, routes = roomy
    monkeypatch.setattr("milkrun_solver.decomposition.cuts.GROUP_TASKS", 15)
    tasks = [task_with(model, piece) for piece in cuts_of(model).with_a_route_less(routes)]
    assert len(tasks) == 4
    found = chain.from_iterable(best.routes for task in tasks if (best := task.best()))
    assert sorted(planned(found)) == sorted(plan)


@pytest.mark.parametrize(
    ("options", "is_cut"), [({}, True), ({"balance": Balance(by="tasks", cost=1)}, False)]
)
def test_a_plan_with_a_price_of_balance_is_searched_as_a_whole(
    roomy: Known, monkeypatch: pytest.MonkeyPatch, options: dict[str, Balance], is_cut: bool
) -> None:
    model, _, routes = roomy
    monkeypatch.setattr("milkrun_solver.decomposition.cuts.GROUP_TASKS", 15)
    monkeypatch.setattr("milkrun_solver.decomposition.cuts.LEAST_CUT", 50)
    monkeypatch.setattr("milkrun_solver.decomposition.cuts.LEAST_PART", 10)
    with_options = model.problem.options.model_copy(update=options)
    cuts = cuts_of(replace(model, problem=model.problem.model_copy(update={"options": with_options})))
    assert (cuts.count(threads=2) > 1) == is_cut
    assert (len(cuts.with_a_route_less(routes)) > 1) == is_cut
