"""Who searches what: rounds on the whole and on parts. No engine, no waiting: the clock is the test's."""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain

import pytest

from milkrun_solver.answer.solution import plan_of, planned, timed_routes
from milkrun_solver.decomposition import cuts
from milkrun_solver.decomposition.parts import part_of
from milkrun_solver.feasibility.unservable import unservable
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan, PlannedRoute
from milkrun_solver.routes.objective import Objective, objective
from milkrun_solver.routes.schedule import TimedRoute
from milkrun_solver.search.operators import Operator, Operators
from milkrun_solver.search.rounds import MOST_PARTS, Rounds
from milkrun_solver.search.search_task import SearchTask
from tests.solver.helpers import model_of, vroom_solution
from tests.solver.problems import random_problem

Known = tuple[Model, Plan]


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def problem() -> Known:
    """A problem, and a plan for it that can be made better."""
    model = model_of(random_problem(5, {"capacity", "great circle"}, jobs=320, vehicles=60))
    plan = plan_of(model, vroom_solution(model, level=0))
    return model, [route._replace(visits=tuple(sorted(route.tasks))) for route in plan]


@pytest.fixture(autouse=True)
def cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans of so many tasks are cut."""
    monkeypatch.setattr(cuts, "LEAST_CUT", 100)


@pytest.fixture
def rounds(clock: Clock, problem: Known) -> Rounds:
    model, _ = problem
    return rounds_of(model, clock, lambda: clock.now >= 1_000)


WHOLE = Operator("whole", "pyvrp")
PARTS = Operator("parts", "pyvrp")
SUBPROBLEMS = Operator("subproblems", "vroom")
ELIMINATION = Operator("route elimination", "pyvrp")


def rounds_of(
    model: Model,
    clock: Clock,
    is_over: Callable[[], bool] = lambda: False,
    operators: tuple[Operator, ...] = (WHOLE, PARTS, ELIMINATION),
) -> Rounds:
    """Rounds among two threads."""
    impossible = unservable(model)
    possible = [number for number in range(len(model.tasks)) if number not in impossible]
    rounds = Rounds(model, possible, Operators(operators), 1_000, 1, is_over, clock)
    rounds.threads = 2
    return rounds


def timed(model: Model, plan: Plan) -> list[TimedRoute]:
    routes = timed_routes(model, plan)
    assert routes is not None
    return routes


def value(model: Model, plan: Plan) -> Objective:
    """How good a plan is."""
    return objective(model, timed(model, plan))


def offer(rounds: Rounds, plan: Plan) -> None:
    rounds.offer(timed(rounds._model, plan))


def take(rounds: Rounds) -> Plan | None:
    routes = rounds.take()
    return None if routes is None else planned(routes)


class Tries:
    """The end of a search after it was asked for so often: who waits in vain is told to end."""

    def __init__(self) -> None:
        self.left = 3

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def next_of(rounds: Rounds) -> SearchTask:
    task = rounds.next()
    assert task is not None
    return task


def whole_round(rounds: Rounds, clock: Clock) -> list[SearchTask]:
    """Every task of a round, all of them ended."""
    tasks = [next_of(rounds), *waiting(rounds)]
    end(rounds, clock, tasks)
    return tasks


def waiting(rounds: Rounds) -> list[SearchTask]:
    """The tasks of the round that no thread has taken yet."""
    tasks = []
    while rounds._round is not None and rounds._round.waiting:
        tasks.append(next_of(rounds))
    return tasks


def end(rounds: Rounds, clock: Clock, tasks: list[SearchTask]) -> None:
    """Ends tasks when their time is over."""
    clock.now = max(task.until for task in tasks)
    for task in tasks:
        rounds.ended(task)


def test_with_nothing_known_the_whole_is_searched_from_nothing(rounds: Rounds) -> None:
    first, second = next_of(rounds), next_of(rounds)
    assert (first.part, first.start) == (None, None) == (second.part, second.start)


def test_a_known_plan_is_cut_into_parts_for_every_thread(
    rounds: Rounds, clock: Clock, problem: Known
) -> None:
    offer(rounds, problem[1])
    tasks = whole_round(rounds, clock)
    assert len(tasks) >= rounds.threads
    searched = chain.from_iterable(task.part.tasks for task in tasks if task.part)
    assert sorted(searched) == list(range(len(problem[0].tasks)))


def kinds_of_rounds(rounds: Rounds, clock: Clock, count: int, paying: str) -> list[str]:
    """The kinds of so many rounds, of which those of one kind alone find anything."""
    kinds = []
    for _ in range(count):
        tasks = [next_of(rounds), *waiting(rounds)]
        kinds.append(kind_of(tasks))
        if kinds[-1] == paying:
            better(rounds, tasks[0])
        end(rounds, clock, tasks)
    return kinds


def better(rounds: Rounds, task: SearchTask) -> None:
    """The task's search finds something."""
    if task.operator is SUBPROBLEMS:
        subproblem = rounds.subproblems.next()
        assert subproblem is not None
        part = subproblem.part
        rounds.subproblems.ended(subproblem, timed_routes(part.model, improved(part.model, part.plan)))
    elif task.part is not None:
        task.found(improved(task.part.model, task.part.plan))


