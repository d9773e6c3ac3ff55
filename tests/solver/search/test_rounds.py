"""Rounds: which thread searches what, on the whole problem and on parts of it. The tests use no engine and
their own clock."""

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
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.search.operators import Operator, Operators
from milkrun_solver.search.rounds import MOST_PARTS, Rounds
from milkrun_solver.search.search_task import SearchTask
from tests.solver.helpers import model_of, vroom_solution
from tests.solver.problems import random_problem
from tests.solver.search.plans import Clock

Known = tuple[Model, Plan]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def problem() -> Known:
    """A problem, and a plan for it that can be improved."""
    model = model_of(random_problem(5, {"capacity", "great circle"}, jobs=320, vehicles=60))
    plan = plan_of(model, vroom_solution(model, level=0))
    return model, [route._replace(visits=tuple(sorted(route.tasks))) for route in plan]


@pytest.fixture(autouse=True)
def cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cuts plans that have at least 100 tasks."""
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
    """Rounds for two threads."""
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
    """Says that the search is over after three questions, so that a thread that waits in vain ends."""

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
    """All tasks of a round, after they have ended."""
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
    """Ends tasks when their time is up."""
    clock.now = max(task.until for task in tasks)
    for task in tasks:
        rounds.ended(task)


def test_without_a_plan_the_whole_is_searched_from_scratch(rounds: Rounds) -> None:
    first, second = next_of(rounds), next_of(rounds)
    assert (first.part, first.start) == (None, None) == (second.part, second.start)


def test_a_plan_is_cut_into_parts_for_every_thread(rounds: Rounds, clock: Clock, problem: Known) -> None:
    offer(rounds, problem[1])
    tasks = whole_round(rounds, clock)
    assert len(tasks) >= rounds.threads
    searched = chain.from_iterable(task.part.tasks for task in tasks if task.part)
    assert sorted(searched) == list(range(len(problem[0].tasks)))


def kinds_of_rounds(rounds: Rounds, clock: Clock, count: int, paying: str) -> list[str]:
    """The kinds of this many rounds; only those of the kind `paying` find an improvement."""
    kinds = []
    for _ in range(count):
        tasks = [next_of(rounds), *waiting(rounds)]
        kinds.append(kind_of(tasks))
        if kinds[-1] == paying:
            better(rounds, tasks[0])
        end(rounds, clock, tasks)
    return kinds


def better(rounds: Rounds, task: SearchTask) -> None:
    """Lets the task's search find an improvement."""
    if task.operator is SUBPROBLEMS:
        subproblem = rounds.subproblems.next()
        assert subproblem is not None
        part = subproblem.part
        rounds.subproblems.ended(subproblem, timed_routes(part.model, improved(part.model, part.plan)))
    elif task.part is not None:
        task.found(improved(task.part.model, task.part.plan))


def test_a_kind_of_round_that_gains_gets_more_rounds(with_vroom: Rounds, clock: Clock) -> None:
    assert kinds_of_rounds(with_vroom, clock, 20, paying="parts").count("parts") > 12


def test_annealing_gets_every_other_round_even_without_gains(with_vroom: Rounds, clock: Clock) -> None:
    kinds = kinds_of_rounds(with_vroom, clock, 20, paying="few")
    assert kinds.count("few") >= 8
    assert "few few" not in " ".join(kinds)


def test_a_search_continues_from_the_current_solution_of_the_last_one(
    rounds: Rounds, clock: Clock, problem: Known
) -> None:
    """A worse plan is not handed out, but the next hot round starts from it."""
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


def test_a_cold_search_continues_from_the_best_plan(rounds: Rounds, clock: Clock, problem: Known) -> None:
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
    """Takes one route out of the current solution of a part's search, and returns it."""
    assert task.part is not None
    assert task.current is not None
    *kept, last = planned(task.current)
    task.current = kept
    (dropped,) = task.part.in_whole([last])
    return dropped


def begun(tasks: list[SearchTask]) -> Plan:
    """The routes that a round on parts starts from."""
    return sorted(route for it in tasks if it.part for route in it.part.in_whole(it.part.plan))


def test_a_search_continues_from_a_better_plan_found_elsewhere(
    rounds: Rounds, clock: Clock, problem: Known
) -> None:
    model, plan = problem
    offer(rounds, plan)
    tasks = [next_of(rounds), *waiting(rounds)]
    drop_a_route(tasks[0])
    end(rounds, clock, tasks)
    offer(rounds, improved(model, plan))
    assert begun(next_of_kind(rounds, clock, "parts")) == sorted(improved(model, plan))


