"""What `solve` promises about time, order, ends and failures."""

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.answer.solution import solution_of
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.engines.protocol import Assignment
from milkrun_solver.engines.pyvrp import engine as pyvrp_engine
from milkrun_solver.engines.sisr import engine as sisr_engine
from milkrun_solver.engines.sisr.engine import SisrSession
from milkrun_solver.engines.vroom import engine as vroom_engine
from milkrun_solver.engines.vroom import process as vroom_process
from milkrun_solver.errors import EngineError, NoAnswerError
from milkrun_solver.routes.objective import solution_objective
from milkrun_solver.search import improver, trial_budget
from milkrun_solver.solve import solve
from milkrun_solver.verification.verifier import Verifier
from tests.nonempty import nonempty
from tests.solver.conftest import sisr_is_missing
from tests.solver.helpers import LOOKS, META, Watched, after, faults, model_of, task_ids, vroom_solution
from tests.solver.leftovers import children, nothing_left_behind
from tests.solver.problems import problem_of, random_body, random_problem
from tests.solver.vroom import vroom_output
from tests.waiting import MARGIN, PATIENCE, until


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """Checks that no test leaves a thread or a child process."""
    with nothing_left_behind():
        yield


def middling(**options: Any) -> Problem:
    body = random_body(3, {"capacity", "windows", "great circle"}, jobs=60, vehicles=12)
    return problem_of({**body, "options": options})