def test_what_has_paid_off_gets_more_rounds(with_vroom: Rounds, clock: Clock) -> None:
    assert kinds_of_rounds(with_vroom, clock, 20, paying="parts").count("parts") > 12


def test_what_is_hot_has_every_other_turn_though_it_finds_nothing(with_vroom: Rounds, clock: Clock) -> None:
    kinds = kinds_of_rounds(with_vroom, clock, 20, paying="few")
    assert kinds.count("few") >= 8
    assert "few few" not in " ".join(kinds)


def test_a_search_goes_on_from_where_the_last_one_stands(
    rounds: Rounds, clock: Clock, problem: Known
) -> None:
    """A worse plan is not handed out, and is where the next hot round begins."""
    model, plan = problem
    offer(rounds, plan)
    tasks = [next_of(rounds), *waiting(rounds)]
    dropped = drop_a_route(tasks[0])
    end(rounds, clock, tasks)
    assert take(rounds) is None
    assert begun(next_of_kind(rounds, clock, "parts")) == sorted(set(plan) - {dropped})
    best = rounds._best()
    assert best is not None
    assert best.objective == value(model, plan)


def test_once_it_is_cold_a_search_goes_on_from_the_best_plan(
    rounds: Rounds, clock: Clock, problem: Known
) -> None:
    offer(rounds, problem[1])
    tasks = [next_of(rounds), *waiting(rounds)]
    drop_a_route(tasks[0])
    end(rounds, clock, tasks)
    tasks = next_of_kind(rounds, clock, "parts")
    clock.now = 990.0
    for task in tasks:
        rounds.ended(task)
    assert begun(next_of_kind(rounds, clock, "parts")) == sorted(problem[1])


def drop_a_route(task: SearchTask) -> PlannedRoute:
    """Lets the search of a part stand at a plan without one of its routes, which it tells."""
    assert task.part is not None
    assert task.current is not None
    *kept, last = planned(task.current)
    task.current = kept
    (dropped,) = task.part.in_whole([last])
    return dropped


def begun(tasks: list[SearchTask]) -> Plan:
    """The routes that a round on parts begins with."""
    return sorted(route for it in tasks if it.part for route in it.part.in_whole(it.part.plan))


def test_a_better_plan_from_elsewhere_is_where_a_search_goes_on(
    rounds: Rounds, clock: Clock, problem: Known
) -> None:
    model, plan = problem
    offer(rounds, plan)
    tasks = [next_of(rounds), *waiting(rounds)]
    drop_a_route(tasks[0])
    end(rounds, clock, tasks)
    offer(rounds, improved(model, plan))
    assert begun(next_of_kind(rounds, clock, "parts")) == sorted(improved(model, plan))


def test_the_best_of_several_searches_of_the_whole_is_where_they_go_on(clock: Clock, problem: Known) -> None:
    model = model_of(random_problem(5, {"capacity"}, jobs=40, vehicles=10))
    plan = plan_of(model, vroom_solution(model, level=0))
    rounds = rounds_of(model, clock)
    offer(rounds, plan)
    first, second = next_of(rounds), next_of(rounds)
    first.current = plan[:-1]
    second.current = plan
    end(rounds, clock, [first, second])
    assert next_of(rounds).start == plan


