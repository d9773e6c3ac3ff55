"""The whole: what `solve` promises about time, order, ends and failures."""

import logging
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver import engines, pyvrp_engine, vroom_process
from milkrun_solver import ledger as ledger_module
from milkrun_solver import solve as solve_module
from milkrun_solver.answer import solution_of
from milkrun_solver.errors import EngineError, NoAnswerError
from milkrun_solver.ranking import rank
from milkrun_solver.schedule import TimedRoute
from milkrun_solver.solve import solve
from milkrun_solver.vroom_encoding import routes_of
from tests.solver.helpers import META, Watched, faults, model_of, task_ids, vroom_solution
from tests.solver.leftovers import children, nothing_left_behind
from tests.solver.problems import problem_of, random_body, random_problem
from tests.solver.vroom import vroom_output


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """No test leaves a thread or a child process."""
    with nothing_left_behind():
        yield


def middling(**options: Any) -> Problem:
    body = random_body(3, {"capacity", "windows", "great circle"}, jobs=60, vehicles=12)
    return problem_of({**body, "options": options})


def breaking(jobs: int = 30, **options: Any) -> Problem:
    """A problem that is VROOM's alone."""
    body = random_body(3, {"capacity", "breaks", "great circle"}, jobs=jobs, vehicles=jobs // 5)
    return problem_of({**body, "options": options})


def large() -> Problem:
    return random_problem(4, {"capacity", "windows", "great circle"}, jobs=1_000, vehicles=150)


def test_a_handful_of_stops_ends_by_itself() -> None:
    watched = Watched(random_problem(1, {"capacity"}, jobs=3, vehicles=2), seconds=60)
    assert watched.took < 5


def test_a_larger_problem_uses_its_time() -> None:
    watched = Watched(middling(), seconds=2)
    assert 1.7 <= watched.took < 2.5


def test_a_thousand_timed_jobs_have_an_answer_early_and_keep_the_deadline() -> None:
    watched = Watched(large(), seconds=6)
    assert watched.took < 6.5
    assert watched.reported
    assert watched.reported[0][0] < 5


def test_stop_ends_a_large_search_at_once() -> None:
    started = time.monotonic()
    reported: list[Solution] = []
    stopped: list[float] = []

    def should_stop() -> bool:
        if reported and not stopped and time.monotonic() - started > 3:
            stopped.append(time.monotonic())
        return bool(stopped)

    solve(large(), deadline=started + 60, on_best=reported.append, should_stop=should_stop, seed=1)
    assert time.monotonic() - stopped[0] < 0.5


def test_answers_only_get_better_and_the_last_is_returned() -> None:
    watched = Watched(middling(), seconds=2)
    assert len(watched.ranks) > 1
    assert watched.ranks == sorted(set(watched.ranks), reverse=True)
    assert rank(watched.problem, watched.solution) == watched.ranks[-1]


def test_every_reported_answer_verifies() -> None:
    watched = Watched(middling(), seconds=2)
    model = model_of(watched.problem)
    assert all(faults(model, solution) == [] for _, solution in watched.reported)


def test_the_result_is_no_worse_than_vrooms() -> None:
    problem = random_problem(11, {"capacity", "windows", "shipments", "skills"}, jobs=12)
    theirs = rank(problem, vroom_solution(model_of(problem), level=5))
    assert rank(problem, Watched(problem, seconds=20).solution) <= theirs


def test_on_best_is_called_in_the_calling_thread() -> None:
    names: set[str] = set()
    solve(
        random_problem(1, {"capacity"}, jobs=4),
        deadline=time.monotonic() + 20,
        on_best=lambda _: names.add(threading.current_thread().name),
        should_stop=lambda: False,
        seed=1,
    )
    assert names == {threading.current_thread().name}


def test_an_exception_of_on_best_comes_out_and_leaves_nothing_behind() -> None:
    def on_best(_: Solution) -> None:
        raise RuntimeError("the store is away")

    with pytest.raises(RuntimeError, match="the store is away"):
        solve(middling(), deadline=time.monotonic() + 20, on_best=on_best, should_stop=lambda: False, seed=1)


def test_stall_limit_ends_a_search_that_finds_nothing_better() -> None:
    body = random_body(2, {"capacity", "great circle"}, jobs=40, vehicles=9)
    watched = Watched(problem_of({**body, "options": {"stall_limit": 1.0}}), seconds=60)
    assert watched.took < 40
    assert watched.took - watched.reported[-1][0] == pytest.approx(1.0, abs=0.5)


def test_meta_tells_how_the_answer_came_about() -> None:
    watched = Watched(middling(), seconds=2)
    meta = watched.solution.meta
    costs = [solution.summary.cost for _, solution in watched.reported]
    assert meta.matrix == "great-circle"
    assert meta.seed == 1
    assert meta.seconds == pytest.approx(watched.took, abs=0.3)
    assert (meta.first_cost, meta.best_cost) == (costs[0], costs[-1])
    assert [point.cost for point in meta.trace] == costs
    assert meta.engine == watched.reported[-1][1].meta.engine


def test_breaks_are_vrooms_alone() -> None:
    watched = Watched(breaking(), seconds=2)
    assert watched.solution.meta.engine == "vroom"
    assert any(step.type == "break" for route in watched.solution.routes for step in route.steps)


@pytest.mark.parametrize("jobs", [80, 240])
def test_problems_of_vroom_alone_get_better_after_its_own_answer(jobs: int) -> None:
    problem = breaking(jobs, exploration_level=0)
    model = model_of(problem)
    theirs = solution_of(model, routes_of(model, vroom_output(model, None if jobs > 200 else 0)), META)
    assert faults(model, better_than(theirs, problem)) == []


def better_than(other: Solution, problem: Problem, **arguments: Any) -> Solution:
    """The first answer that is better than another one."""
    reported: list[Solution] = []
    solution = solve(
        problem,
        deadline=time.monotonic() + 30,
        on_best=reported.append,
        should_stop=lambda: bool(reported) and rank(problem, reported[-1]) < rank(problem, other),
        seed=1,
        **arguments,
    )
    assert rank(problem, solution) < rank(problem, other)
    return solution


@pytest.mark.parametrize("features", [{"great circle"}, {"great circle", "breaks"}])
def test_an_answer_that_serves_nothing_is_an_answer_and_ends_the_search(features: set[str]) -> None:
    body = random_body(1, features, jobs=3)
    for job in body["jobs"]:
        job["skills"] = [9]
    watched = Watched(problem_of(body), seconds=60)
    assert watched.solution.routes == []
    assert len(watched.solution.unassigned) == 3
    assert watched.took < 20


def test_parts_are_searched_as_well_where_some_tasks_can_not_be_served(
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = random_body(3, {"capacity", "great circle"}, jobs=160, vehicles=40)
    body["jobs"][0]["skills"] = [9]
    watched = Watched(problem_of(body), seconds=2)
    assert watched.solution.unassigned[0].id == body["jobs"][0]["id"]
    assert "not what they seemed" not in caplog.text


def test_the_result_is_never_worse_than_the_initial_answer() -> None:
    problem = middling()
    best = Watched(problem, seconds=3).solution
    again = Watched(problem, seconds=0.4, initial=best)
    assert rank(problem, again.solution) <= rank(problem, best)
    assert all(found < rank(problem, best) for found in again.ranks)


def test_an_initial_answer_with_breaks_is_kept_too() -> None:
    problem = breaking()
    best = Watched(problem, seconds=2).solution
    again = Watched(problem, seconds=0.4, initial=best)
    assert rank(problem, again.solution) <= rank(problem, best)


def test_an_initial_answer_with_breaks_is_gone_on_from() -> None:
    """It is better than what VROOM may find here by itself, and becomes better still."""
    problem = breaking(80, exploration_level=0)
    initial = vroom_solution(model_of(problem), level=2)
    assert rank(problem, initial) < rank(problem, vroom_solution(model_of(problem), level=0))
    assert faults(model_of(problem), better_than(initial, problem, initial=initial)) == []


@pytest.mark.parametrize("spoil", ["cost", "other problem"])
def test_an_initial_answer_that_does_not_verify_is_ignored(
    spoil: str, caplog: pytest.LogCaptureFixture
) -> None:
    problem = random_problem(1, {"capacity"}, jobs=4)
    if spoil == "cost":
        initial = Watched(problem, seconds=20).solution.model_copy(deep=True)
        initial.summary.cost = initial.routes[0].cost = 1
    else:
        initial = Watched(random_problem(2, {"capacity"}, jobs=6), seconds=20).solution
    solution = Watched(problem, seconds=20, initial=initial).solution
    assert faults(model_of(problem), solution) == []
    assert "does not verify" in caplog.text


def test_routes_given_as_steps_are_the_first_answer() -> None:
    body = random_body(8, {"capacity", "great circle"}, jobs=30, vehicles=9)
    best = Watched(problem_of(body), seconds=2).solution
    for vehicle in body["vehicles"]:
        route = next((r for r in best.routes if r.vehicle == vehicle["id"]), None)
        steps = [] if route is None else route.steps[1:-1]
        vehicle["steps"] = [{"type": step.type, "id": step.id} for step in steps]
    watched = Watched(problem_of(body), seconds=1)
    assert task_ids(watched.reported[0][1]) == task_ids(best)


class Finding:
    """An improver that has found the same routes once, and is told where to go on from."""

    engine = "pyvrp"

    def __init__(self, routes: list[TimedRoute]) -> None:
        self.routes = routes
        self.restarts: list[Any] = []

    def take(self) -> list[TimedRoute]:
        return self.routes

    def restart(self, routes: Any) -> None:
        self.restarts.append(routes)


def test_routes_that_break_rules_are_gone_back_from_those_that_are_no_better_are_not() -> None:
    model = model_of(random_problem(1, {"capacity"}, jobs=4))
    good = routes_of(model, vroom_output(model))
    ledger = ledger_module.Ledger(model, 1, time.monotonic(), lambda _: None)
    ledger.consider("vroom", good)
    run = solve_module._Run(model, ledger, time.monotonic() + 9, lambda: False, 1)
    cheap = [replace(route, cost=0) for route in good]
    for routes, restarts in ((good, []), (cheap, [good])):
        finding = Finding(routes)
        run._improver = finding  # type: ignore[assignment]
        run._look_at_improver()
        assert finding.restarts == restarts


def test_a_search_whose_answers_do_not_verify_says_so() -> None:
    """The cost of a route is more than VROOM can state."""
    body = random_body(1, {"breaks"}, jobs=3)
    for vehicle in body["vehicles"]:
        vehicle["costs"] = {"fixed": 2**32 - 1}
    with pytest.raises(NoAnswerError, match=r"an answer of vroom does not verify: .* costs"):
        Watched(problem_of(body), seconds=3)


def failing(*_: Any, **__: Any) -> Any:
    raise RuntimeError("out of order")


def test_the_other_engine_goes_on_when_pyvrp_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyvrp_engine, "Search", failing)
    watched = Watched(middling(), seconds=20)
    assert watched.solution.meta.engine == "vroom"
    assert watched.took < 19  # it does not wait for an engine that is gone


def test_the_other_engine_goes_on_when_pyvrp_cannot_even_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "Encoding", failing)
    assert Watched(middling(), seconds=20).solution.meta.engine == "vroom"


