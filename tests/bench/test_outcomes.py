"""Comparisons of what solvers make of days."""

from typing import Any

import pytest

from bench.solver import outcomes
from bench.solver.days import balance_day, shipments_day
from bench.solver.outcomes import (
    DayError,
    Outcome,
    balance_table,
    compact_table,
    outcome,
    shipments_table,
    verdict,
)


def found(**changes: Any) -> Outcome:
    given: dict[str, Any] = {
        "seconds": 2.0,
        "left_out": 0,
        "cost": 100,
        "shortest": 10,
        "longest": 30,
        "least_used": 5,
        "most_used": 9,
        "apart": 40,
        "faults": [],
    }
    return Outcome(**{**given, **changes})


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (found(cost=90), "better by 10.00 %"),
        (found(cost=103), "worse by 3.00 %"),
        (found(), "equal"),
        (found(left_out=2, cost=1), "worse"),
    ],
)
def test_what_is_left_out_counts_more_than_cost(ours: Outcome, expected: str) -> None:
    assert verdict(ours, found()) == expected


def test_fewer_left_out_is_better() -> None:
    assert verdict(found(cost=200), found(left_out=2)) == "better"


def test_ours_gets_a_quarter_of_the_seconds_of_vroom(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, float | None]] = []

    def answered(
        solver: str, _body: object, _cores: int, seconds: float | None = None, _seed: int = 1
    ) -> Outcome:
        asked.append((solver, seconds))
        return found(seconds=8.0, left_out=4)

    monkeypatch.setattr(outcomes, "outcome", answered)
    *_, row = shipments_table([10], [3], "sisr", cores=2)
    assert asked == [("vroom-5", None), ("sisr", 2.0)]
    assert row == "| 10, 3 | 8.0 | 2 | 100 | 8.0 | 2 | 100 | equal |"


def test_balance_is_told_as_shares_of_means(monkeypatch: pytest.MonkeyPatch) -> None:
    def answered(_solver: str, body: Any, _cores: int, _seconds: float, _seed: int) -> Outcome:
        balanced = body.get("options") == {"balance": {"by": "tasks", "cost": 5}}
        return found(longest=20, most_used=6, cost=103, left_out=1) if balanced else found()

    monkeypatch.setattr(outcomes, "outcome", answered)
    lines = list(balance_table(1, {"by": "tasks", "cost": 5}, [1, 2], cores=1))
    assert lines[2:] == [
        "| 1 | 20 | 10 | 4 | 1 | 100 | 103 (+1 left out) |",
        "| 2 | 20 | 10 | 4 | 1 | 100 | 103 (+1 left out) |",
        "| **mean** | 20 | 10 | 4 | 1 | 100 | 103 |",
        "| share | | 0.500 | | 0.250 | | 1.030 |",
    ]


def test_compactness_is_told_as_near_tasks_on_other_vehicles(monkeypatch: pytest.MonkeyPatch) -> None:
    def answered(_solver: str, body: Any, _cores: int, _seconds: float, _seed: int) -> Outcome:
        return found(apart=10) if body.get("options") == {"compact": {"cost": 5}} else found()

    monkeypatch.setattr(outcomes, "outcome", answered)
    assert list(compact_table(1, 5, [1], cores=1))[2:] == [
        "| 1 | 40 | 10 | 100 | 100 |",
        "| **mean** | 40 | 10 | 100 | 100 |",
        "| share | | 0.250 | | 1.000 |",
    ]


@pytest.mark.parametrize("solver", ["vroom-5", "milkrun"])
def test_a_day_is_solved_in_a_process_of_its_own(solver: Any) -> None:
    """The day is so small that both end by themselves."""
    answer = outcome(solver, shipments_day(3, 1), cores=1)
    assert answer.left_out < 6
    assert 0 < answer.shortest <= answer.longest
    assert 0 < answer.least_used <= answer.most_used
    assert answer.cost > 0


def test_a_process_that_fails_is_an_error() -> None:
    with pytest.raises(DayError, match=r"milkrun: .*too_short"):
        outcome("milkrun", {**balance_day(1), "vehicles": []}, cores=1, seconds=1)
