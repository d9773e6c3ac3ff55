"""Who searches what: rounds on the whole and on parts. No engine, no waiting: the clock is the test's."""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain

import pytest

from milkrun_solver.answer.solution import plan_of, timed_routes
from milkrun_solver.decomposition import cuts
from milkrun_solver.decomposition.cuts import MOST_PARTS
from milkrun_solver.decomposition.parts import part_of
from milkrun_solver.feasibility.unservable import impossible_tasks
from milkrun_solver.model.problem import Model, Plan, PlannedRoute
from milkrun_solver.routes.objective import worth
from milkrun_solver.search import rounds as rounds_module
from milkrun_solver.search.rounds import Rounds
from milkrun_solver.search.search_task import Stint
from tests.solver.helpers import model_of, vroom_solution
from tests.solver.problems import random_problem

Known = tuple[Model, Plan]


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(rounds_module, "time", clock)
    return clock


@pytest.fixture(scope="module")
def problem() -> Known:
    """A problem, and a plan for it that can be made better."""
    model = model_of(random_problem(5, {"capacity", "great circle"}, jobs=320, vehicles=60))
    plan = plan_of(model, vroom_solution(model, level=0))
    return model, [route._replace(tasks=tuple(sorted(route.tasks))) for route in plan]


@pytest.fixture(autouse=True)
def cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans of so many tasks are cut."""
    monkeypatch.setattr(cuts, "LEAST_CUT", 100)


@pytest.fixture
def rounds(clock: Clock, problem: Known) -> Rounds:
    model, _ = problem
    return rounds_of(model, lambda: clock.now >= 1_000)


def rounds_of(model: Model, over: Callable[[], bool], whole: bool = True, few: bool = False) -> Rounds:
    """Rounds among two threads."""
    impossible = impossible_tasks(model)
    possible = [number for number in range(len(model.tasks)) if number not in impossible]
    rounds = Rounds(model, possible, deadline=1_000, seed=1, over=over, whole=whole, few=few)
    rounds.threads = 2
    return rounds


class Tries:
    """The end of a search after it was asked for so often: who waits in vain is told to end."""

    def __init__(self) -> None:
        self.left = 3

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def next_of(rounds: Rounds) -> Stint:
    stint = rounds.next()
    assert stint is not None
    return stint


def whole_round(rounds: Rounds, clock: Clock) -> list[Stint]:
    """Every stint of a round, all of them ended."""
    stints = [next_of(rounds), *waiting(rounds)]
    end(rounds, clock, stints)
    return stints


def waiting(rounds: Rounds) -> list[Stint]:
    """The stints of the round that no thread has taken yet."""
    stints = []
    while rounds._round is not None and rounds._round.waiting:
        stints.append(next_of(rounds))
    return stints


def end(rounds: Rounds, clock: Clock, stints: list[Stint]) -> None:
    """Ends stints when their time is over."""
    clock.now = max(stint.until for stint in stints)
    for stint in stints:
        rounds.ended(stint)


def test_with_nothing_known_the_whole_is_searched_from_nothing(rounds: Rounds) -> None:
    first, second = next_of(rounds), next_of(rounds)
    assert (first.part, first.plan) == (None, None) == (second.part, second.plan)


def test_a_known_plan_is_cut_into_parts_for_every_thread(
    rounds: Rounds, clock: Clock, problem: Known
) -> None:
    rounds.offer(problem[1])
    stints = whole_round(rounds, clock)
    assert len(stints) >= rounds.threads
    tasks = chain.from_iterable(stint.part.tasks for stint in stints if stint.part)
    assert sorted(tasks) == list(range(len(problem[0].tasks)))


def kinds_of_rounds(rounds: Rounds, clock: Clock, count: int, paying: str) -> list[str]:
    """The kinds of so many rounds, of which those of one kind alone find anything."""
    kinds = []
    for _ in range(count):
        stints = [next_of(rounds), *waiting(rounds)]
        kinds.append(kind_of(stints))
        if kinds[-1] == paying:
            better(rounds, stints[0])
        end(rounds, clock, stints)
    return kinds


def better(rounds: Rounds, stint: Stint) -> None:
    """The stint's search finds something."""
    if stint.few:
        resolve = rounds.resolves.next()
        assert resolve is not None
        part = resolve.part
        rounds.resolves.ended(resolve, timed_routes(part.model, improved(part.model, part.plan)))
    elif stint.part is not None:
        stint.found(improved(stint.part.model, stint.part.plan))


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
    rounds.offer(plan)
    stints = [next_of(rounds), *waiting(rounds)]
    dropped = drop_a_route(stints[0])
    end(rounds, clock, stints)
    assert rounds.take() is None
    assert begun(next_of_kind(rounds, clock, "parts")) == sorted(set(plan) - {dropped})
    best = rounds._best()
    assert best is not None
    assert best[1] == worth(model, plan)