def test_the_other_engine_goes_on_when_vroom_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vroom_process, "_spawn", failing)
    assert Watched(middling(), seconds=1).solution.meta.engine == "pyvrp"


def test_the_search_goes_on_when_the_child_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    spawn = vroom_process._spawn

    def doomed() -> Any:
        process = spawn()
        process.kill()
        return process

    monkeypatch.setattr(vroom_process, "_spawn", doomed)
    assert Watched(middling(), seconds=1).solution.meta.engine == "pyvrp"


def test_when_both_engines_fail_the_error_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vroom_process, "_spawn", failing)
    monkeypatch.setattr(pyvrp_engine, "Search", failing)
    with pytest.raises(NoAnswerError, match="out of order") as error:
        Watched(middling(), seconds=20)
    assert error.value.code == "solver_failed"


def test_a_refused_problem_says_which_vehicle_it_is() -> None:
    body = random_body(1, {"great circle"}, jobs=3, vehicles=1)
    body["vehicles"][0].update(time_window=[0, 9], breaks=[{"id": 1, "time_windows": [[20, 30]]}])
    with pytest.raises(NoAnswerError, match="breaks for vehicle 10"):
        Watched(problem_of(body), seconds=20)


def test_a_stop_before_the_first_answer_is_an_error() -> None:
    with pytest.raises(NoAnswerError, match="before there was a first answer"):
        Watched(large(), seconds=20, should_stop=lambda: True)


