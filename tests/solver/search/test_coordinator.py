"""Who works when, and what becomes of what they find. The engines are told what to say; so is the clock."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from milkrun.schema.engines import EngineName
from milkrun.schema.solution import Solution
from milkrun_solver.answer.solution import planned
from milkrun_solver.errors import EngineError
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.search import coordinator as coordinator_module
from milkrun_solver.search.coordinator import Coordinator
from milkrun_solver.search.events import Ended, Post, Proposed
from milkrun_solver.search.incumbent import Incumbent
from tests.solver.search.plans import GOOD, LATE, MODEL, SHORT, WORSE, Clock, solved

Act = Callable[[], object]


class Proposing:
    def __init__(self) -> None:
        self.stopped_at: list[float] = []
        self.joined = False

    def stop(self) -> None:
        self.stopped_at.append(CLOCK.now)

    def join(self, _timeout: float) -> None:
        self.joined = True


class Improving:
    """Finds the same routes again and again until it is told otherwise."""

    engine: EngineName = "pyvrp"

    def __init__(self) -> None:
        self.threads = 0
        self.starts_from_nothing = True
        self.finds: list[TimedRoute] | None = None
        self.offered: list[Plan] = []
        self.restarts: list[Plan | None] = []
        self.stopped = self.joined = False

    def start(self, threads: int) -> None:
        self.threads += threads

    def offer(self, routes: list[TimedRoute]) -> None:
        self.offered.append(planned(routes))

    def take(self) -> list[TimedRoute] | None:
        return self.finds

    def restart(self, routes: list[TimedRoute] | None) -> None:
        self.restarts.append(None if routes is None else planned(routes))
        self.finds = None

    def stop(self) -> None:
        self.stopped = True

    def join(self, _timeout: float) -> None:
        self.joined = True


class Choice:
    """VROOM proposes until 120, or 140 as long as it leads; PyVRP improves."""

    able = ["vroom", "pyvrp"]
    improving: EngineName = "pyvrp"

    def __init__(self) -> None:
        self.proposing: EngineName | None = "vroom"
        self.cores = 3
        self.proposer_first = False
        self.proposer_engine: Proposing | None = Proposing()
        self.improver_engine: Improving | None = Improving()
        self.error: Exception | None = None
        self.asked: tuple[int, bool] | None = None
        self.known: Plan | None = None
        self.post: Post = lambda _: None

    def proposer(self, threads: int, hurries: bool) -> Proposing | None:
        self.asked = threads, hurries
        return self.proposer_engine

    def proposer_until(self, leads: bool) -> float:
        return 140.0 if leads else 120.0

    def improver(self, known: list[TimedRoute]) -> Improving | None:
        self.known = planned(known)
        if self.error is not None:
            raise self.error
        return self.improver_engine


CLOCK = Clock()


class Run:
    """A search from 100 to 200 on the clock, in which one thing after another happens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, model: Model = MODEL) -> None:
        CLOCK.now = 100.0
        self.choice = Choice()
        self.reported: list[Solution] = []
        self.incumbent = Incumbent(model, 1, 100.0, self.reported.append, CLOCK)
        self.acts: list[Act] = []
        monkeypatch.setattr(coordinator_module, "EngineChoice", self._choose)
        monkeypatch.setattr(coordinator_module, "_POLL_SECONDS", 0)
        self.coordinator = Coordinator(model, self.incumbent, 200.0, self._next, 1, CLOCK)

    def _choose(self, _model: Model, post: Post, *_: Any) -> Choice:
        self.choice.post = post
        return self.choice

    def _next(self) -> bool:
        if not self.acts:
            return True
        self.acts.pop(0)()
        return False

    def until_end(self, *acts: Act) -> None:
        """Runs until all of this has happened, one thing at each look."""
        self.acts = list(acts)
        self.coordinator.until_end()

    def proposes(self, plan: Plan) -> Act:
        return lambda: self.choice.post(Proposed("vroom", plan))

    def ends(self, engine: EngineName, error: Exception | None = None, proposed: bool = False) -> Act:
        return lambda: self.choice.post(Ended(engine, error, proposed))

    @property
    def improver(self) -> Improving:
        assert self.choice.improver_engine is not None
        return self.choice.improver_engine

    @property
    def proposer(self) -> Proposing:
        assert self.choice.proposer_engine is not None
        return self.choice.proposer_engine

    @property
    def costs(self) -> list[int]:
        return [answer.summary.cost for answer in self.reported]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(monkeypatch)


