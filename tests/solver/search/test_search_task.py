"""Shares of a round: what each has found, where it has ended, and what they come to together."""

from dataclasses import replace

from milkrun.schema.options import Balance
from milkrun_solver.answer.solution import planned
from milkrun_solver.decomposition.parts import Part, part_of
from milkrun_solver.model.visits import Plan, PlannedRoute
from milkrun_solver.routes.objective import Objective, Solved, objective
from milkrun_solver.search.operators import Operator
from milkrun_solver.search.search_task import LEAST_SECONDS, Round, SearchTask
from tests.solver.search.plans import GOOD, LATE, MODEL, SHORT, WORSE, WORST, solved

WHOLE, PARTS = Operator("whole", "pyvrp"), Operator("parts", "pyvrp")
NOTHING = Objective(0, 0, 0)


def plan_of(found: Solved | None) -> Plan | None:
    return None if found is None else planned(found.routes)


def task(start: Plan | None = None, instead_of: Solved | None = None) -> SearchTask:
    return SearchTask(WHOLE, MODEL, start=start, instead_of=instead_of)


def test_a_task_knows_its_start_as_the_best_until_it_finds_better() -> None:
    searching = task(WORSE)
    assert searching.best() == solved(WORSE)
    searching.found(GOOD)
    assert searching.best() == solved(GOOD)


def test_a_worse_find_is_not_the_best() -> None:
    searching = task(WORSE)
    searching.found(WORST)
    assert plan_of(searching.best()) == WORSE


def test_a_find_that_breaks_a_rule_is_not_the_best() -> None:
    searching = task(WORSE)
    searching.found(LATE)
    assert plan_of(searching.best()) == WORSE


def test_a_search_from_nothing_has_nothing_until_it_finds_something() -> None:
    searching = task()
    assert (searching.best(), searching.start, searching.current) == (None, None, None)
    searching.found(WORST)
    assert plan_of(searching.best()) == WORST


def test_a_start_that_is_no_answer_does_not_count_and_its_substitute_does() -> None:
    """The start leaves out a task that must be served: it costs little."""
    searching = task(SHORT, instead_of=solved(WORSE))
    assert searching.start == SHORT
    assert plan_of(searching.best()) == WORSE
    searching.found(GOOD)
    assert plan_of(searching.best()) == GOOD


def test_where_a_search_ends_may_be_worse_than_its_best() -> None:
    searching = task(GOOD)
    searching.current = WORST
    assert searching.ended_at() == solved(WORST).routes
    assert plan_of(searching.best()) == GOOD


def test_a_search_that_breaks_a_rule_has_ended_nowhere() -> None:
    searching = task(GOOD)
    searching.current = LATE
    assert searching.ended_at() is None


def parts() -> tuple[Part, Part]:
    """Each route of the worst plan as a problem of its own."""
    first, second = WORST
    return part_of(MODEL, [first], [], []), part_of(MODEL, [second], [], [])


def test_finds_in_a_part_have_the_numbers_of_the_whole() -> None:
    _, part = parts()
    searching = SearchTask(PARTS, MODEL, part, part.plan)
    assert searching.start == [PlannedRoute(0, (0,))]
    assert plan_of(searching.best()) == [WORST[1]]
    ended = searching.ended_at()
    assert ended is not None
    assert planned(ended) == [WORST[1]]


def round_of(
    tasks: list[SearchTask] | None = None, beside: Operator | None = WHOLE, outside: Objective = NOTHING
) -> Round:
    """From 100 to 110 on the clock; each part has 4 seconds."""
    waiting = list(tasks or [])
    return Round(PARTS, beside, MODEL, 100.0, 110.0, None, list(waiting), waiting, 4.0, outside)


def test_parts_are_handed_out_in_turn_each_for_its_share_of_the_time() -> None:
    first, second = (SearchTask(PARTS, MODEL, part, part.plan) for part in parts())
    round_ = round_of([first, second])
    assert round_.next_task(100.0, None) is first
    assert round_.next_task(104.0, None) is second
    assert (first.until, second.until) == (104.0, 108.0)


