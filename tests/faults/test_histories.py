from typing import Any

import pytest

from .histories import History, Json
from .plan import QUICK, make_plan


def state(**changes: Any) -> Json:
    running = {
        "run_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "status": "running",
        "progress": 0.5,
        "attempt": 2,
        "hops": 0,
        "seconds_spent": 3.0,
        "best_cost": 10,
        "best_unassigned": 0,
        "finished_at": None,
    }
    return {**running, **changes}


def history(*states: Json) -> History:
    seen = History(make_plan(1, 60, 4, QUICK).spec(0))
    for each in states:
        seen.see(each)
    return seen


def kinds(*states: Json) -> list[str]:
    return [it.kind for it in history(*states).violations]


DONE = state(status="completed", progress=1.0, best_cost=8, finished_at="2026-01-01T00:00:00.250Z")


def test_a_run_that_makes_progress_breaks_no_promise() -> None:
    assert kinds(state(best_cost=None, best_unassigned=None, attempt=1), state(), DONE, DONE) == []


@pytest.mark.parametrize(
    "worse",
    [{"progress": 0.4}, {"seconds_spent": 2.0}, {"attempt": 1}, {"best_cost": 11}, {"best_cost": None}],
)
def test_a_value_that_falls_is_reported(worse: Json) -> None:
    assert kinds(state(), state(**worse)) == ["fell"]


def test_an_ended_run_that_changes_is_reported() -> None:
    assert kinds(DONE, {**DONE, "finished_at": "2026-01-01T00:00:01.000Z"}) == ["doubled"]
    assert kinds(DONE, state(progress=1.0)) == ["doubled"]


def test_the_end_is_known_to_the_millisecond() -> None:
    assert history(DONE).finished == 1767225600.25
