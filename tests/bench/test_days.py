"""Generated days: the same ones every time, and possible to serve."""

from typing import Any

import pytest

from bench.solver.days import balance_day, shipments_day
from milkrun.schema.problem import Problem
from milkrun.schema.rules import breaches
from milkrun_solver.feasibility.unservable import unservable
from tests.solver.helpers import model_of

DAYS = {
    "shipments": lambda seed: shipments_day(40, seed),
    "balance": balance_day,
}


@pytest.fixture(params=DAYS)
def kind(request: pytest.FixtureRequest) -> Any:
    """Makes a day from a seed."""
    return DAYS[request.param]


def test_a_seed_always_makes_the_same_day(kind: Any) -> None:
    assert kind(1) == kind(1)
    assert kind(1) != kind(2)


def test_a_day_is_a_problem_whose_tasks_can_be_served(kind: Any) -> None:
    problem = Problem.model_validate(kind(3))
    assert list(breaches(problem)) == []
    assert unservable(model_of(problem)) == {}


def test_windows_of_shipments_last_one_to_two_hours_within_the_day() -> None:
    body = shipments_day(60, 1)
    day = body["vehicles"][0]["time_window"][1]
    assert 8 * 3600 <= day < 10 * 3600
    ends = [shipment[end] for shipment in body["shipments"] for end in ("pickup", "delivery")]
    [windows] = zip(*(end["time_windows"] for end in ends), strict=True)
    assert all(0 <= begin < end <= day and 3600 <= end - begin < 7200 for begin, end in windows)


def test_the_days_of_balance_stay_as_they_are() -> None:
    """They were fixed before balance was built."""
    days = [balance_day(seed) for seed in range(1, 11)]
    assert [(len(day["jobs"]), len(day["vehicles"])) for day in days] == [
        (78, 8),
        (93, 9),
        (92, 9),
        (89, 9),
        (86, 9),
        (77, 8),
        (97, 10),
        (88, 9),
        (76, 8),
        (91, 9),
    ]
    assert [sum(map(sum, day["matrices"]["car"]["durations"])) for day in days] == [
        6660978,
        6841554,
        8389124,
        7128578,
        7785462,
        4197136,
        7589766,
        6754010,
        5571610,
        8817374,
    ]
