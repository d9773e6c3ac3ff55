"""Results in a page of documentation."""

from pathlib import Path

import pytest

from bench.solver.page import fill, markdown
from bench.solver.registry import SOLVERS
from tests.bench.results import record

RECORDS = [record("milkrun", "a", 101), record("pyvrp", "a", 102), record("pyvrp", "a", 101, limit=30.0)]


def test_results_state_machine_and_versions() -> None:
    told = markdown([*RECORDS, record("vroom-5", "a", 103, version="2", seed=2)])
    assert "a machine; 2 cores. Milkrun 1, PyVRP 1, VROOM 2." in told


def test_results_state_the_commands_that_reproduce_them() -> None:
    all_solvers = [record(solver, "a", 101, limit=limit) for solver in SOLVERS for limit in (10.0, 20.0)]
    told = markdown([*all_solvers, record("pyvrp", "a", 101, limit=30.0, seed=2)])
    assert (
        'make bench LIMITS="10 20" SEEDS="1" CORES="2"\n'
        'make bench LIMITS="30" SEEDS="2" CORES="2" SOLVERS="pyvrp"\n'
    ) in told


def test_results_have_a_table_for_each_limit() -> None:
    told = markdown(RECORDS)
    assert told.index("| gap in % after 10 s |") < told.index("| gap in % after 30 s |")


def test_each_group_of_instances_has_a_table() -> None:
    told = markdown(
        [*RECORDS, record("milkrun", "X-n106-k14", 101), record("milkrun", "HFVRP_X101-FSMFD", 105)]
    )
    headings = [line for line in told.splitlines() if line.startswith("###")]
    assert headings == ["### Instances not tuned on", "### Instances tuned on", "### Fleets of several kinds"]


def test_one_group_needs_no_heading() -> None:
    assert "###" not in markdown(RECORDS)


def test_the_star_is_explained_where_it_is_used() -> None:
    assert "\\*" not in markdown(RECORDS)
    assert "\\* No best known solution" in markdown([record("pyvrp", "a", 9, best_known=None)])


def test_a_page_keeps_the_text_around_its_results(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Before\n<!-- results -->\nold\n<!-- end of results -->\nafter\n")
    fill(page, RECORDS)
    text = page.read_text()
    assert text.startswith("# Before\n<!-- results -->\n```sh\nmake bench")
    assert text.endswith("![Mean gap over time](page.svg)\n<!-- end of results -->\nafter\n")
    assert "old" not in text
    assert (tmp_path / "page.svg").exists()


def test_filling_a_page_again_changes_nothing(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- results -->\n<!-- end of results -->\n")
    fill(page, RECORDS)
    once = page.read_text()
    fill(page, RECORDS)
    assert page.read_text() == once


def test_a_page_without_a_place_for_results_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Other\n<!-- results -->\n")
    with pytest.raises(ValueError, match="no place"):
        fill(page, RECORDS)
    assert page.read_text() == "# Other\n<!-- results -->\n"
