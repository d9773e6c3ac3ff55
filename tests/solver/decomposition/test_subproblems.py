"""Which routes are solved again next, and what becomes of the answers. The tests stand in for the engine."""

import random
import threading
import time
from collections.abc import Callable, Iterable
from itertools import chain, combinations

import pytest

from milkrun_solver.answer.solution import planned, timed_routes
from milkrun_solver.decomposition import subproblems as subproblems_module
from milkrun_solver.decomposition.subproblems import (
    MOST_SPARE,
    MOST_TASKS,
    PATIENCE,
    Subproblem,
    Subproblems,
)
from milkrun_solver.engines.protocol import HANDFUL
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan, PlannedRoute
from milkrun_solver.routes.objective import Objective, objective
from milkrun_solver.routes.timed_route import TimedRoute
from tests import waiting
from tests.nonempty import nonempty
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_problem


def model_with(*features: str, jobs: int = 60, vehicles: int = 20) -> Model:
    return model_of(random_problem(2, {"capacity", "great circle", *features}, jobs=jobs, vehicles=vehicles))


def even_plan(model: Model, tasks: Iterable[int], routes: int) -> Plan:
    """A plan that deals these tasks, jobs or whole shipments, evenly to the first vehicles, in order."""
    dealt: list[list[int]] = [[] for _ in range(routes)]
    firsts = [number for number in tasks if model.tasks[number].kind != "delivery"]
    for rank, number in enumerate(firsts):
        partner = model.tasks[number].partner
        dealt[rank % routes] += [number] if partner is None else [number, partner]
    return [PlannedRoute(vehicle, tuple(tasks)) for vehicle, tasks in enumerate(dealt) if tasks]


def timed(model: Model, plan: Plan) -> list[TimedRoute]:
    routes = timed_routes(model, plan)
    assert routes is not None
    return routes


def subproblems_of(
    model: Model,
    plan: Plan | None,
    possible: Iterable[int] | None = None,
    over: Callable[[], bool] | None = None,
) -> Subproblems:
    """Subproblems of this plan. A thread that waits in vain is told to end after a while."""
    among = range(len(model.tasks)) if possible is None else possible
    late = time.monotonic() + waiting.PATIENCE
    subproblems = Subproblems(model, list(among), seed=1, is_over=over or (lambda: time.monotonic() > late))
    if plan is not None:
        subproblems.offer(timed(model, plan))
    return subproblems


def next_of(subproblems: Subproblems) -> Subproblem:
    subproblem = subproblems.next()
    assert subproblem is not None
    return subproblem


def as_they_were(subproblem: Subproblem) -> list[TimedRoute]:
    """The routes of a subproblem, unchanged."""
    return timed(subproblem.part.model, subproblem.part.plan)


def improved(subproblem: Subproblem) -> list[TimedRoute]:
    """The routes of a subproblem, each in the best of a few orders, with unassigned tasks at the end of the
    first."""
    part, rng = subproblem.part, random.Random(1)
    served = set(chain.from_iterable(route.tasks for route in part.plan))
    loose = [number for number in range(len(part.tasks)) if number not in served]
    plan = part.plan or [PlannedRoute(0, ())]
    plan = [plan[0]._replace(visits=(*plan[0].tasks, *loose)), *plan[1:]]
    best = []
    for route in plan:
        orders = [list(route.tasks) for _ in range(5)]
        for order in orders[1:]:
            rng.shuffle(order)
        candidates = [timed(part.model, [PlannedRoute(route.vehicle, tuple(order))])[0] for order in orders]
        best.append(min(candidates, key=lambda it: it.cost))
    return best


def value_of(model: Model, routes: list[TimedRoute]) -> Objective:
    """The objective of routes, computed afresh."""
    return objective(model, timed(model, planned(routes)))


def take(subproblems: Subproblems) -> list[TimedRoute]:
    """The better routes; fails if there are none."""
    taken = subproblems.take()
    assert taken is not None
    return taken.routes


def known(subproblems: Subproblems) -> list[TimedRoute]:
    return list(subproblems._routes.values())


@pytest.fixture(scope="module")
def model() -> Model:
    return model_with()


