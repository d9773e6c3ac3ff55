"""The arithmetic of tables."""

import pytest

from bench.solver.records import Record
from bench.solver.table import Table, verdicts
from tests.bench.results import record


@pytest.fixture
def found() -> list[Record]:
    return [
        record("milkrun", "a", 101),
        record("milkrun", "a", 102, seed=2),
        record("milkrun", "b", 104),
        record("pyvrp", "a", 103),
        record("pyvrp", "a", None, seed=2, seconds=12.34),
        record("pyvrp", "b", 103),
        record("vroom-0", "a", 130, limit=30.0),
    ]


def test_a_cell_is_the_mean_gap_over_seeds(found: list[Record]) -> None:
    assert Table(found, 10).cell("a", "milkrun").gap == pytest.approx(1.5)


def test_a_search_without_an_answer_is_counted_and_shown(found: list[Record]) -> None:
    cell = Table(found, 10).cell("a", "pyvrp")
    assert (cell.answered, cell.runs, str(cell)) == (1, 2, "3.00 (1 of 2)")


def test_without_any_answer_there_is_no_gap() -> None:
    assert str(Table([record("pyvrp", "a", None)], 10).cell("a", "pyvrp")) == "none (0 of 1)"


def test_each_instance_has_the_same_weight_in_the_mean(found: list[Record]) -> None:
    assert Table(found, 10).mean("milkrun").gap == pytest.approx((1.5 + 4) / 2)


def test_a_table_holds_the_searches_of_one_limit(found: list[Record]) -> None:
    table = Table(found, 30)
    assert (table.instances, table.solvers) == (["a"], ["vroom-0"])


def test_without_a_best_known_cost_gaps_are_measured_from_the_best_search() -> None:
    records = [
        record("milkrun", "a", 60, best_known=None),
        record("pyvrp", "a", 50, best_known=None, limit=30.0),
        record("vroom-0", "a", None, best_known=None),
    ]
    table = Table(records, 10)
    assert table.cell("a", "milkrun").gap == pytest.approx(20)
    assert "| a \\* | 20.00 | none (0 of 1) |" in table.markdown()


def test_the_table_in_markdown(found: list[Record]) -> None:
    assert Table(found, 10).markdown().splitlines() == [
        "| gap in % after 10 s | Milkrun | PyVRP |",
        "|---|---:|---:|",
        "| a | 1.50 | 3.00 (1 of 2) |",
        "| b | 4.00 | 3.00 |",
        "| **mean** | 2.75 | 3.00 |",
        "| share of PyVRP's | 0.92 | 1.00 |",
        "| longest time in s | 10.0 | 12.3 |",
    ]


def test_a_verdict_compares_means_and_names_the_instances_it_is_behind_on(found: list[Record]) -> None:
    assert verdicts(Table(found, 10)) == [
        "Milkrun and PyVRP: a mean gap of 2.75 % against 3.00 %, 0.92 of it; behind on b (by 1.00)."
    ]


def test_means_are_compared_on_the_instances_that_both_solved() -> None:
    records = [record(solver, name, 102) for solver in ("milkrun", "pyvrp", "vroom-0") for name in "abc"]
    records[1] = record("milkrun", "b", None)
    records[5] = record("pyvrp", "c", None)
    records[8] = record("vroom-0", "c", 140)
    assert verdicts(Table(records, 10)) == [
        "Milkrun and PyVRP: a mean gap of 2.00 % against 2.00 %, 1.00 of it; behind on b.",
        "Milkrun and VROOM, exploration 0: a mean gap of 2.00 % against 21.00 %, 0.10 of it; behind on b.",
    ]


def test_a_share_is_of_the_instances_that_both_solved(found: list[Record]) -> None:
    table = Table([*found, record("milkrun", "c", 200), record("pyvrp", "c", None)], 10)
    assert table.share("milkrun") == "0.92"


def test_there_is_no_share_of_nothing() -> None:
    table = Table([record("milkrun", "a", 101), record("pyvrp", "a", 100), record("ortools", "a", None)], 10)
    assert (table.share("milkrun"), table.share("ortools")) == ("–", "–")


def test_a_gap_of_zero_has_no_percentage() -> None:
    records = [record("milkrun", "a", 102), record("pyvrp", "a", 100), record("ortools", "a", None)]
    assert verdicts(Table(records, 10)) == [
        "Milkrun and PyVRP: a mean gap of 2.00 % against 0.00 %; behind on a (by 2.00).",
        "Milkrun and OR-Tools, guided local search: behind on none.",
    ]


def test_without_milkrun_there_is_no_verdict() -> None:
    assert verdicts(Table([record("pyvrp", "a", 101), record("ortools", "a", 102)], 10)) == []