def test_once_it_is_cold_a_search_goes_on_from_the_best_plan(
    rounds: Rounds, clock: Clock, problem: Known
) -> None:
    rounds.offer(problem[1])
    stints = [next_of(rounds), *waiting(rounds)]
    drop_a_route(stints[0])
    end(rounds, clock, stints)
    stints = next_of_kind(rounds, clock, "parts")
    clock.now = 990.0
    for stint in stints:
        rounds.ended(stint)
    assert begun(next_of_kind(rounds, clock, "parts")) == sorted(problem[1])


def drop_a_route(stint: Stint) -> PlannedRoute:
    """Lets the search of a part stand at a plan without one of its routes, which it tells."""
    assert stint.part is not None
    assert stint.standing is not None
    (dropped,) = stint.part.in_whole([stint.standing.pop()])
    return dropped


def begun(stints: list[Stint]) -> Plan:
    """The routes that a round on parts begins with."""
    return sorted(route for it in stints if it.part for route in it.part.in_whole(it.part.plan))


def test_a_better_plan_from_elsewhere_is_where_a_search_goes_on(
    rounds: Rounds, clock: Clock, problem: Known
) -> None:
    model, plan = problem
    rounds.offer(plan)
    stints = [next_of(rounds), *waiting(rounds)]
    drop_a_route(stints[0])
    end(rounds, clock, stints)
    rounds.offer(improved(model, plan))
    assert begun(next_of_kind(rounds, clock, "parts")) == sorted(improved(model, plan))


def test_the_best_of_several_searches_of_the_whole_is_where_they_go_on(clock: Clock, problem: Known) -> None:
    model = model_of(random_problem(5, {"capacity"}, jobs=40, vehicles=10))
    plan = plan_of(model, vroom_solution(model, level=0))
    rounds = rounds_of(model, lambda: False)
    rounds.offer(plan)
    first, second = next_of(rounds), next_of(rounds)
    first.standing = plan[:-1]
    second.standing = plan
    end(rounds, clock, [first, second])
    assert next_of(rounds).plan == plan


def test_a_search_is_hot_at_first_and_cold_at_its_end(rounds: Rounds, clock: Clock) -> None:
    hot = rounds.heat()
    clock.now = 1_000.0
    assert rounds.heat() < hot / 50


def improved(model: Model, plan: Plan) -> Plan:
    """A plan that is better by one exchange of neighbouring stops somewhere, or the same."""
    rank = worth(model, plan)
    assert rank is not None
    for number, route in enumerate(plan):
        for i in range(len(route.tasks) - 1):
            tasks = list(route.tasks)
            tasks[i], tasks[i + 1] = tasks[i + 1], tasks[i]
            other = [*plan[:number], route._replace(tasks=tuple(tasks)), *plan[number + 1 :]]
            found = worth(model, other)
            if found is not None and found < rank:
                return other
    return plan


def test_a_better_part_makes_the_plan_better(rounds: Rounds, problem: Known) -> None:
    model, plan = problem
    before = worth(model, plan)
    rounds.offer(plan)
    assert rounds.take() is None
    stint = next_of(rounds)
    assert stint.part is not None
    stint.found(improved(stint.part.model, stint.part.plan))
    taken = rounds.take()
    assert taken is not None
    after = worth(model, taken)
    assert before is not None
    assert after is not None
    assert after < before


def test_a_worse_find_is_not_handed_out(rounds: Rounds, problem: Known) -> None:
    rounds.offer(problem[1])
    stint = next_of(rounds)
    assert stint.part is not None
    stint.found(stint.part.plan[:-1])
    assert rounds.take() is None


def test_a_better_plan_from_elsewhere_ends_rounds_on_parts(rounds: Rounds, problem: Known) -> None:
    model, plan = problem
    rounds.offer(plan[:-1])
    stint = next_of(rounds)
    rounds.offer(plan)
    assert not rounds.is_current(stint)
    assert next_of(rounds).part is not None
    best = rounds._best()
    assert best is not None
    assert best[1] == worth(model, plan)


def test_a_worse_plan_from_elsewhere_changes_nothing(rounds: Rounds, problem: Known) -> None:
    rounds.offer(problem[1])
    stint = next_of(rounds)
    rounds.offer(problem[1][:-1])
    assert rounds.is_current(stint)