def test_an_answer_that_does_not_verify_is_logged_and_dropped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    faults_of = ledger_module.Verifier.faults

    def strict(self: Any, solution: Solution) -> list[str]:
        return ["refused"] if solution.meta.engine == "vroom" else faults_of(self, solution)

    monkeypatch.setattr(ledger_module.Verifier, "faults", strict)
    with caplog.at_level(logging.ERROR):
        watched = Watched(middling(), seconds=1.5)
    assert {solution.meta.engine for _, solution in watched.reported} == {"pyvrp"}


def test_an_answer_of_vroom_that_cannot_be_read_costs_no_more_than_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreadable(*_: Any) -> Any:
        raise KeyError("routes")

    monkeypatch.setattr(solve_module, "routes_of", unreadable)
    assert Watched(middling(), seconds=1).solution.meta.engine == "pyvrp"


def test_engine_errors_belong_to_one_tree() -> None:
    assert issubclass(EngineError, NoAnswerError.__base__)


def test_a_road_network_is_not_found_before_anything_starts() -> None:
    body = {**random_body(1, {"great circle"}, jobs=3), "network": "monaco"}
    with pytest.raises(Exception, match="no road network") as error:
        Watched(problem_of(body), seconds=20)
    assert getattr(error.value, "code", None) == "network_not_found"