def breaking(jobs: int = 30, **options: Any) -> Problem:
    """A problem that PyVRP cannot express."""
    body = random_body(3, {"capacity", "breaks", "great circle"}, jobs=jobs, vehicles=jobs // 5)
    return problem_of({**body, "options": options})


def large() -> Problem:
    return random_problem(4, {"capacity", "windows", "great circle"}, jobs=1_000, vehicles=150)


@pytest.fixture(scope="module")
def two_seconds() -> Watched:
    """Two seconds of a medium-sized problem."""
    return Watched(middling(), seconds=2)


@pytest.fixture(scope="module")
def with_breaks() -> Watched:
    """The first answer to a problem that only VROOM can express, without SISR."""
    with sisr_is_missing():
        return Watched(breaking(), enough=1)


# A solve ends within half a second once it is told to end; `MILKRUN_SOAK=1000` measures that. These tests add
# a margin for a busy machine. Without a stop, the searches that they stop would run for minutes.


def test_a_search_of_a_handful_of_stops_ends_by_itself() -> None:
    watched = Watched(random_problem(1, {"capacity"}, jobs=3, vehicles=2))
    assert watched.took < MARGIN


def test_a_larger_problem_uses_its_time(two_seconds: Watched) -> None:
    assert 1.7 <= two_seconds.took < 2.5 + MARGIN


def test_a_search_of_a_thousand_timed_jobs_keeps_the_deadline() -> None:
    started = time.monotonic()
    with suppress(NoAnswerError):
        Watched(large(), seconds=1)
    assert time.monotonic() - started < 1.5 + MARGIN


def test_a_thousand_timed_jobs_get_an_early_answer_and_stop_at_once() -> None:
    reported: list[float] = []
    stopped: list[float] = []

    def should_stop() -> bool:
        if reported and not stopped:
            stopped.append(time.monotonic())
        return bool(stopped)

    started = time.monotonic()
    solve(
        large(),
        deadline=started + PATIENCE,
        on_best=lambda _: reported.append(time.monotonic()),
        should_stop=should_stop,
        seed=1,
    )
    assert time.monotonic() - stopped[0] < 0.5 + MARGIN
    assert reported[0] - started < 5 + MARGIN


def test_each_answer_is_better_and_the_last_one_is_returned(two_seconds: Watched) -> None:
    assert len(two_seconds.ranks) > 1
    assert two_seconds.ranks == sorted(set(two_seconds.ranks), reverse=True)
    assert solution_objective(two_seconds.problem, two_seconds.solution) == two_seconds.ranks[-1]


def test_every_reported_answer_verifies(two_seconds: Watched) -> None:
    model = model_of(two_seconds.problem)
    assert all(faults(model, solution) == [] for _, solution in nonempty(two_seconds.reported))


def test_the_result_is_no_worse_than_vrooms() -> None:
    problem = random_problem(11, {"capacity", "windows", "shipments", "skills"}, jobs=12)
    theirs = solution_objective(problem, vroom_solution(model_of(problem), level=5))
    assert solution_objective(problem, Watched(problem).solution) <= theirs


def test_on_best_is_called_in_the_calling_thread() -> None:
    names: set[str] = set()
    solve(
        random_problem(1, {"capacity"}, jobs=4),
        deadline=time.monotonic() + PATIENCE,
        on_best=lambda _: names.add(threading.current_thread().name),
        should_stop=lambda: False,
        seed=1,
    )
    assert names == {threading.current_thread().name}


def test_an_exception_in_on_best_is_raised_and_leaves_nothing_behind() -> None:
    def on_best(_: Solution) -> None:
        raise RuntimeError("the store is away")

    with pytest.raises(RuntimeError, match="the store is away"):
        solve(
            middling(),
            deadline=time.monotonic() + PATIENCE,
            on_best=on_best,
            should_stop=lambda: False,
            seed=1,
        )


def test_the_stall_limit_ends_a_search_that_finds_nothing_better() -> None:
    body = random_body(2, {"capacity", "great circle"}, jobs=40, vehicles=9)
    watched = Watched(problem_of({**body, "options": {"stall_limit": 1.0}}))
    assert 0.5 <= watched.took - watched.reported[-1][0] < 1.5 + MARGIN


def test_meta_tells_how_the_answer_came_about(two_seconds: Watched) -> None:
    meta = two_seconds.solution.meta
    costs = [solution.summary.cost for _, solution in two_seconds.reported]
    assert meta.matrix == "great-circle"
    assert meta.seed == 1
    assert 1.7 <= meta.seconds <= two_seconds.took
    assert (meta.first_cost, meta.best_cost) == (costs[0], costs[-1])
    assert [point.cost for point in meta.trace] == costs
    assert meta.engine == two_seconds.reported[-1][1].meta.engine


@pytest.mark.usefixtures("without_sisr")
def test_only_vroom_solves_problems_with_breaks(with_breaks: Watched) -> None:
    assert with_breaks.solution.meta.engine == "vroom"
    assert any(step.type == "break" for route in with_breaks.solution.routes for step in route.steps)


@pytest.mark.usefixtures("without_sisr")
@pytest.mark.parametrize("jobs", [80, 240])
def test_answers_get_better_than_vrooms_own_where_only_vroom_can_solve(jobs: int) -> None:
    problem = breaking(jobs, exploration_level=0)
    model = model_of(problem)
    theirs = solution_of(model, routes_of(model, vroom_output(model, None if jobs > 200 else 0)), META)
    assert faults(model, better_than(theirs, problem)) == []


def better_than(other: Solution, problem: Problem, **arguments: Any) -> Solution:
    """The first answer that is better than `other`."""
    reported: list[Solution] = []
    solution = solve(
        problem,
        deadline=time.monotonic() + PATIENCE,
        on_best=reported.append,
        should_stop=lambda: (
            bool(reported) and solution_objective(problem, reported[-1]) < solution_objective(problem, other)
        ),
        seed=1,
        **arguments,
    )
    assert solution_objective(problem, solution) < solution_objective(problem, other)
    return solution


@pytest.mark.parametrize("features", [{"great circle"}, {"great circle", "breaks"}])
def test_the_search_ends_with_an_answer_even_if_no_task_can_be_served(features: set[str]) -> None:
    body = random_body(1, features, jobs=3)
    for job in body["jobs"]:
        job["skills"] = [9]
    watched = Watched(problem_of(body))
    assert watched.solution.routes == []
    assert len(watched.solution.unassigned) == 3
    assert watched.took < MARGIN


def test_parts_are_searched_even_if_some_tasks_cannot_be_served(
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = random_body(3, {"capacity", "great circle"}, jobs=160, vehicles=40)
    body["jobs"][0]["skills"] = [9]
    watched = Watched(problem_of(body), enough=3)
    assert watched.solution.unassigned[0].id == body["jobs"][0]["id"]
    assert "restarting" not in caplog.text


def test_the_result_is_never_worse_than_the_initial_answer(two_seconds: Watched) -> None:
    problem, best = two_seconds.problem, two_seconds.solution
    again = Watched(problem, looks=LOOKS, initial=best)
    assert solution_objective(problem, again.solution) <= solution_objective(problem, best)
    assert all(found < solution_objective(problem, best) for found in again.ranks)


@pytest.mark.usefixtures("without_sisr")
def test_the_result_is_never_worse_than_an_initial_answer_with_breaks(with_breaks: Watched) -> None:
    problem, best = with_breaks.problem, with_breaks.solution
    again = Watched(problem, looks=LOOKS, initial=best)
    assert solution_objective(problem, again.solution) <= solution_objective(problem, best)


@pytest.mark.usefixtures("without_sisr")
def test_the_search_continues_from_an_initial_answer_with_breaks() -> None:
    """The initial answer is better than anything VROOM finds here on its own."""
    problem = breaking(80, exploration_level=0)
    initial = vroom_solution(model_of(problem), level=2)
    assert solution_objective(problem, initial) < solution_objective(
        problem, vroom_solution(model_of(problem), level=0)
    )
    assert faults(model_of(problem), better_than(initial, problem, initial=initial)) == []


@pytest.mark.parametrize("spoil", ["cost", "other problem"])
def test_an_initial_answer_that_does_not_verify_is_ignored(
    spoil: str, caplog: pytest.LogCaptureFixture
) -> None:
    problem = random_problem(1, {"capacity"}, jobs=4)
    if spoil == "cost":
        initial = Watched(problem).solution.model_copy(deep=True)
        initial.summary.cost = initial.routes[0].cost = 1
    else:
        initial = Watched(random_problem(2, {"capacity"}, jobs=6)).solution
    solution = Watched(problem, initial=initial).solution
    assert faults(model_of(problem), solution) == []
    assert "failed verification" in caplog.text


def test_routes_given_as_steps_are_the_first_answer() -> None:
    body = random_body(8, {"capacity", "great circle"}, jobs=30, vehicles=9)
    best = Watched(problem_of(body), enough=1).solution
    for vehicle in body["vehicles"]:
        route = next((r for r in best.routes if r.vehicle == vehicle["id"]), None)
        steps = [] if route is None else route.steps[1:-1]
        vehicle["steps"] = [{"type": step.type, "id": step.id} for step in steps]
    watched = Watched(problem_of(body), enough=1)
    assert task_ids(watched.reported[0][1]) == task_ids(best)


@pytest.mark.usefixtures("without_sisr")
def test_the_error_says_that_no_answer_was_valid(caplog: pytest.LogCaptureFixture) -> None:
    """The cost of a route exceeds what VROOM can state."""
    body = random_body(1, {"breaks"}, jobs=3)
    for vehicle in body["vehicles"]:
        vehicle["costs"] = {"fixed": 2**32 - 1}
    with pytest.raises(NoAnswerError, match=r"A solution from VROOM failed verification: .* costs"):
        Watched(problem_of(body), should_stop=lambda: "failed verification" in caplog.text)


def failing(*_: Any, **__: Any) -> Any:
    raise RuntimeError("out of order")


@pytest.mark.usefixtures("without_sisr")
def test_vroom_continues_if_pyvrp_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyvrp_engine, "Annealing", failing)
    watched = Watched(middling())
    assert watched.solution.meta.engine == "vroom"
    assert watched.took < MARGIN  # it does not wait for an engine that has failed


@pytest.mark.usefixtures("without_sisr")
def test_vroom_continues_if_pyvrp_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyvrp_engine, "Encoding", failing)
    assert Watched(middling()).solution.meta.engine == "vroom"


