"""Priced terms: what is used, and what is refused."""

from typing import Any

import pytest

from milkrun.schema.capabilities import inability
from milkrun.schema.priced import is_priced

from .bodies import broken, problem

SOFT = {"start": 100, "end": 200, "cost_per_hour_early": 5, "cost_per_hour_late": 7}
BY_TASKS = {"by": "tasks", "cost": 3}


@pytest.mark.parametrize(
    ("job", "options", "name"),
    [
        ({"soft_time_window": SOFT}, {}, "soft_time_window"),
        ({"soft_time_window": {"end": 9, "cost_per_hour_late": 1}}, {}, "soft_time_window"),
        ({}, {"balance": BY_TASKS}, "options.balance"),
        ({}, {"compact": {"cost": 1}}, "options.compact"),
    ],
)
def test_only_sisr_supports_a_priced_term(job: dict[str, Any], options: dict[str, Any], name: str) -> None:
    asked = problem(job=job, options=options)
    assert broken(job=job, options=options) == {}
    assert is_priced(asked)
    assert inability("sisr", asked) is None
    assert name in str(inability("vroom", asked))
    assert name in str(inability("pyvrp", asked))


@pytest.mark.parametrize(
    ("job", "options"),
    [
        ({}, {}),
        ({"soft_time_window": {"start": 100, "end": 200}}, {}),
        ({"soft_time_window": {}}, {}),
        ({}, {"balance": {"by": "duration", "cost": 0}, "compact": {"cost": 0}}),
    ],
)
def test_a_term_without_a_price_is_not_used(job: dict[str, Any], options: dict[str, Any]) -> None:
    asked = problem(job=job, options=options)
    assert broken(job=job, options=options) == {}
    assert not is_priced(asked)
    assert inability("vroom", asked) is None


@pytest.mark.parametrize("end", ["pickup", "delivery"])
def test_each_end_of_a_shipment_may_have_a_soft_window(end: str) -> None:
    ends = {name: {"id": 1, "location_index": 3} for name in ("pickup", "delivery")}
    shipment = {**ends, end: {**ends[end], "soft_time_window": SOFT}}
    assert is_priced(problem(shipments=[shipment]))


@pytest.mark.parametrize(
    ("window", "path"),
    [
        ({"start": 9, "end": 8}, ""),
        ({"end": 8, "cost_per_hour_early": 1}, ".cost_per_hour_early"),
        ({"start": 8, "cost_per_hour_late": 1}, ".cost_per_hour_late"),
    ],
)
def test_a_soft_window_that_contradicts_itself_is_refused(window: dict[str, int], path: str) -> None:
    assert list(broken(job={"soft_time_window": window})) == [f"$.jobs[0].soft_time_window{path}"]


@pytest.mark.parametrize(
    "window", [{"start": -1}, {"end": 1.5}, {"cost_per_hour_late": -1}, {"from": 1}, [0, 9], {"start": "8"}]
)
def test_a_soft_window_has_strict_types(window: object) -> None:
    with pytest.raises(ValueError, match="soft_time_window"):
        problem(job={"soft_time_window": window})


@pytest.mark.parametrize(
    "options",
    [
        {"balance": {"by": "distance", "cost": 1}},
        {"balance": {"by": "tasks"}},
        {"balance": {"cost": 1}},
        {"compact": {}},
        {"compact": 5},
        {"compact": {"cost": -1}},
    ],
)
def test_balance_and_compactness_have_strict_types(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"balance|compact"):
        problem(options=options)


def test_a_balance_of_loads_needs_loads() -> None:
    options = {"balance": {"by": "load", "cost": 1}}
    assert list(broken(options=options)) == ["$.options.balance.by"]
    assert broken(job={"pickup": [1]}, options=options) == {}
    ends = {name: {"id": 1, "location_index": 3} for name in ("pickup", "delivery")}
    assert broken(options=options, shipments=[{**ends, "amount": [2]}]) == {}