def test_a_plan_that_was_refused_is_left(rounds: Rounds, clock: Clock, problem: Known) -> None:
    model, plan = problem
    rounds.offer(plan)
    stints = whole_round(rounds, clock)
    rounds.restart(plan[:-1])
    assert not rounds.is_current(stints[0])
    best = rounds._best()
    assert best is not None
    assert best[1] == worth(model, plan[:-1])


def test_after_a_refusal_better_plans_are_handed_out_again(rounds: Rounds, problem: Known) -> None:
    rounds.offer(problem[1])
    rounds.restart(problem[1][:-1])
    next_of(rounds).found([])
    assert rounds.take() is None
    rounds.offer(problem[1])
    rounds.restart(None)
    stint = next_of(rounds)
    assert stint.plan is None
    stint.found(problem[1])
    assert rounds.take() == problem[1]


def test_a_small_problem_is_not_cut(clock: Clock) -> None:
    model = model_of(random_problem(5, {"capacity"}, jobs=40, vehicles=10))
    rounds = rounds_of(model, lambda: False)
    rounds.offer(plan_of(model, vroom_solution(model, level=0)))
    for _ in range(6):
        assert [stint.part for stint in whole_round(rounds, clock)] == [None]


def test_a_thread_without_a_part_searches_the_whole(rounds: Rounds, problem: Known) -> None:
    rounds.offer(problem[1])
    assert next_of(rounds).part is not None
    assert waiting(rounds)
    assert next_of(rounds).part is None


def test_no_stint_reaches_past_the_deadline(rounds: Rounds, clock: Clock, problem: Known) -> None:
    clock.now = 999.0
    rounds.offer(problem[1])
    assert next_of(rounds).until <= 1_000
    clock.now = 1_000.0
    assert rounds.next() is None


def test_the_last_find_of_a_stint_counts(rounds: Rounds, problem: Known) -> None:
    rounds.offer(problem[1])
    stint = next_of(rounds)
    assert stint.part is not None
    better = improved(stint.part.model, stint.part.plan)
    stint.found(better)
    stint.found(improved(stint.part.model, better))
    best = stint.best()
    assert best is not None
    assert best[1] == worth(stint.part.model, improved(stint.part.model, better))


def with_impossible_tasks(model: Model) -> Model:
    """The same problem, but no vehicle has what two of the tasks ask for."""
    tasks = [replace(task, skills=frozenset({9}), priority=4) for task in model.tasks[:2]]
    return replace(model, tasks=(*tasks, *model.tasks[2:]))


def test_tasks_that_none_can_serve_count_in_rounds_on_parts_too(clock: Clock, problem: Known) -> None:
    """Else each plan made of parts would look better than the same plan as it was offered."""
    model = with_impossible_tasks(problem[0])
    plan = [route._replace(tasks=tuple(it for it in route.tasks if it > 1)) for route in problem[1]]
    rounds = rounds_of(model, lambda: False)
    rounds.offer(plan)
    stint = next_of(rounds)
    assert stint.part is not None
    assert rounds.take() is None
    stint.found(improved(stint.part.model, stint.part.plan))
    best, taken = rounds._best(), rounds.take()
    assert taken is not None
    assert best == (taken, worth(model, taken))


def test_where_the_whole_may_not_be_searched_the_first_plan_is_waited_for(
    clock: Clock, problem: Known
) -> None:
    tries = Tries()
    rounds = rounds_of(problem[0], tries, whole=False)
    assert rounds.next() is None
    tries.left = 3
    rounds.offer(problem[1])
    assert next_of(rounds).part is not None


def test_where_the_whole_may_not_be_searched_only_parts_are(clock: Clock, problem: Known) -> None:
    tries = Tries()
    rounds = rounds_of(problem[0], tries, whole=False)
    rounds.offer(problem[1])
    for _ in range(7):
        tries.left = 100
        stints = [next_of(rounds), *waiting(rounds)]
        assert all(stint.part is not None for stint in stints)
        tries.left = 1
        assert rounds.next() is None  # it waits for the end of the round
        end(rounds, clock, stints)


@pytest.fixture
def many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """More parts than two threads search in a round."""
    monkeypatch.setattr(cuts, "MOST_TASKS", 20)
    monkeypatch.setattr(cuts, "LEAST_PART", 10)


@pytest.mark.usefixtures("many_parts")
def test_of_a_very_large_problem_a_few_parts_are_searched_in_a_round(rounds: Rounds, problem: Known) -> None:
    rounds.offer(problem[1])
    stints = [next_of(rounds), *waiting(rounds)]
    assert len(stints) == MOST_PARTS * rounds.threads
    assert rounds._round is not None
    assert len(rounds._round.parts) == 16