@pytest.mark.usefixtures("without_sisr")
def test_pyvrp_continues_if_vroom_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vroom_process, "_spawn", failing)
    assert Watched(middling(), enough=1).solution.meta.engine == "pyvrp"


@pytest.mark.usefixtures("without_sisr")
def test_pyvrp_continues_if_vrooms_child_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    spawn = vroom_process._spawn

    def doomed() -> Any:
        process = spawn()
        process.kill()
        return process

    monkeypatch.setattr(vroom_process, "_spawn", doomed)
    assert Watched(middling(), enough=1).solution.meta.engine == "pyvrp"


@pytest.mark.usefixtures("without_sisr")
def test_the_error_says_why_if_both_engines_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vroom_process, "_spawn", failing)
    monkeypatch.setattr(pyvrp_engine, "Annealing", failing)
    with pytest.raises(NoAnswerError, match="out of order") as error:
        Watched(middling())
    assert error.value.code == "solver_failed"
    _, *reasons = error.value.detail.split(". ")
    assert sorted(it.removesuffix(".") for it in reasons) == [
        "PyVRP failed: out of order",
        "VROOM failed: out of order",
    ]


@pytest.mark.usefixtures("without_sisr")
def test_the_error_names_the_vehicle_for_which_vroom_refused_the_problem() -> None:
    body = random_body(1, {"great circle"}, jobs=3, vehicles=1)
    body["vehicles"][0].update(time_window=[0, 9], breaks=[{"id": 1, "time_windows": [[20, 30]]}])
    with pytest.raises(NoAnswerError, match="breaks for vehicle 10"):
        Watched(problem_of(body))


