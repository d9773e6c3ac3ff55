"""Who searches what: rounds on the whole and on parts. No engine, no waiting: the clock is the test's."""

from itertools import chain

import pytest

from milkrun_solver import rounds as rounds_module
from milkrun_solver.answer import plan_of
from milkrun_solver.model import Model, Plan
from milkrun_solver.rounds import Rounds, Stint
from milkrun_solver.worth import worth
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
    """A problem that is large enough to be cut, and a plan for it that can be made better."""
    model = model_of(random_problem(5, {"capacity", "great circle"}, jobs=320, vehicles=60))
    plan = plan_of(model, vroom_solution(model, level=0))
    return model, [route._replace(tasks=tuple(sorted(route.tasks))) for route in plan]


@pytest.fixture
def rounds(clock: Clock, problem: Known) -> Rounds:
    model, _ = problem
    rounds = Rounds(
        model, list(range(len(model.tasks))), deadline=1_000, seed=1, over=lambda: clock.now >= 1_000
    )
    rounds.threads = 2
    return rounds


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


def test_both_kinds_of_round_get_their_turn(rounds: Rounds, clock: Clock, problem: Known) -> None:
    rounds.offer(problem[1])
    kinds = [whole_round(rounds, clock)[0].part is None for _ in range(12)]
    assert kinds[:2] == [False, True]
    assert any(kinds[2:])
    assert not all(kinds[2:])


def test_what_has_paid_off_gets_more_rounds(rounds: Rounds, clock: Clock, problem: Known) -> None:
    """Only rounds on the whole find anything: they get most of the time."""
    model, plan = problem
    rounds.offer(plan)
    better = plan
    wholes = 0
    for _ in range(20):
        stint = next_of(rounds)
        if stint.part is None:
            wholes += 1
            better = improved(model, better)
            stint.found(better)
        end(rounds, clock, [stint, *waiting(rounds)])
    assert wholes > 12


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
    rounds = Rounds(model, list(range(40)), deadline=1_000, seed=1, over=lambda: False)
    rounds.threads = 2
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