def test_a_search_is_hot_at_first_and_cold_at_its_end(rounds: Rounds, clock: Clock) -> None:
    hot = rounds.temperature()
    clock.now = 1_000.0
    assert rounds.temperature() < hot / 50


def improved(model: Model, plan: Plan) -> Plan:
    """A plan that is better by one exchange of neighbouring stops somewhere, or the same."""
    rank = value(model, plan)
    assert rank is not None
    for number, route in enumerate(plan):
        for i in range(len(route.tasks) - 1):
            tasks = list(route.tasks)
            tasks[i], tasks[i + 1] = tasks[i + 1], tasks[i]
            other = [*plan[:number], route._replace(visits=tuple(tasks)), *plan[number + 1 :]]
            found = value(model, other)
            if found is not None and found < rank:
                return other
    return plan


def test_a_better_part_makes_the_plan_better(rounds: Rounds, problem: Known) -> None:
    model, plan = problem
    before = value(model, plan)
    offer(rounds, plan)
    assert take(rounds) is None
    task = next_of(rounds)
    assert task.part is not None
    task.found(improved(task.part.model, task.part.plan))
    taken = take(rounds)
    assert taken is not None
    after = value(model, taken)
    assert before is not None
    assert after is not None
    assert after < before


def test_a_worse_find_is_not_handed_out(rounds: Rounds, problem: Known) -> None:
    offer(rounds, problem[1])
    task = next_of(rounds)
    assert task.part is not None
    task.found(task.part.plan[:-1])
    assert take(rounds) is None


def test_a_better_plan_from_elsewhere_ends_rounds_on_parts(rounds: Rounds, problem: Known) -> None:
    model, plan = problem
    offer(rounds, plan[:-1])
    task = next_of(rounds)
    offer(rounds, plan)
    assert not rounds.is_current(task)
    assert next_of(rounds).part is not None
    best = rounds._best()
    assert best is not None
    assert best.objective == value(model, plan)


def test_a_worse_plan_from_elsewhere_changes_nothing(rounds: Rounds, problem: Known) -> None:
    offer(rounds, problem[1])
    task = next_of(rounds)
    offer(rounds, problem[1][:-1])
    assert rounds.is_current(task)


def test_a_plan_that_was_refused_is_left(rounds: Rounds, clock: Clock, problem: Known) -> None:
    model, plan = problem
    offer(rounds, plan)
    tasks = whole_round(rounds, clock)
    rounds.restart(timed(model, plan[:-1]))
    assert not rounds.is_current(tasks[0])
    best = rounds._best()
    assert best is not None
    assert best.objective == value(model, plan[:-1])


def test_after_a_refusal_better_plans_are_handed_out_again(rounds: Rounds, problem: Known) -> None:
    offer(rounds, problem[1])
    rounds.restart(timed(*problem)[:-1])
    next_of(rounds).found([])
    assert take(rounds) is None
    offer(rounds, problem[1])
    rounds.restart(None)
    task = next_of(rounds)
    assert task.start is None
    task.found(problem[1])
    assert take(rounds) == problem[1]


def test_a_small_problem_is_not_cut(clock: Clock) -> None:
    model = model_of(random_problem(5, {"capacity"}, jobs=40, vehicles=10))
    rounds = rounds_of(model, clock)
    offer(rounds, plan_of(model, vroom_solution(model, level=0)))
    for _ in range(6):
        assert [task.part for task in whole_round(rounds, clock)] == [None]


def test_a_thread_without_a_part_searches_the_whole(rounds: Rounds, problem: Known) -> None:
    offer(rounds, problem[1])
    assert next_of(rounds).part is not None
    assert waiting(rounds)
    assert next_of(rounds).part is None


def test_no_task_reaches_past_the_deadline(rounds: Rounds, clock: Clock, problem: Known) -> None:
    clock.now = 999.0
    offer(rounds, problem[1])
    assert next_of(rounds).until <= 1_000
    clock.now = 1_000.0
    assert rounds.next() is None


