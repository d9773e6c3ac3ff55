"""Gaps over time."""

from pathlib import Path

import numpy as np
import pytest

from bench.solver.picture import curve, draw
from tests.bench.results import record


def test_a_curve_is_the_mean_gap_from_when_all_searches_have_an_answer() -> None:
    records = [
        record("milkrun", "a", 101, trace=[(1.0, 110), (3.0, 101)]),
        record("milkrun", "b", 204, trace=[(2.0, 220), (4.0, 204)]),
        record("milkrun", "b", None, seed=2),
    ]
    found = curve(records, {"a": 100, "b": 200})
    assert np.array(found) == pytest.approx(np.array([(2, 10), (3, 5.5), (4, 1.5)]))


def test_searches_without_an_answer_have_no_curve() -> None:
    assert curve([record("milkrun", "a", None)], {"a": 100}) == []


def test_the_picture_is_the_same_for_the_same_results(tmp_path: Path) -> None:
    records = [
        record("milkrun", "a", 100, trace=[(0.5, 105), (2.0, 100)]),
        record("vroom-5", "a", 105, trace=[(12.0, 105)]),
        record("pyvrp", "w", 99, timed=True),
        record("ortools", "w", None, timed=True),
        record("sisr", "MTVRPTWR_R207R0.75", 101, timed=True),
    ]
    draw(records, tmp_path / "once.svg")
    draw(records, tmp_path / "twice.svg")
    once = (tmp_path / "once.svg").read_bytes()
    assert once == (tmp_path / "twice.svg").read_bytes()
    assert b"<svg" in once
    assert [panel in once for panel in (b"capacity alone", b"with time windows", b"variants")] == [True] * 3