def at(seconds: float) -> Act:
    """The clock goes on to this time."""

    def act() -> None:
        CLOCK.now = seconds

    return act


def nothing() -> None:
    """Nothing happens between two looks."""


def test_a_better_proposal_is_reported_and_improved(run: Run) -> None:
    run.until_end(run.proposes(WORSE), run.proposes(SHORT), run.proposes(GOOD))
    assert run.costs == [1_000, 800]
    assert run.improver.offered == [WORSE, GOOD]


def test_a_proposal_that_misses_a_window_is_left(run: Run) -> None:
    run.until_end(run.proposes(LATE))
    assert (run.costs, run.improver.offered) == ([], [])


def test_what_the_improver_finds_is_reported_if_it_is_better(run: Run) -> None:
    run.improver.finds = solved(WORSE).routes
    run.until_end(nothing)
    assert run.costs == [1_000]
    assert run.reported[0].meta.engine == "pyvrp"
    assert run.improver.restarts == []


def test_an_improver_whose_routes_do_not_verify_goes_back_to_the_best_that_do(run: Run) -> None:
    def finds_too_cheap() -> None:
        run.improver.finds = [replace(route, cost=0) for route in solved(GOOD).routes]

    run.until_end(run.proposes(WORSE), finds_too_cheap, at(101.0))
    assert run.costs == [1_000]
    assert run.improver.restarts == [WORSE]


def test_without_a_better_answer_the_improver_goes_on_where_it_is(run: Run) -> None:
    def finds_the_same() -> None:
        run.improver.finds = solved(WORSE).routes

    run.until_end(run.proposes(WORSE), finds_the_same, at(101.0))
    assert run.improver.restarts == []


def test_both_begin_at_once_where_there_is_a_core_for_each(run: Run) -> None:
    run.until_end(nothing)
    assert run.choice.asked == (1, False)
    assert run.improver.threads == 2


def test_on_one_core_a_hurried_proposal_comes_first(run: Run) -> None:
    run.choice.cores = 1
    run.until_end(nothing)
    assert run.choice.asked == (1, True)
    assert run.improver.threads == 0


def test_on_one_core_a_proposer_that_suits_the_problem_best_does_not_hurry(run: Run) -> None:
    run.choice.cores, run.choice.proposer_first = 1, True
    run.until_end(nothing)
    assert run.choice.asked == (1, False)


def test_a_proposer_that_suits_the_problem_best_has_all_cores_until_it_ends(run: Run) -> None:
    run.choice.proposer_first = True
    seen: list[int] = []
    ended = run.ends("vroom", proposed=True)
    run.until_end(run.proposes(WORSE), lambda: seen.append(run.improver.threads), ended)
    assert run.choice.asked == (3, False)
    assert seen == [0]
    assert run.improver.threads == 3


def test_with_an_earlier_answer_nobody_waits_for_the_proposer(run: Run) -> None:
    run.incumbent.consider("vroom", solved(WORSE).routes)
    run.choice.proposer_first = True
    run.until_end(nothing)
    assert (run.choice.known, run.improver.offered) == (WORSE, [WORSE])
    assert run.improver.threads == 2


def test_the_core_of_a_proposer_that_has_ended_improves(run: Run) -> None:
    run.until_end(run.proposes(WORSE), run.ends("vroom", proposed=True))
    assert run.improver.threads == 3


def test_without_a_proposal_an_improver_that_needs_one_is_stopped(run: Run) -> None:
    run.improver.starts_from_nothing = False
    run.until_end(run.ends("vroom", proposed=True))
    assert run.improver.stopped
    assert run.improver.threads == 2


