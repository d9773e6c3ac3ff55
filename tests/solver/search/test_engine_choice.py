"""Which engine proposes routes, how deep and for how long, and which engines improve them."""

import time
from dataclasses import replace

import pytest

from milkrun_solver.engines.pyvrp import engine as pyvrp_engine
from milkrun_solver.engines.sisr import engine as sisr_engine
from milkrun_solver.engines.sisr.engine import SisrEngine
from milkrun_solver.errors import EngineError, UnsupportedCombinationError
from milkrun_solver.model.problem import Model
from milkrun_solver.search import engine_choice
from milkrun_solver.search.engine_choice import EngineChoice
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_body, random_problem
from tests.waiting import MARGIN

alone = pytest.mark.usefixtures("without_sisr")
led = pytest.mark.usefixtures("with_sisr")


def choice_for(features: set[str], jobs: int = 30) -> EngineChoice:
    return choice(model_of(random_problem(1, features, jobs=jobs, vehicles=5)))


def choice(model: Model) -> EngineChoice:
    return EngineChoice(model, lambda _: None, time.monotonic() + 1_000, seed=1)


@alone
@pytest.mark.parametrize("feature", ["breaks", "shipments", "several windows", "custom costs"])
def test_other_searches_wait_for_vroom_where_it_is_stronger(feature: str) -> None:
    assert choice_for({"capacity", feature}).proposer_first


@alone
@pytest.mark.parametrize(("features", "jobs"), [({"capacity", "windows"}, 30), ({"shipments"}, 500)])
def test_both_engines_start_at_once_otherwise(features: set[str], jobs: int) -> None:
    assert not choice_for(features, jobs).proposer_first


@alone
def test_a_problem_that_vroom_cannot_express_does_not_wait_for_it() -> None:
    body = random_body(1, {"shipments"}, jobs=10)
    body["vehicles"][0]["shift_duration"] = 20_000
    of_body = choice(model_of(problem_of(body)))
    assert of_body.able == ["pyvrp"]
    assert of_body.proposing is None
    assert not of_body.proposer_first


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
    return operators_of(choice_for(features, jobs))


def operators_of(choice: EngineChoice) -> set[tuple[str, ...]]:
    improver = choice.improver([])
    assert improver is not None
    return {tuple(operator) for operator in improver._rounds._operators._all}


@alone
def test_the_first_engine_searches_while_a_second_one_solves_subproblems() -> None:
    own = {("whole", "pyvrp"), ("parts", "pyvrp"), ("route elimination", "pyvrp")}
    assert operators_for({"capacity"}, jobs=60) == own | {("subproblems", "vroom")}
    assert operators_for({"capacity"}, jobs=30) == own


@alone
def test_the_only_engine_runs_the_operators_it_can() -> None:
    assert operators_for({"breaks"}, jobs=30) == {("subproblems", "vroom")}


def test_nothing_is_improved_if_no_vehicle_can_serve_any_task() -> None:
    body = random_body(1, {"breaks", "great circle"}, jobs=3)
    for job in body["jobs"]:
        job["skills"] = [9]
    of_body = choice(model_of(problem_of(body)))
    assert of_body.improver([]) is None


@alone
@pytest.mark.parametrize(("jobs", "leading", "otherwise"), [(30, 850, 600), (300, 250, 250)])
def test_vroom_gets_its_share_of_the_time(jobs: int, leading: float, otherwise: float) -> None:
    of_jobs = choice_for({"capacity"}, jobs)
    now = time.monotonic()
    assert of_jobs.proposer_until(leads=True) - now == pytest.approx(leading, abs=MARGIN)
    assert of_jobs.proposer_until(leads=False) - now == pytest.approx(otherwise, abs=MARGIN)


@alone
def test_heuristics_on_districts_may_use_all_the_time() -> None:
    of_jobs = choice_for({"capacity", "windows"}, jobs=600)
    assert of_jobs.proposer_until(leads=False) - time.monotonic() == pytest.approx(1_000, abs=MARGIN)