def test_no_more_threads_than_cores_search(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    search = pyvrp_engine.PyvrpEngine._search

    def counted(self: Any, number: int, process: Any) -> None:
        started.append(threading.current_thread().name)
        search(self, number, process)

    monkeypatch.setattr(pyvrp_engine.PyvrpEngine, "_search", counted)
    Watched(middling(), seconds=3)
    assert 1 <= len(started) <= len(os.sched_getaffinity(0))


@pytest.mark.parametrize("wanted", [1, 2])
def test_no_more_children_at_once_than_the_problem_asks_for(wanted: int) -> None:
    before, most = children(), 0

    def look() -> bool:
        nonlocal most
        most = max(most, len(children() - before))
        return False

    Watched(breaking(60, threads=wanted, exploration_level=0), seconds=1.5, should_stop=look)
    assert most == min(wanted, len(os.sched_getaffinity(0)))


def test_on_one_core_one_engine_works_at_a_time() -> None:
    before = children()
    at_work: set[tuple[bool, bool]] = set()

    def look() -> bool:
        searches = any(thread.name.startswith("pyvrp") for thread in threading.enumerate())
        at_work.add((searches, bool(children() - before)))
        return False

    problem = random_problem(3, {"capacity", "windows", "great circle"}, jobs=35, vehicles=8)
    alone = problem.model_copy(update={"options": problem.options.model_copy(update={"threads": 1})})
    Watched(alone, seconds=2, should_stop=look)
    assert (True, False) in at_work
    assert (True, True) not in at_work
