"""What VROOM does on the whole of a problem, and how long."""

import time
from typing import Any

import pytest

from milkrun_solver.engines.vroom.request import Effort
from milkrun_solver.search.engine_choice import Engines
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_body, random_problem
from tests.waiting import MARGIN


def engines_for(features: set[str], jobs: int = 30, seconds: float = 1_000) -> Engines:
    model = model_of(random_problem(1, features, jobs=jobs, vehicles=5))
    return Engines(model, lambda _: None, time.monotonic() + seconds, seed=1)


@pytest.mark.parametrize("feature", ["breaks", "shipments", "several windows", "custom costs"])
def test_where_vroom_is_stronger_all_else_waits_for_it(feature: str) -> None:
    assert engines_for({"capacity", feature}).vroom_first


@pytest.mark.parametrize(("features", "jobs"), [({"capacity", "windows"}, 30), ({"shipments"}, 500)])
def test_else_both_begin_at_once(features: set[str], jobs: int) -> None:
    assert not engines_for(features, jobs).vroom_first


def test_what_vroom_cannot_express_does_not_wait_for_it() -> None:
    body = random_body(1, {"shipments"}, jobs=10)
    body["vehicles"][0]["shift_duration"] = 20_000
    engines = Engines(model_of(problem_of(body)), lambda _: None, time.monotonic() + 9, seed=1)
    assert not engines.with_vroom
    assert not engines.vroom_first


def test_small_problems_get_the_level_that_is_asked_for() -> None:
    assert efforts({}) == [Effort(None), Effort(0), Effort(5)]
    assert efforts({"exploration_level": 2}) == [Effort(None), Effort(0), Effort(2)]
    assert efforts({"exploration_level": 0}) == [Effort(None), Effort(0)]


def test_on_one_core_vroom_makes_room_after_something_quick() -> None:
    assert engines_for({"capacity"})._efforts(hurries=True) == [Effort(None), Effort(0)]
    assert engines_for({"capacity"}, jobs=300)._efforts(hurries=True) == [Effort(None)]


def efforts(options: dict[str, Any]) -> list[Effort]:
    body = {**random_body(1, {"capacity"}), "options": options}
    return Engines(model_of(problem_of(body)), lambda _: None, time.monotonic() + 9, seed=1)._efforts(
        hurries=False
    )


@pytest.mark.parametrize(("jobs", "leading", "otherwise"), [(30, 850, 600), (300, 250, 250)])
def test_vroom_has_its_share_of_the_time(jobs: int, leading: float, otherwise: float) -> None:
    engines = engines_for({"capacity"}, jobs)
    now = time.monotonic()
    assert engines.vroom_until(leads=True) - now == pytest.approx(leading, abs=MARGIN)
    assert engines.vroom_until(leads=False) - now == pytest.approx(otherwise, abs=MARGIN)


def test_heuristics_on_district_after_district_are_never_ended_early() -> None:
    engines = engines_for({"capacity", "windows"}, jobs=600)
    assert engines.vroom_until(leads=False) - time.monotonic() == pytest.approx(1_000, abs=MARGIN)