@pytest.mark.usefixtures("many_parts")
def test_parts_that_are_not_searched_stay_as_they_are(rounds: Rounds, problem: Known) -> None:
    plan = problem[1]
    rounds.offer(plan)
    searched: set[int] = set()
    for stint in [next_of(rounds), *waiting(rounds)]:
        assert stint.part is not None
        searched.update(stint.part.vehicles)
        stint.found(improved(stint.part.model, stint.part.plan))
    taken = rounds.take()
    assert taken is not None
    rest = {route for route in taken if route.vehicle not in searched}
    assert rest == {route for route in plan if route.vehicle not in searched}
    assert rest
    assert {it for route in taken for it in route.tasks} == {it for route in plan for it in route.tasks}


@pytest.mark.usefixtures("many_parts")
def test_other_parts_have_their_turn_in_another_round(rounds: Rounds, clock: Clock, problem: Known) -> None:
    rounds.offer(problem[1])
    searched: set[int] = set()
    for _ in range(30):
        for stint in whole_round(rounds, clock):
            searched.update(stint.part.tasks if stint.part else ())
    assert searched == set(range(len(problem[0].tasks)))


def kind_of(stints: list[Stint]) -> str:
    if any(stint.must_serve_all for stint in stints):
        return "elimination"
    return "few" if stints[0].few else "whole" if stints[0].part is None else "parts"


@pytest.fixture
def with_vroom(clock: Clock, problem: Known) -> Rounds:
    """Rounds in which VROOM may solve a few routes at a time, with a plan known."""
    rounds = rounds_of(problem[0], lambda: clock.now >= 1_000, few=True)
    rounds.offer(problem[1])
    return rounds


def next_of_kind(rounds: Rounds, clock: Clock, kind: str) -> list[Stint]:
    """The stints of the next round of a kind; those before it find nothing."""
    for _ in range(20):
        stints = [next_of(rounds), *waiting(rounds)]
        if kind_of(stints) == kind:
            return stints
        end(rounds, clock, stints)
    pytest.fail(f"{kind} never got a round")


def test_each_kind_of_round_is_tried(clock: Clock, problem: Known) -> None:
    served = part_of(*problem, loose=(), spare=())
    rounds = rounds_of(with_room(served.model, 10), lambda: clock.now >= 1_000, few=True)
    rounds.offer(served.plan)
    kinds = set()
    for _ in range(8):
        stints = [next_of(rounds), *waiting(rounds)]
        kinds.add(kind_of(stints))
        end(rounds, clock, stints)
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
        route._replace(tasks=tuple(it for r in plan[n::8] for it in r.tasks))
        for n, route in enumerate(plan[:8])
    ]
    rounds = rounds_of(model, lambda: clock.now >= 1_000, few=True)
    rounds.offer(long)
    for _ in range(8):
        stints = [next_of(rounds), *waiting(rounds)]
        assert kind_of(stints) != "few"
        end(rounds, clock, stints)


def test_a_route_less_is_tried_until_the_others_lack_room(clock: Clock, problem: Known) -> None:
    served = part_of(*problem, loose=(), spare=())
    rounds = rounds_of(with_room(served.model, 0), lambda: clock.now >= 1_000)
    rounds.offer(served.plan)
    for _ in range(8):
        stints = [next_of(rounds), *waiting(rounds)]
        assert kind_of(stints) != "elimination"
        end(rounds, clock, stints)


def test_what_vroom_makes_of_a_few_routes_makes_the_plan_better(
    with_vroom: Rounds, clock: Clock, problem: Known
) -> None:
    next_of_kind(with_vroom, clock, "few")
    resolve = with_vroom.resolves.next()
    assert resolve is not None
    part = resolve.part
    routes = timed_routes(part.model, improved(part.model, part.plan))
    with_vroom.resolves.ended(resolve, routes)
    taken = with_vroom.take()
    assert taken is not None
    better, before = worth(problem[0], taken), worth(problem[0], problem[1])
    assert better is not None
    assert before is not None
    assert better < before


def test_vrooms_part_of_a_round_ends_with_it(with_vroom: Rounds, clock: Clock) -> None:
    next_of_kind(with_vroom, clock, "few")
    assert with_vroom.resolves.next() is not None
    clock.now += 3
    assert with_vroom.resolves.next() is None


def test_where_vroom_is_not_to_be_had_others_go_on(with_vroom: Rounds, clock: Clock) -> None:
    stints = next_of_kind(with_vroom, clock, "few")
    with_vroom.without_few()
    assert not any(map(with_vroom.is_current, stints))
    for _ in range(8):
        stints = [next_of(with_vroom), *waiting(with_vroom)]
        assert not stints[0].few
        end(with_vroom, clock, stints)