@pytest.mark.parametrize(("leads", "until"), [(True, 140.0), (False, 120.0)])
def test_a_proposer_is_ended_at_its_time_later_as_long_as_it_leads(
    run: Run, leads: bool, until: float
) -> None:
    def pyvrp_leads() -> None:
        if not leads:
            run.improver.finds = solved(GOOD).routes

    run.until_end(run.proposes(WORSE), pyvrp_leads, at(101.0), at(until - 1), at(until))
    assert run.proposer.stopped_at == [until]


def test_a_proposer_goes_on_until_there_is_an_answer(run: Run) -> None:
    run.until_end(at(150.0), nothing)
    assert run.proposer.stopped_at == []


def test_a_search_ends_once_no_engine_is_at_work(run: Run) -> None:
    ends = [run.ends("vroom", proposed=True), *[run.ends("pyvrp")] * 3]
    run.until_end(run.proposes(WORSE), *ends, lambda: pytest.fail("it goes on"))
    assert len(run.acts) == 1


def test_a_search_goes_on_without_an_engine_that_fails(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    run.until_end(run.ends("vroom", EngineError("out of order"), proposed=True), run.proposes(GOOD))
    assert run.costs == [800]
    assert "vroom failed" in caplog.text


def test_a_search_goes_on_without_an_improver_that_cannot_begin(run: Run) -> None:
    run.choice.error = EngineError("too large")
    run.until_end(run.proposes(GOOD))
    assert run.costs == [800]
    assert run.coordinator.why_nothing() == "No engine found a solution. too large."


def test_the_deadline_leaves_a_moment_for_the_last_look(run: Run) -> None:
    """A tenth of a millisecond for each of the four tasks."""
    run.until_end(at(199.9995), at(199.9997), lambda: pytest.fail("it goes on"))
    assert len(run.acts) == 1


def stalling(monkeypatch: pytest.MonkeyPatch) -> Run:
    """A search that ends five seconds after its last better answer."""
    problem = MODEL.problem
    options = problem.options.model_copy(update={"stall_limit": 5.0})
    return Run(monkeypatch, replace(MODEL, problem=problem.model_copy(update={"options": options})))


def test_a_search_that_has_stalled_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    run = stalling(monkeypatch)
    run.until_end(at(103.0), run.proposes(WORSE), at(107.9), at(108.0), lambda: pytest.fail("it goes on"))
    assert len(run.acts) == 1


def test_a_search_without_an_answer_does_not_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    run = stalling(monkeypatch)
    run.until_end(at(190.0), nothing)
    assert run.acts == []


def test_where_no_vehicle_can_serve_anything_the_answer_serves_nothing(run: Run) -> None:
    run.choice.proposing, run.choice.proposer_engine, run.choice.improver_engine = None, None, None
    run.until_end()
    assert [len(answer.unassigned) for answer in run.reported] == [4]


def test_at_the_end_all_engines_are_stopped_and_what_they_found_last_counts(run: Run) -> None:
    run.until_end(run.proposes(SHORT))
    run.choice.post(Proposed("vroom", WORSE))
    run.improver.finds = solved(GOOD).routes
    run.coordinator.close()
    assert (run.improver.stopped, run.improver.joined) == (True, True)
    assert (run.proposer.stopped_at, run.proposer.joined) == ([100.0], True)
    assert run.costs == [200, 1_000, 800]


def test_at_the_end_no_more_threads_are_started(run: Run) -> None:
    run.until_end(run.proposes(WORSE))
    run.choice.post(Ended("vroom", proposed=True))
    run.coordinator.close()
    assert run.improver.threads == 2


def test_a_search_without_an_answer_says_why(run: Run) -> None:
    assert run.coordinator.why_nothing() == "The search ended before it found a first solution."
    run.improver.finds = [replace(route, cost=0) for route in solved(GOOD).routes]
    run.until_end(run.ends("vroom", EngineError("out of order"), proposed=True))
    assert run.coordinator.why_nothing() == (
        "No engine found a solution. out of order. "
        "A solution from PyVRP failed verification: vehicle 0: the route costs 800 to 800, not 0."
    )