SISR = {("whole", "sisr"), ("parts", "sisr"), ("route elimination", "sisr")}
PYVRP = {("whole", "pyvrp"), ("parts", "pyvrp"), ("route elimination", "pyvrp")}
VROOM = {("subproblems", "vroom")}


@led
@pytest.mark.parametrize("features", [{"capacity"}, {"breaks"}, {"shipments"}, {"custom costs"}])
def test_where_an_engine_starts_at_once_nobody_proposes(features: set[str]) -> None:
    chosen = choice_for(features)
    assert (chosen.leading, chosen.proposing, chosen.improving) == ("sisr", None, "sisr")
    assert chosen.proposer(1, hurries=False) is None
    assert not chosen.proposer_first


@led
def test_the_others_join_the_engine_that_leads() -> None:
    assert operators_for({"capacity"}, jobs=60) == SISR | PYVRP | VROOM
    assert operators_for({"capacity"}, jobs=30) == SISR | PYVRP
    assert operators_for({"breaks"}, jobs=60) == SISR | VROOM


@led
def test_a_handful_of_tasks_is_left_to_the_engine_that_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyvrp_engine, "Encoding", lambda *_: pytest.fail("PyVRP begins"))
    assert operators_for({"capacity"}, jobs=25) == {("whole", "sisr")}


@led
def test_an_engine_that_cannot_begin_leaves_the_search_to_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(pyvrp_engine, "Encoding", fail)
    assert operators_for({"capacity"}, jobs=60) == SISR | VROOM
    assert "going on without pyvrp" in caplog.text


def model_of_size(size: int, monkeypatch: pytest.MonkeyPatch, **changes: object) -> Model:
    """A problem of 60 jobs; matrices of this size are the largest that the search takes beside a proposer."""
    monkeypatch.setattr(engine_choice, "_MOST_BYTES_BESIDE_PROPOSER", size)
    model = model_of(random_problem(1, {"capacity"}, jobs=60, vehicles=5))
    return replace(model, **changes)  # type: ignore[arg-type]


@led
def test_an_engine_that_leads_proposes_by_district_where_the_whole_is_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size = SisrEngine(model_of_size(0, monkeypatch), []).whole_bytes
    assert choice(model_of_size(size, monkeypatch)).proposing is None
    too_large = choice(model_of_size(size - 1, monkeypatch))
    assert (too_large.proposing, too_large.proposer_first) == ("sisr", False)
    assert ("whole", "sisr") not in operators_of(too_large)
    assert ("parts", "sisr") in operators_of(too_large)


@led
def test_a_problem_that_cannot_be_cut_is_searched_whole_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = model_of_size(0, monkeypatch, most_routes=3)
    assert choice(model).proposing is None
    assert ("whole", "sisr") in operators_of(choice(model))
    monkeypatch.setattr(engine_choice, "MOST_MATRIX_BYTES", SisrEngine(model, []).whole_bytes - 1)
    with pytest.raises(EngineError, match="too large for SISR"):
        choice(model).improver([])


@led
def test_pyvrp_searches_the_whole_only_if_its_data_is_small_beside_an_engine_that_leads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sisr_engine, "matrix_bytes", lambda _: 0)
    operators = operators_of(choice(model_of_size(0, monkeypatch)))
    assert ("whole", "sisr") in operators
    assert ("whole", "pyvrp") not in operators


@alone
def test_the_error_names_the_engine_that_is_not_built() -> None:
    body = random_body(1, {"breaks"}, jobs=5)
    body["jobs"][0]["release_time"] = 60
    with pytest.raises(UnsupportedCombinationError) as caught:
        choice(model_of(problem_of(body)))
    assert caught.value.detail == (
        "No engine supports all features of the problem. VROOM does not support `release_time`. "
        "PyVRP does not support `breaks`. SISR does, but is not built on this machine."
    )