def test_searches_of_the_whole_continue_from_the_best_of_their_results(clock: Clock, problem: Known) -> None:
    model = model_of(random_problem(5, {"capacity"}, jobs=40, vehicles=10))
    plan = plan_of(model, vroom_solution(model, level=0))
    rounds = rounds_of(model, clock)
    offer(rounds, plan)
    first, second = next_of(rounds), next_of(rounds)
    first.current = plan[:-1]
    second.current = plan
    end(rounds, clock, [first, second])
    assert next_of(rounds).start == plan


def test_a_search_is_hot_at_its_start_and_cold_at_its_end(rounds: Rounds, clock: Clock) -> None:
    assert rounds.cooled() == 0
    clock.now = 1_000.0
    assert rounds.cooled() == 1


def improved(model: Model, plan: Plan) -> Plan:
    """The plan after the first exchange of neighbouring stops that improves it, or the same plan."""
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


def test_a_better_part_improves_the_plan(rounds: Rounds, problem: Known) -> None:
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


def test_a_worse_plan_is_not_handed_out(rounds: Rounds, problem: Known) -> None:
    offer(rounds, problem[1])
    task = next_of(rounds)
    assert task.part is not None
    task.found(task.part.plan[:-1])
    assert take(rounds) is None


def test_a_better_plan_found_elsewhere_ends_a_round_on_parts(rounds: Rounds, problem: Known) -> None:
    model, plan = problem
    offer(rounds, plan[:-1])
    task = next_of(rounds)
    offer(rounds, plan)
    assert not rounds.is_current(task)
    assert next_of(rounds).part is not None
    best = rounds._best()
    assert best is not None
    assert best.objective == value(model, plan)


def test_a_worse_plan_found_elsewhere_changes_nothing(rounds: Rounds, problem: Known) -> None:
    offer(rounds, problem[1])
    task = next_of(rounds)
    offer(rounds, problem[1][:-1])
    assert rounds.is_current(task)


def test_the_search_abandons_a_refused_plan(rounds: Rounds, clock: Clock, problem: Known) -> None:
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


def test_a_thread_left_without_a_part_searches_the_whole(rounds: Rounds, problem: Known) -> None:
    offer(rounds, problem[1])
    assert next_of(rounds).part is not None
    assert waiting(rounds)
    assert next_of(rounds).part is None


def test_no_search_task_lasts_beyond_the_deadline(rounds: Rounds, clock: Clock, problem: Known) -> None:
    clock.now = 999.0
    offer(rounds, problem[1])
    assert next_of(rounds).until <= 1_000
    clock.now = 1_000.0
    assert rounds.next() is None


def test_only_the_last_plan_that_a_task_found_counts(rounds: Rounds, problem: Known) -> None:
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
    """The same problem, with two tasks that need a skill no vehicle has."""
    tasks = [replace(task, skills=frozenset({9}), priority=4) for task in model.tasks[:2]]
    return replace(model, tasks=(*tasks, *model.tasks[2:]))


def test_rounds_on_parts_count_the_tasks_that_no_vehicle_can_serve(clock: Clock, problem: Known) -> None:
    """Otherwise every plan made of parts would look better than the same plan as it was offered."""
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


def test_without_a_search_of_the_whole_threads_wait_for_the_first_plan(clock: Clock, problem: Known) -> None:
    tries = Tries()
    rounds = rounds_of(problem[0], clock, tries, (PARTS, ELIMINATION))
    assert rounds.next() is None
    tries.left = 3
    offer(rounds, problem[1])
    assert next_of(rounds).part is not None


def test_without_a_search_of_the_whole_only_parts_are_searched(clock: Clock, problem: Known) -> None:
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
    """Makes more parts than two threads search in a round."""
    monkeypatch.setattr(cuts, "MOST_TASKS", 20)
    monkeypatch.setattr(cuts, "LEAST_PART", 10)


@pytest.mark.usefixtures("many_parts")
def test_a_round_searches_only_a_few_parts_of_a_very_large_problem(rounds: Rounds, problem: Known) -> None:
    offer(rounds, problem[1])
    tasks = [next_of(rounds), *waiting(rounds)]
    assert len(tasks) == MOST_PARTS * rounds.threads
    assert rounds._round is not None
    assert len(rounds._round.parts) == 16


@pytest.mark.usefixtures("many_parts")
def test_parts_that_are_not_searched_do_not_change(rounds: Rounds, problem: Known) -> None:
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
def test_every_part_is_searched_in_some_round(rounds: Rounds, clock: Clock, problem: Known) -> None:
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
    """Rounds that start from a plan and may let VROOM solve subproblems."""
    rounds = rounds_of(
        problem[0], clock, lambda: clock.now >= 1_000, (WHOLE, PARTS, ELIMINATION, SUBPROBLEMS)
    )
    offer(rounds, problem[1])
    return rounds


