"""The best verified answer of a search, and what is said of how it was found."""

from dataclasses import replace

import pytest

from milkrun.schema.solution import Solution
from milkrun_solver.answer.solution import planned, timed_routes
from milkrun_solver.model.visits import Plan
from milkrun_solver.routes.objective import Objective
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.search import incumbent as incumbent_module
from milkrun_solver.search.incumbent import Incumbent, Verdict
from milkrun_solver.verification.verifier import Verifier
from tests.solver.helpers import model_of, scheduled, vroom_solution
from tests.solver.problems import problem_of, random_problem
from tests.solver.search.plans import GOOD, MODEL, SHORT, WORSE, WORST, Clock, solved


class Watched:
    """An incumbent of a search that began at 100, and what it reports."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.reported: list[Solution] = []
        self.incumbent = Incumbent(MODEL, 7, 100.0, self.reported.append, self.clock)

    def consider(self, plan: Plan, at: float = 100.0) -> Verdict:
        self.clock.now = at
        return self.incumbent.consider("pyvrp", solved(plan).routes)

    @property
    def plan(self) -> Plan | None:
        return None if self.incumbent.routes is None else planned(self.incumbent.routes)


@pytest.fixture
def watched() -> Watched:
    return Watched()


def cheap() -> list[TimedRoute]:
    """Routes that say they cost less than they do."""
    return [replace(route, cost=1) for route in solved(GOOD).routes]


def test_the_first_answer_is_kept_and_reported(watched: Watched) -> None:
    assert watched.consider(SHORT) is Verdict.BETTER
    assert watched.plan == SHORT
    assert watched.incumbent.objective == Objective(0, 3, 200)
    assert watched.reported == [watched.incumbent.solution]


def test_a_better_answer_takes_its_place(watched: Watched) -> None:
    for plan in (SHORT, WORSE, GOOD):
        assert watched.consider(plan) is Verdict.BETTER
        assert watched.plan == plan
    assert [answer.summary.cost for answer in watched.reported] == [200, 1_000, 800]


@pytest.mark.parametrize("plan", [WORSE, WORST, SHORT])
def test_an_answer_that_is_no_better_changes_nothing(watched: Watched, plan: Plan) -> None:
    watched.consider(WORSE, at=101.0)
    assert watched.consider(plan, at=105.0) is Verdict.NO_BETTER
    assert watched.plan == WORSE
    assert watched.incumbent.improved_at == 101.0
    assert len(watched.reported) == 1


def test_only_what_seems_better_is_verified(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.consider(GOOD)
    monkeypatch.setattr(Verifier, "faults", lambda *_: pytest.fail("verified"))
    assert watched.consider(WORSE) is Verdict.NO_BETTER


def test_an_answer_that_does_not_verify_is_dropped_and_its_fault_remembered(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    watched.consider(WORSE)
    assert watched.incumbent.fault is None
    assert watched.incumbent.consider("vroom", cheap()) is Verdict.FAULTY
    assert watched.plan == WORSE
    assert len(watched.reported) == 1
    fault = "failed verification: vehicle 0: the route costs 800 to 800, not 1"
    assert watched.incumbent.fault == f"A solution from VROOM {fault}"
    assert f"a solution from vroom {fault}" in caplog.text


def test_to_ask_whether_routes_keep_the_rules_changes_nothing(watched: Watched) -> None:
    assert watched.incumbent.keeps_rules(solved(GOOD).routes)
    assert not watched.incumbent.keeps_rules(cheap())
    assert (watched.plan, watched.reported, watched.incumbent.fault) == (None, [], None)


def test_an_answer_of_an_earlier_search_is_the_one_to_beat_and_is_not_reported(watched: Watched) -> None:
    initial = scheduled(MODEL, WORSE)
    assert initial is not None
    watched.incumbent.start_from(initial)
    assert watched.plan == WORSE
    assert watched.reported == []
    assert watched.consider(WORSE) is Verdict.NO_BETTER
    assert watched.consider(GOOD) is Verdict.BETTER


def test_an_earlier_answer_that_does_not_verify_is_left(watched: Watched) -> None:
    initial = scheduled(MODEL, WORSE)
    assert initial is not None
    initial.summary.cost -= 1
    watched.incumbent.start_from(initial)
    assert watched.incumbent.solution is None


def test_an_earlier_answer_to_another_problem_is_left(watched: Watched) -> None:
    other = model_of(random_problem(2, {"capacity", "breaks"}, jobs=6))
    watched.incumbent.start_from(vroom_solution(other))
    assert watched.incumbent.solution is None


@pytest.mark.parametrize("error", [KeyError, IndexError, ValueError])
def test_an_earlier_answer_that_the_verifier_cannot_read_is_left(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def unreadable(*_: object) -> list[str]:
        raise error("vehicle")

    initial = scheduled(MODEL, WORSE)
    assert initial is not None
    monkeypatch.setattr(Verifier, "faults", unreadable)
    watched.incumbent.start_from(initial)
    assert watched.incumbent.solution is None


def test_an_earlier_answer_keeps_its_breaks() -> None:
    model = model_of(random_problem(2, {"capacity", "breaks"}, jobs=6))
    initial = vroom_solution(model)
    incumbent = Incumbent(model, 7, 100.0, lambda _: None, Clock())
    incumbent.start_from(initial)
    assert incumbent.routes is not None
    kinds = [[stop.kind for stop in route.stops] for route in incumbent.routes]
    assert kinds == [[step.type for step in route.steps] for route in initial.routes]
    assert any("break" in route for route in kinds)


def test_routes_that_the_caller_gave_are_an_answer_if_they_keep_the_rules(watched: Watched) -> None:
    watched.incumbent.take_given(cheap())
    assert (watched.plan, watched.incumbent.fault) == (None, None)
    watched.incumbent.take_given(solved(WORSE).routes)
    assert watched.plan == WORSE
    assert [answer.meta.engine for answer in watched.reported] == ["vroom"]


def test_an_answer_says_when_and_how_it_was_found(watched: Watched) -> None:
    watched.consider(WORSE, at=101.5)
    watched.consider(GOOD, at=103.25)
    meta = watched.reported[-1].meta
    assert (meta.engine, meta.matrix, meta.seed) == ("pyvrp", "custom", 7)
    assert (meta.seconds, meta.first_cost, meta.best_cost) == (3.25, 1_000, 800)
    assert [(point.seconds, point.cost, point.unassigned) for point in meta.trace] == [
        (1.5, 1_000, 0),
        (3.25, 800, 0),
    ]
    assert watched.reported[0].meta.best_cost == 1_000


def test_the_first_cost_is_that_of_an_earlier_search_where_there_was_one(watched: Watched) -> None:
    initial = scheduled(MODEL, WORSE)
    assert initial is not None
    watched.incumbent.start_from(initial)
    watched.consider(GOOD)
    assert watched.reported[-1].meta.first_cost == 1_000


def test_the_time_of_the_last_improvement_is_at_first_that_of_the_start(watched: Watched) -> None:
    assert watched.incumbent.improved_at == 100.0
    watched.consider(GOOD, at=104.0)
    assert watched.incumbent.improved_at == 104.0


def test_the_result_is_told_at_the_end_of_the_search(watched: Watched) -> None:
    assert watched.incumbent.result() is None
    watched.consider(GOOD, at=101.0)
    watched.clock.now = 109.0
    result = watched.incumbent.result()
    assert result is not None
    assert (result.meta.engine, result.meta.seconds) == ("pyvrp", 9.0)
    assert watched.reported[-1].meta.seconds == 1.0
    assert result.routes == watched.reported[-1].routes


def test_a_long_trace_loses_every_other_point_and_keeps_the_first_and_the_last(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Verifier, "faults", lambda *_: [])
    monkeypatch.setattr(incumbent_module, "_MAX_TRACE", 4)
    (route,) = solved(GOOD).routes
    for cost in (90, 80, 70, 60, 50, 40, 30, 20, 10):
        watched.incumbent.consider("pyvrp", [replace(route, cost=cost)])
        trace = [point.cost for point in watched.reported[-1].meta.trace]
        assert len(trace) <= 4
        assert (trace[0], trace[-1]) == (90, cost)


def test_an_answer_has_its_geometry_where_the_caller_asks_for_it() -> None:
    body = {
        "vehicles": [{"id": 1, "start": [7.41, 43.73]}],
        "jobs": [{"id": 1, "location": [7.42, 43.74]}],
        "options": {"geometry": True},
    }
    model = model_of(problem_of(body))
    reported: list[Solution] = []
    routes = timed_routes(model, SHORT)
    assert routes is not None
    Incumbent(model, 7, 100.0, reported.append, Clock()).consider("pyvrp", routes)
    assert reported[0].routes[0].geometry