def test_the_last_find_of_a_task_counts(rounds: Rounds, problem: Known) -> None:
    offer(rounds, problem[1])
    task = next_of(rounds)
    assert task.part is not None
    better = improved(task.part.model, task.part.plan)
    task.found(better)
    task.found(improved(task.part.model, better))
    best = task.best()
    assert best is not None
    assert best.objective == value(task.part.model, improved(task.part.model, better))


def with_impossible_tasks(model: Model) -> Model:
    """The same problem, but no vehicle has what two of the tasks ask for."""
    tasks = [replace(task, skills=frozenset({9}), priority=4) for task in model.tasks[:2]]
    return replace(model, tasks=(*tasks, *model.tasks[2:]))


def test_tasks_that_none_can_serve_count_in_rounds_on_parts_too(clock: Clock, problem: Known) -> None:
    """Else each plan made of parts would look better than the same plan as it was offered."""
    model = with_impossible_tasks(problem[0])
    plan = [route._replace(visits=tuple(it for it in route.tasks if it > 1)) for route in problem[1]]
    rounds = rounds_of(model, clock)
    offer(rounds, plan)
    task = next_of(rounds)
    assert task.part is not None
    assert take(rounds) is None
    task.found(improved(task.part.model, task.part.plan))
    best, taken = rounds._best(), take(rounds)
    assert taken is not None
    assert best == (timed(model, taken), value(model, taken))


def test_where_the_whole_may_not_be_searched_the_first_plan_is_waited_for(
    clock: Clock, problem: Known
) -> None:
    tries = Tries()
    rounds = rounds_of(problem[0], clock, tries, (PARTS, ELIMINATION))
    assert rounds.next() is None
    tries.left = 3
    offer(rounds, problem[1])
    assert next_of(rounds).part is not None


def test_where_the_whole_may_not_be_searched_only_parts_are(clock: Clock, problem: Known) -> None:
    tries = Tries()
    rounds = rounds_of(problem[0], clock, tries, (PARTS, ELIMINATION))
    offer(rounds, problem[1])
    for _ in range(7):
        tries.left = 100
        tasks = [next_of(rounds), *waiting(rounds)]
        assert all(task.part is not None for task in tasks)
        tries.left = 1
        assert rounds.next() is None  # it waits for the end of the round
        end(rounds, clock, tasks)


@pytest.fixture
def many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """More parts than two threads search in a round."""
    monkeypatch.setattr(cuts, "MOST_TASKS", 20)
    monkeypatch.setattr(cuts, "LEAST_PART", 10)


@pytest.mark.usefixtures("many_parts")
def test_of_a_very_large_problem_a_few_parts_are_searched_in_a_round(rounds: Rounds, problem: Known) -> None:
    offer(rounds, problem[1])
    tasks = [next_of(rounds), *waiting(rounds)]
    assert len(tasks) == MOST_PARTS * rounds.threads
    assert rounds._round is not None
    assert len(rounds._round.parts) == 16


@pytest.mark.usefixtures("many_parts")
def test_parts_that_are_not_searched_stay_as_they_are(rounds: Rounds, problem: Known) -> None:
    plan = problem[1]
    offer(rounds, plan)
    searched: set[int] = set()
    for task in [next_of(rounds), *waiting(rounds)]:
        assert task.part is not None
        searched.update(task.part.vehicles)
        task.found(improved(task.part.model, task.part.plan))
    taken = take(rounds)
    assert taken is not None
    rest = {route for route in taken if route.vehicle not in searched}
    assert rest == {route for route in plan if route.vehicle not in searched}
    assert rest
    assert {it for route in taken for it in route.tasks} == {it for route in plan for it in route.tasks}


@pytest.mark.usefixtures("many_parts")
def test_other_parts_have_their_turn_in_another_round(rounds: Rounds, clock: Clock, problem: Known) -> None:
    offer(rounds, problem[1])
    searched: set[int] = set()
    for _ in range(30):
        for task in whole_round(rounds, clock):
            searched.update(task.part.tasks if task.part else ())
    assert searched == set(range(len(problem[0].tasks)))


def kind_of(tasks: list[SearchTask]) -> str:
    if any(task.instead_of is not None for task in tasks):
        return "elimination"
    return "few" if tasks[0].operator is SUBPROBLEMS else "whole" if tasks[0].part is None else "parts"