@pytest.fixture(scope="module")
def plan(model: Model) -> Plan:
    """All tasks on 12 vehicles in no good order; 8 vehicles are unused."""
    return even_plan(model, range(len(model.tasks)), 12)


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes groups small enough for several of them in a small problem."""
    monkeypatch.setattr(subproblems_module, "MOST_TASKS", 12)


@pytest.mark.usefixtures("small_groups")
@pytest.mark.parametrize("feature", ["pickups", "shipments"])
def test_groups_solved_at_the_same_time_share_no_task_and_no_vehicle(feature: str) -> None:
    model = model_with(feature)
    subproblems = subproblems_of(model, even_plan(model, range(40), 15))
    under_way: list[Subproblem] = []
    rng = random.Random(1)
    for _ in range(200):
        under_way.append(next_of(subproblems))
        assert under_way[-1].part.tasks
        for one, other in combinations(under_way, 2):
            assert not set(one.part.tasks) & set(other.part.tasks)
            assert not set(one.part.vehicles) & set(other.part.vehicles)
        if len(under_way) == 3:
            subproblems.ended(under_way.pop(rng.randrange(3)), None)


def test_a_group_has_a_few_routes_and_some_unused_vehicles(model: Model, plan: Plan) -> None:
    subproblems = subproblems_of(model, plan)
    for _ in range(50):
        part = (subproblem := next_of(subproblems)).part
        assert len(part.plan) >= 2
        assert len(part.tasks) <= MOST_TASKS
        assert len(part.vehicles) == len(part.plan) + MOST_SPARE
        assert sorted(part.in_whole(part.plan)) == [it for it in plan if it.vehicle in part.vehicles]
        subproblems.ended(subproblem, None)


def test_a_more_thorough_search_gets_a_smaller_group() -> None:
    model = model_with(jobs=300, vehicles=30)
    subproblems = subproblems_of(model, even_plan(model, range(300), 20))
    most: dict[int, int] = {}
    for _ in range(150):
        subproblem = next_of(subproblems)
        if len(subproblem.part.plan) > 2:
            work = (subproblem.effort.searches or 1) * (1 + (subproblem.effort.level or 0))
            most[work] = max(most.get(work, 0), len(subproblem.part.tasks))
        subproblems.ended(subproblem, None)
    assert len(most) > 2
    assert all(tasks <= MOST_TASKS / work**0.5 + 1 for work, tasks in most.items())


def test_a_subproblem_states_its_current_objective(model: Model, plan: Plan) -> None:
    subproblems = subproblems_of(model, plan[:-2])
    for _ in range(20):
        subproblem = next_of(subproblems)
        assert subproblem.objective == value_of(subproblem.part.model, as_they_were(subproblem))
        subproblems.ended(subproblem, None)


def test_a_worse_answer_is_discarded(model: Model, plan: Plan) -> None:
    subproblems = subproblems_of(model, plan)
    subproblems.ended(subproblem := next_of(subproblems), as_they_were(subproblem)[:-1])
    assert subproblems.take() is None
    assert sorted(planned(known(subproblems))) == sorted(plan)


def test_a_missing_answer_changes_nothing(model: Model, plan: Plan) -> None:
    subproblems = subproblems_of(model, plan)
    subproblems.ended(next_of(subproblems), None)
    assert subproblems.take() is None
    assert sorted(planned(known(subproblems))) == sorted(plan)


def test_a_better_answer_replaces_the_routes(model: Model, plan: Plan) -> None:
    subproblems = subproblems_of(model, plan)
    subproblem = next_of(subproblems)
    better = improved(subproblem)
    subproblems.ended(subproblem, better)
    taken = take(subproblems)
    assert value_of(model, taken) < value_of(model, timed(model, plan))
    assert set(subproblem.part.in_whole(planned(better))) <= set(planned(known(subproblems)))


def alike(jobs: int = 30, vehicles: int = 6) -> Model:
    """A problem whose vehicles are all the same."""
    rng = random.Random(4)
    places = [[2 + rng.random() / 5, 48 + rng.random() / 5] for _ in range(jobs)]
    body = {
        "vehicles": [{"id": n, "start": [2.1, 48.1], "end": [2.1, 48.1]} for n in range(vehicles)],
        "jobs": [{"id": n, "location": place} for n, place in enumerate(places)],
    }
    return model_of(problem_of(body))


def test_an_equal_answer_replaces_the_routes_but_is_not_handed_out() -> None:
    model = alike()
    subproblems = subproblems_of(model, even_plan(model, range(30), 6))
    subproblem = next_of(subproblems)
    first, second, *others = subproblem.part.plan
    swapped = [
        PlannedRoute(first.vehicle, second.tasks),
        PlannedRoute(second.vehicle, first.tasks),
        *others,
    ]
    subproblems.ended(subproblem, timed(subproblem.part.model, swapped))
    assert set(subproblem.part.in_whole(swapped)) <= set(planned(known(subproblems)))
    assert subproblems.take() is None


def shaken(subproblem: Subproblem, rng: random.Random) -> list[TimedRoute] | None:
    """A random answer: the tasks dealt afresh or in another order, now and then without one task; sometimes
    None."""
    part = subproblem.part
    if rng.random() < 0.1:
        return None
    routes: list[list[int]] = [[] for _ in part.vehicles]
    if rng.random() < 0.5:
        for route in part.plan:
            routes[route.vehicle] = list(route.tasks)
    served = set(chain.from_iterable(routes))
    for number, task in enumerate(part.model.tasks):
        if task.kind != "delivery" and number not in served and rng.random() < 0.99:
            rng.choice(routes).extend((number,) if task.partner is None else (number, task.partner))
    rng.shuffle(rng.choice(routes))
    plan = [PlannedRoute(vehicle, tuple(tasks)) for vehicle, tasks in enumerate(routes) if tasks]
    return timed(part.model, plan)


@pytest.mark.usefixtures("small_groups")
@pytest.mark.parametrize("feature", ["priorities", "shipments", "fleet"])
def test_the_running_objective_equals_the_objective_computed_afresh(feature: str) -> None:
    """It holds through hundreds of answers, with three groups solved at a time."""
    rng = random.Random(7)
    model = model_with(feature)
    possible = [number for number in range(len(model.tasks)) if number not in (3, 4)]
    start = [number for number in range(36) if number in possible]
    subproblems = subproblems_of(model, even_plan(model, start, 10), possible)
    under_way: list[Subproblem] = []
    ranks = [subproblems._objective]
    for _ in range(400):
        under_way.append(next_of(subproblems))
        if len(under_way) == 3:
            subproblem = under_way.pop(rng.randrange(3))
            subproblems.ended(subproblem, shaken(subproblem, rng))
        assert subproblems._objective == value_of(model, known(subproblems))
        ranks.append(subproblems._objective)
        tasks = list(chain.from_iterable(route.tasks for route in planned(known(subproblems))))
        assert len(tasks) == len(set(tasks))
    assert ranks == sorted(ranks, key=lambda rank: rank or (0, 0, 0), reverse=True)
    assert len(set(ranks)) > 10


def test_better_routes_found_elsewhere_discard_subproblems_under_way(model: Model, plan: Plan) -> None:
    subproblems = subproblems_of(model, plan[:-1])
    subproblem = next_of(subproblems)
    subproblems.offer(timed(model, plan))
    subproblems.ended(subproblem, improved(subproblem))
    assert subproblems.take() is None
    assert sorted(planned(known(subproblems))) == sorted(plan)


def test_worse_routes_found_elsewhere_change_nothing(model: Model, plan: Plan) -> None:
    subproblems = subproblems_of(model, plan)
    subproblem = next_of(subproblems)
    subproblems.offer(timed(model, plan[:-1]))
    subproblems.ended(subproblem, improved(subproblem))
    assert value_of(model, take(subproblems)) < value_of(model, timed(model, plan))


def test_each_improvement_is_handed_out_once(model: Model, plan: Plan) -> None:
    subproblems = subproblems_of(model, plan)
    assert subproblems.take() is None
    subproblems.ended(subproblem := next_of(subproblems), improved(subproblem))
    assert subproblems.take() is not None
    assert subproblems.take() is None


@pytest.mark.usefixtures("small_groups")
def test_refused_routes_are_abandoned_until_better_ones_are_found(model: Model, plan: Plan) -> None:
    subproblems = subproblems_of(model, plan)
    subproblems.ended(subproblem := next_of(subproblems), improved(subproblem))
    under_way = next_of(subproblems)
    subproblems.restart(timed(model, plan))
    subproblems.ended(under_way, improved(under_way))
    assert subproblems.take() is None
    assert sorted(planned(known(subproblems))) == sorted(plan)
    subproblems.ended(subproblem := next_of(subproblems), improved(subproblem))
    assert subproblems.take() is not None


def test_after_a_restart_without_routes_threads_wait_for_routes(model: Model, plan: Plan) -> None:
    over = threading.Event()
    subproblems = subproblems_of(model, plan, over=over.is_set)
    stale = next_of(subproblems)
    subproblems.restart(None)
    subproblems.ended(stale, improved(stale))
    assert subproblems.take() is None
    over.set()
    assert subproblems.next() is None
    over.clear()
    subproblems.offer(timed(model, plan))
    assert subproblems.next() is not None


def test_a_thread_waits_for_the_first_routes(model: Model, plan: Plan) -> None:
    subproblems = subproblems_of(model, None)
    got: list[Subproblem | None] = []
    thread = threading.Thread(target=lambda: got.append(subproblems.next()))
    thread.start()
    thread.join(0.1)
    assert got == []
    subproblems.offer(timed(model, plan))
    thread.join(waiting.PATIENCE)
    assert got
    assert got[0] is not None


def test_a_thread_waits_while_another_one_works_on_all_routes() -> None:
    model = alike(vehicles=2)
    subproblems = subproblems_of(model, even_plan(model, range(30), 2))
    first = next_of(subproblems)
    got: list[Subproblem | None] = []
    thread = threading.Thread(target=lambda: got.append(subproblems.next()))
    thread.start()
    thread.join(0.1)
    assert got == []
    subproblems.ended(first, None)
    thread.join(waiting.PATIENCE)
    assert got
    assert got[0] is not None


def test_no_subproblem_is_handed_out_once_the_search_is_over(model: Model, plan: Plan) -> None:
    assert subproblems_of(model, plan, over=lambda: True).next() is None


@pytest.mark.parametrize("feature", ["pickups", "shipments"])
def test_subproblems_include_unassigned_tasks_until_they_are_served(feature: str) -> None:
    model = model_with(feature)
    subproblems = subproblems_of(model, even_plan(model, range(40), 12))
    for _ in range(100):
        subproblems.ended(subproblem := next_of(subproblems), improved(subproblem))
    assert value_of(model, known(subproblems))[1] == 0


@pytest.mark.parametrize("has_route", [True, False])
def test_an_unassigned_task_comes_with_a_vehicle_that_can_serve_it(has_route: bool) -> None:
    """Only the first job is unassigned; of forty vehicles, only the farthest has the skill it needs."""
    body = {
        "vehicles": [{"id": n, "start": [2 + n / 100, 48.0]} for n in range(40)],
        "jobs": [{"id": n, "location": [2 + n / 100, 48.0]} for n in range(40)],
    }
    body["vehicles"][39]["skills"] = body["jobs"][0]["skills"] = [7]
    plan = [PlannedRoute(n, (n,)) for n in range(1, 40)]
    if not has_route:
        plan = [PlannedRoute(n, (2 * n - 1, 2 * n)) for n in range(1, 20)] + [PlannedRoute(20, (39,))]
    subproblems = subproblems_of(model_of(problem_of(body)), plan, over=lambda: False)
    asked = 0
    for _ in range(20):
        subproblem = next_of(subproblems)
        subproblems.ended(subproblem, None)
        asked += subproblem.part.tasks[0] == 0 and 39 in subproblem.part.vehicles
    assert asked >= 5


def test_without_any_route_a_subproblem_has_unassigned_tasks_and_spare_vehicles(model: Model) -> None:
    subproblems = subproblems_of(model, [])
    subproblem = next_of(subproblems)
    assert subproblem.part.plan == []
    assert subproblem.part.tasks
    assert len(subproblem.part.vehicles) == MOST_SPARE
    subproblems.ended(subproblem, improved(subproblem))
    assert subproblems.take() is not None


def test_no_subproblem_includes_a_task_that_no_vehicle_can_serve(model: Model, plan: Plan) -> None:
    possible = [number for number in range(len(model.tasks)) if number % 5]
    subproblems = subproblems_of(model, even_plan(model, possible[:30], 10), possible)
    for _ in range(60):
        subproblem = next_of(subproblems)
        assert all(number % 5 for number in nonempty(subproblem.part.tasks))
        subproblems.ended(subproblem, None)


def test_both_ends_of_a_shipment_stay_together() -> None:
    model = model_with("shipments")
    subproblems = subproblems_of(model, even_plan(model, range(30), 10))
    shipments = 0
    for _ in range(100):
        subproblem = next_of(subproblems)
        for number in subproblem.part.tasks:
            partner = model.tasks[number].partner
            assert partner is None or partner in subproblem.part.tasks
            shipments += partner is not None
        subproblems.ended(subproblem, None)
    assert shipments


def test_a_subproblem_tried_before_is_tried_again_with_pinned_tasks() -> None:
    model = alike(vehicles=2)
    subproblems = subproblems_of(model, even_plan(model, range(30), 2))
    tried = set()
    again = 0
    for _ in range(20):
        subproblem = next_of(subproblems)
        bound = any(task.skills for task in subproblem.model.tasks)
        assert (subproblem.model is not subproblem.part.model) == (subproblem.effort in tried)
        assert not bound or subproblem.effort in tried
        again += bound
        tried.add(subproblem.effort)
        subproblems.ended(subproblem, None)
    assert again > 10


def test_no_task_is_pinned_once_the_routes_have_changed() -> None:
    model = alike(vehicles=2)
    subproblems = subproblems_of(model, even_plan(model, range(30), 2))
    for _ in range(20):
        last = next_of(subproblems)
        subproblems.ended(last, None)
    assert last.model is not last.part.model
    subproblems.ended(subproblem := next_of(subproblems), improved(subproblem))
    changed = next_of(subproblems)
    assert changed.model is changed.part.model


def tries(subproblems: Subproblems) -> int:
    """How often a thread gets a subproblem before it is told to end; 300 at most."""
    for count in range(300):
        subproblem = subproblems.next()
        if subproblem is None:
            return count
        subproblems.ended(subproblem, as_they_were(subproblem))
    return 300


def test_a_small_problem_ends_after_a_while_without_improvement() -> None:
    model = alike(jobs=HANDFUL, vehicles=4)
    subproblems = subproblems_of(model, even_plan(model, range(HANDFUL), 4))
    assert tries(subproblems) == PATIENCE + 1


def test_an_improvement_gives_a_small_problem_more_time() -> None:
    model = alike(jobs=HANDFUL, vehicles=4)
    subproblems = subproblems_of(model, even_plan(model, range(HANDFUL), 4))
    for _ in range(PATIENCE):
        subproblems.ended(next_of(subproblems), None)
    subproblems.ended(subproblem := next_of(subproblems), improved(subproblem))
    assert subproblems.take() is not None
    assert tries(subproblems) == PATIENCE + 1


def test_better_routes_found_elsewhere_give_a_small_problem_more_time() -> None:
    model = alike(jobs=HANDFUL, vehicles=4)
    plan = even_plan(model, range(HANDFUL), 4)
    subproblems = subproblems_of(model, plan[:-1])
    assert tries(subproblems) == PATIENCE + 1
    subproblems.offer(timed(model, plan))
    assert tries(subproblems) == PATIENCE + 1


def test_a_larger_problem_does_not_end_by_itself() -> None:
    model = alike(jobs=HANDFUL + 1, vehicles=4)
    assert tries(subproblems_of(model, even_plan(model, range(HANDFUL + 1), 4))) == 300


@pytest.mark.parametrize("has_routes", [True, False])
def test_there_are_no_subproblems_if_no_task_can_be_served(has_routes: bool, model: Model) -> None:
    asked = iter([False] * 5)
    subproblems = subproblems_of(model, [] if has_routes else None, possible=[], over=lambda: next(asked))
    assert subproblems.next() is None