def next_of_kind(rounds: Rounds, clock: Clock, kind: str) -> list[SearchTask]:
    """The tasks of the next round of this kind; the rounds before it find nothing."""
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
    """The same problem with this many times the capacity in each vehicle."""
    vehicles = [
        replace(it, capacity=tuple(times * amount for amount in it.capacity)) for it in model.vehicles
    ]
    return replace(model, vehicles=tuple(vehicles))


def test_vroom_gets_no_subproblems_of_long_routes(clock: Clock, problem: Known) -> None:
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


def test_no_route_is_eliminated_if_the_others_lack_capacity(clock: Clock, problem: Known) -> None:
    served = part_of(*problem, loose=(), spare=())
    rounds = rounds_of(with_room(served.model, 0), clock, lambda: clock.now >= 1_000)
    offer(rounds, served.plan)
    for _ in range(8):
        tasks = [next_of(rounds), *waiting(rounds)]
        assert kind_of(tasks) != "elimination"
        end(rounds, clock, tasks)


def test_a_subproblem_that_vroom_improved_improves_the_plan(
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


def test_no_subproblem_is_handed_out_after_its_round(with_vroom: Rounds, clock: Clock) -> None:
    next_of_kind(with_vroom, clock, "few")
    assert with_vroom.subproblems.next() is not None
    clock.now += 3
    assert with_vroom.subproblems.next() is None


def test_the_search_continues_without_vroom(with_vroom: Rounds, clock: Clock) -> None:
    tasks = next_of_kind(with_vroom, clock, "few")
    with_vroom.go_on_without("vroom")
    assert not any(map(with_vroom.is_current, tasks))
    for _ in range(8):
        tasks = [next_of(with_vroom), *waiting(with_vroom)]
        assert tasks[0].operator is not SUBPROBLEMS
        end(with_vroom, clock, tasks)


LEADING, LEADING_ELIMINATION = Operator("parts", "sisr"), Operator("route elimination", "sisr")
LED = (Operator("whole", "sisr"), LEADING, LEADING_ELIMINATION, WHOLE, PARTS, ELIMINATION, SUBPROBLEMS)


@pytest.fixture
def led(clock: Clock, problem: Known) -> Rounds:
    """Rounds from 100 to 1,000 on the clock, which SISR leads."""
    model, plan = problem
    operators = Operators(LED, "sisr")
    rounds = Rounds(model, [*range(len(model.tasks))], operators, 1_000, 1, lambda: False, clock)
    rounds.threads = 2
    offer(rounds, plan)
    return rounds


def operators_until(
    rounds: Rounds, clock: Clock, until: float, paying: Operator | None = None
) -> list[Operator]:
    """The operator of each round until then; only `paying` finds improvements."""
    chosen = []
    while clock.now < until:
        tasks = [next_of(rounds), *waiting(rounds)]
        chosen.append(tasks[0].operator)
        if chosen[-1] == paying:
            better(rounds, tasks[0])
        end(rounds, clock, tasks)
    return chosen


def test_a_leader_has_the_time_but_for_a_tenth(led: Rounds, clock: Clock) -> None:
    """It is hot for 42 of the first 60 seconds, and gains nothing."""
    chosen = operators_until(led, clock, 108.0)
    assert set(chosen) == {LEADING}
    chosen += operators_until(led, clock, 142.0)
    assert 3 <= len(chosen) - chosen.count(LEADING) <= 4


def test_each_other_operator_gets_a_trial_of_what_a_leader_leaves(led: Rounds, clock: Clock) -> None:
    assert {PARTS, SUBPROBLEMS} <= {*operators_until(led, clock, 142.0)}


def test_what_gains_more_than_a_cold_leader_takes_over(led: Rounds, clock: Clock) -> None:
    operators_until(led, clock, 300.0, paying=PARTS)
    clock.now = 900.0
    chosen = operators_until(led, clock, 950.0, paying=PARTS)
    assert chosen.count(PARTS) > len(chosen) / 2


def test_a_hot_leader_is_not_judged_by_its_gains(led: Rounds, clock: Clock) -> None:
    chosen = operators_until(led, clock, 142.0, paying=PARTS)
    assert len(chosen) - chosen.count(LEADING) <= 4


def test_without_a_leader_that_failed_the_others_go_on(led: Rounds, clock: Clock) -> None:
    engines = [led.engine]
    assert led.starts_without("sisr")
    assert led.go_on_without("sisr")
    assert [*engines, led.engine] == ["sisr", "pyvrp"]
    assert {operator.engine for operator in operators_until(led, clock, 130.0)} == {"pyvrp", "vroom"}