@pytest.fixture
def with_vroom(clock: Clock, problem: Known) -> Rounds:
    """Rounds in which VROOM may solve a few routes at a time, with a plan known."""
    rounds = rounds_of(
        problem[0], clock, lambda: clock.now >= 1_000, (WHOLE, PARTS, ELIMINATION, SUBPROBLEMS)
    )
    offer(rounds, problem[1])
    return rounds


def next_of_kind(rounds: Rounds, clock: Clock, kind: str) -> list[SearchTask]:
    """The tasks of the next round of a kind; those before it find nothing."""
    for _ in range(20):
        tasks = [next_of(rounds), *waiting(rounds)]
        if kind_of(tasks) == kind:
            return tasks
        end(rounds, clock, tasks)
    pytest.fail(f"{kind} never got a round")


def test_each_kind_of_round_is_tried(clock: Clock, problem: Known) -> None:
    served = part_of(*problem, loose=(), spare=())
    rounds = rounds_of(
        with_room(served.model, 10),
        clock,
        lambda: clock.now >= 1_000,
        (WHOLE, PARTS, ELIMINATION, SUBPROBLEMS),
    )
    offer(rounds, served.plan)
    kinds = set()
    for _ in range(8):
        tasks = [next_of(rounds), *waiting(rounds)]
        kinds.add(kind_of(tasks))
        end(rounds, clock, tasks)
    assert kinds == {"parts", "few", "elimination"}


def with_room(model: Model, times: int) -> Model:
    """The same problem with so many times the room in each vehicle."""
    vehicles = [
        replace(it, capacity=tuple(times * amount for amount in it.capacity)) for it in model.vehicles
    ]
    return replace(model, vehicles=tuple(vehicles))


def test_vroom_is_not_asked_where_routes_are_long(clock: Clock, problem: Known) -> None:
    model, plan = problem
    long = [
        route._replace(visits=tuple(it for r in plan[n::8] for it in r.tasks))
        for n, route in enumerate(plan[:8])
    ]
    rounds = rounds_of(model, clock, lambda: clock.now >= 1_000, (WHOLE, PARTS, ELIMINATION, SUBPROBLEMS))
    offer(rounds, long)
    for _ in range(8):
        tasks = [next_of(rounds), *waiting(rounds)]
        assert kind_of(tasks) != "few"
        end(rounds, clock, tasks)


def test_a_route_less_is_tried_until_the_others_lack_room(clock: Clock, problem: Known) -> None:
    served = part_of(*problem, loose=(), spare=())
    rounds = rounds_of(with_room(served.model, 0), clock, lambda: clock.now >= 1_000)
    offer(rounds, served.plan)
    for _ in range(8):
        tasks = [next_of(rounds), *waiting(rounds)]
        assert kind_of(tasks) != "elimination"
        end(rounds, clock, tasks)


def test_what_vroom_makes_of_a_few_routes_makes_the_plan_better(
    with_vroom: Rounds, clock: Clock, problem: Known
) -> None:
    next_of_kind(with_vroom, clock, "few")
    subproblem = with_vroom.subproblems.next()
    assert subproblem is not None
    part = subproblem.part
    routes = timed_routes(part.model, improved(part.model, part.plan))
    with_vroom.subproblems.ended(subproblem, routes)
    taken = take(with_vroom)
    assert taken is not None
    better, before = value(problem[0], taken), value(problem[0], problem[1])
    assert better is not None
    assert before is not None
    assert better < before


def test_vrooms_part_of_a_round_ends_with_it(with_vroom: Rounds, clock: Clock) -> None:
    next_of_kind(with_vroom, clock, "few")
    assert with_vroom.subproblems.next() is not None
    clock.now += 3
    assert with_vroom.subproblems.next() is None


def test_where_vroom_is_not_to_be_had_others_go_on(with_vroom: Rounds, clock: Clock) -> None:
    tasks = next_of_kind(with_vroom, clock, "few")
    with_vroom.go_on_without("vroom")
    assert not any(map(with_vroom.is_current, tasks))
    for _ in range(8):
        tasks = [next_of(with_vroom), *waiting(with_vroom)]
        assert tasks[0].operator is not SUBPROBLEMS
        end(with_vroom, clock, tasks)