@pytest.mark.usefixtures("with_sisr")
def test_a_stop_before_the_first_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an engine finds until it has ended counts, so the only one here finds nothing."""

    def search_in_vain(_: Any, assignment: Assignment, *__: Any) -> None:
        until(assignment.is_over, pause=0.01)

    monkeypatch.setattr(SisrSession, "propose", search_in_vain)
    body = random_body(3, {"capacity", "great circle"}, jobs=6, vehicles=2)
    body["vehicles"][0]["driver_rules"] = {"preset": "eu-561"}
    with pytest.raises(NoAnswerError, match="before it found a first solution"):
        Watched(problem_of(body), should_stop=lambda: True)


@pytest.mark.usefixtures("without_sisr")
def test_an_invalid_answer_is_logged_and_discarded(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """VROOM answers first here, because with shipments all other searches wait for it."""
    faults_of = Verifier.faults

    def strict(self: Any, solution: Solution) -> list[str]:
        return ["refused"] if solution.meta.engine == "vroom" else faults_of(self, solution)

    monkeypatch.setattr(Verifier, "faults", strict)
    body = random_body(3, {"capacity", "shipments", "great circle"}, jobs=40, vehicles=12)
    with caplog.at_level(logging.ERROR):
        watched = Watched(problem_of(body), enough=1)
    assert {solution.meta.engine for _, solution in watched.reported} == {"pyvrp"}
    assert "refused" in caplog.text


@pytest.mark.usefixtures("without_sisr")
def test_pyvrp_continues_if_vrooms_answer_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreadable(*_: Any) -> Any:
        raise KeyError("routes")

    monkeypatch.setattr(vroom_engine, "routes_of", unreadable)
    assert Watched(middling(), enough=1).solution.meta.engine == "pyvrp"


def test_engine_errors_belong_to_one_hierarchy() -> None:
    assert issubclass(EngineError, NoAnswerError.__mro__[1])


def test_an_unknown_road_network_is_an_error_before_any_search() -> None:
    body = {**random_body(1, {"great circle"}, jobs=3), "network": "monaco"}
    with pytest.raises(Exception, match="no road network") as error:
        Watched(problem_of(body))
    assert getattr(error.value, "code", None) == "network_not_found"


def test_at_most_as_many_threads_search_as_there_are_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    search = improver.Improver._search

    def counted(self: Any, number: int, sessions: Any) -> None:
        started.append(threading.current_thread().name)
        search(self, number, sessions)

    monkeypatch.setattr(improver.Improver, "_search", counted)
    looked_enough = after(LOOKS)
    with suppress(NoAnswerError):  # there may be no answer yet
        Watched(middling(), should_stop=lambda: bool(started) and looked_enough())
    assert 1 <= len(started) <= len(os.sched_getaffinity(0))


@pytest.mark.usefixtures("without_sisr")
@pytest.mark.parametrize("wanted", [1, 2])
def test_at_most_as_many_children_run_as_the_problem_allows(wanted: int) -> None:
    before, seen = children(), Counter[int]()
    allowed = min(wanted, len(os.sched_getaffinity(0)))

    def look() -> bool:
        seen[len(children() - before)] += 1
        return seen[allowed] >= LOOKS

    with suppress(NoAnswerError):  # there may be no answer yet
        Watched(breaking(60, threads=wanted, exploration_level=0), should_stop=look)
    assert max(seen) == allowed


@pytest.mark.usefixtures("without_sisr")
def test_on_one_core_only_one_engine_works_at_a_time() -> None:
    before = children()
    at_work = Counter[tuple[bool, bool]]()

    def look() -> bool:
        searches = any(thread.name.startswith("pyvrp") for thread in threading.enumerate())
        at_work[searches, bool(children() - before)] += 1
        return at_work[True, False] >= LOOKS

    problem = random_problem(3, {"capacity", "windows", "great circle"}, jobs=35, vehicles=8)
    alone = problem.model_copy(update={"options": problem.options.model_copy(update={"threads": 1})})
    with suppress(NoAnswerError):  # there may be no answer yet
        Watched(alone, should_stop=look)
    assert at_work[True, True] == 0


@pytest.mark.usefixtures("with_sisr")
@pytest.mark.parametrize("features", [{"capacity"}, {"breaks", "capacity"}, {"shipments", "setups"}])
def test_where_sisr_is_there_it_answers_and_ends_a_handful_of_stops_alone(features: set[str]) -> None:
    before, seen = children(), set[int]()

    def look() -> bool:
        seen.update(children() - before)
        return False

    watched = Watched(random_problem(2, features, jobs=8, vehicles=3), should_stop=look)
    assert watched.solution.meta.engine == "sisr"
    assert watched.took < MARGIN
    assert seen == set()


@pytest.mark.usefixtures("with_sisr")
def test_the_others_go_on_if_sisr_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sisr_engine, "Encoding", failing)
    assert Watched(middling(), enough=1).solution.meta.engine == "pyvrp"


@pytest.mark.usefixtures("with_sisr")
def test_sisr_goes_on_if_the_others_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyvrp_engine, "Annealing", failing)
    monkeypatch.setattr(vroom_process, "_spawn", failing)
    monkeypatch.setattr(trial_budget, "SHARE", 1.0)
    watched = Watched(middling(), seconds=8)
    assert watched.solution.meta.engine == "sisr"
    assert faults(model_of(watched.problem), watched.solution) == []


@pytest.mark.usefixtures("with_sisr")
def test_the_error_says_why_if_sisr_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sisr_engine, "Encoding", failing)
    with pytest.raises(NoAnswerError, match="SISR failed: out of order"):
        Watched(random_problem(1, {"capacity"}, jobs=4))