def test_no_part_is_searched_beyond_the_end_of_the_round() -> None:
    (first, _) = parts()
    searching = SearchTask(PARTS, MODEL, first, first.plan)
    assert round_of([searching]).next_task(107.0, None) is searching
    assert searching.until == 110.0


def test_a_thread_without_a_part_searches_the_whole_until_the_round_ends() -> None:
    round_ = round_of()
    searching = round_.next_task(101.0, solved(WORSE))
    assert searching is not None
    assert (searching.operator, searching.start, searching.until) == (WHOLE, WORSE, 110.0)
    assert round_.wholes == [searching]


def test_a_thread_without_a_part_waits_where_the_whole_is_not_searched_or_the_round_ends_soon() -> None:
    assert round_of(beside=None).next_task(101.0, None) is None
    assert round_of().next_task(110.0 - LEAST_SECONDS / 2, None) is None
    assert round_of().next_task(110.0 - 2 * LEAST_SECONDS, None) is not None


def test_a_round_has_ended_once_no_part_waits_and_no_thread_is_at_work() -> None:
    (first, _) = parts()
    round_ = round_of([SearchTask(PARTS, MODEL, first, first.plan)])
    assert not round_.has_ended
    round_.next_task(100.0, None)
    round_.running = 1
    assert not round_.has_ended
    round_.running = 0
    assert round_.has_ended


def test_a_round_begins_without_a_thread_at_work() -> None:
    assert round_of().has_ended


def test_the_best_of_the_parts_together_is_a_plan_of_the_whole() -> None:
    tasks = [SearchTask(PARTS, MODEL, part, part.plan) for part in parts()]
    cost = solved(WORST).objective.cost
    left_out = Objective(7, 1, 0)
    found = round_of(tasks, outside=left_out).best()
    assert found is not None
    assert planned(found.routes) == WORST
    assert found.objective == Objective(7, 1, cost)


def test_a_better_plan_of_the_whole_is_the_best_of_the_round() -> None:
    round_ = round_of([SearchTask(PARTS, MODEL, part, part.plan) for part in parts()])
    round_.wholes = [task(WORSE), task(GOOD)]
    assert plan_of(round_.best()) == GOOD


def test_a_round_in_which_nothing_was_found_has_no_best_plan() -> None:
    round_ = round_of()
    round_.wholes = [task()]
    assert round_.best() is None
    assert round_.current() is None


def test_a_round_on_parts_ends_where_all_its_parts_have() -> None:
    first, second = (SearchTask(PARTS, MODEL, part, part.plan) for part in parts())
    round_ = round_of([first, second])
    round_.wholes = [task(GOOD)]
    assert plan_of(round_.current()) == WORST
    first.current = [PlannedRoute(0, (2, 1, 0))]
    assert plan_of(round_.current()) == [PlannedRoute(0, (2, 1, 0)), WORST[1]]


def test_a_round_on_parts_one_of_which_breaks_a_rule_ends_nowhere() -> None:
    whole = part_of(MODEL, GOOD, [], [])
    fine, broken = (SearchTask(PARTS, MODEL, part, part.plan) for part in (parts()[0], whole))
    broken.current = LATE
    assert round_of([fine, broken]).current() is None


def test_a_round_on_the_whole_ends_at_the_best_of_its_ends() -> None:
    round_ = round_of()
    round_.wholes = [task(GOOD), task(GOOD), task(GOOD)]
    for searching, end in zip(round_.wholes, (WORST, WORSE, LATE), strict=True):
        searching.current = end
    assert plan_of(round_.current()) == WORSE


def test_priced_terms_of_the_whole_are_counted_once_for_its_parts_together() -> None:
    """Each part alone is in balance."""
    options = MODEL.problem.options.model_copy(update={"balance": Balance(by="tasks", cost=50)})
    model = replace(MODEL, problem=MODEL.problem.model_copy(update={"options": options}))
    cuts = [part_of(model, [route], [], []) for route in WORST]
    tasks = [SearchTask(PARTS, model, part, part.plan) for part in cuts]
    found = Round(PARTS, WHOLE, model, 100.0, 110.0, None, tasks, [], 4.0, NOTHING).best()
    assert found is not None
    assert found.objective == objective(model, found.routes)
    assert found.objective.cost == solved(WORST).objective.cost + 2 * 50
