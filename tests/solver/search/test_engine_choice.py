"""Which engine proposes routes, how deep and for how long, and which engines improve them."""

import time

import pytest

from milkrun_solver.search.engine_choice import EngineChoice
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_body, random_problem
from tests.waiting import MARGIN


def choice_for(features: set[str], jobs: int = 30, seconds: float = 1_000) -> EngineChoice:
    model = model_of(random_problem(1, features, jobs=jobs, vehicles=5))
    return EngineChoice(model, lambda _: None, time.monotonic() + seconds, seed=1)


@pytest.mark.parametrize("feature", ["breaks", "shipments", "several windows", "custom costs"])
def test_other_searches_wait_for_vroom_where_it_is_stronger(feature: str) -> None:
    assert choice_for({"capacity", feature}).proposer_first


@pytest.mark.parametrize(("features", "jobs"), [({"capacity", "windows"}, 30), ({"shipments"}, 500)])
def test_both_engines_start_at_once_otherwise(features: set[str], jobs: int) -> None:
    assert not choice_for(features, jobs).proposer_first


def test_a_problem_that_vroom_cannot_express_does_not_wait_for_it() -> None:
    body = random_body(1, {"shipments"}, jobs=10)
    body["vehicles"][0]["shift_duration"] = 20_000
    choice = EngineChoice(model_of(problem_of(body)), lambda _: None, time.monotonic() + 9, seed=1)
    assert choice.able == ["pyvrp"]
    assert choice.proposing is None
    assert not choice.proposer_first


@pytest.mark.parametrize(
    ("features", "jobs", "hurries", "depth"),
    [
        ({"capacity"}, 30, False, "deep"),
        ({"capacity"}, 30, True, "quick"),
        ({"capacity"}, 300, False, "quick"),
        ({"capacity"}, 300, True, "construction"),
        ({"capacity", "windows"}, 300, False, "construction"),
    ],
)
def test_larger_problems_time_windows_and_hurry_make_the_proposal_shallower(
    features: set[str], jobs: int, hurries: bool, depth: str
) -> None:
    assert choice_for(features, jobs)._depth(hurries) == depth


def operators_for(features: set[str], jobs: int) -> set[tuple[str, ...]]:
    improver = choice_for(features, jobs).improver([])
    assert improver is not None
    return {tuple(operator) for operator in improver._rounds._operators._all}


def test_the_first_engine_searches_while_a_second_one_solves_subproblems() -> None:
    own = {("whole", "pyvrp"), ("parts", "pyvrp"), ("route elimination", "pyvrp")}
    assert operators_for({"capacity"}, jobs=60) == own | {("subproblems", "vroom")}
    assert operators_for({"capacity"}, jobs=30) == own


def test_the_only_engine_runs_the_operators_it_can() -> None:
    assert operators_for({"breaks"}, jobs=30) == {("subproblems", "vroom")}


def test_nothing_is_improved_if_no_vehicle_can_serve_any_task() -> None:
    body = random_body(1, {"breaks", "great circle"}, jobs=3)
    for job in body["jobs"]:
        job["skills"] = [9]
    choice = EngineChoice(model_of(problem_of(body)), lambda _: None, time.monotonic() + 9, seed=1)
    assert choice.improver([]) is None


@pytest.mark.parametrize(("jobs", "leading", "otherwise"), [(30, 850, 600), (300, 250, 250)])
def test_vroom_gets_its_share_of_the_time(jobs: int, leading: float, otherwise: float) -> None:
    choice = choice_for({"capacity"}, jobs)
    now = time.monotonic()
    assert choice.proposer_until(leads=True) - now == pytest.approx(leading, abs=MARGIN)
    assert choice.proposer_until(leads=False) - now == pytest.approx(otherwise, abs=MARGIN)


def test_heuristics_on_districts_may_use_all_the_time() -> None:
    choice = choice_for({"capacity", "windows"}, jobs=600)
    assert choice.proposer_until(leads=False) - time.monotonic() == pytest.approx(1_000, abs=MARGIN)
