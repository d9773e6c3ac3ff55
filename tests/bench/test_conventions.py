"""The units of published costs."""

from pathlib import Path

import pytest

from bench.solver.conventions import Convention, convention_of


@pytest.mark.parametrize(
    ("kind", "timed", "whole", "expected"),
    [
        ("CVRP", False, True, Convention(1, False, 1)),
        ("CVRP", False, False, Convention(1_000, False, 1_000)),
        ("VRPTW", True, True, Convention(10, True, 10)),
        ("MDVRPTW", True, False, Convention(1_000, False, 1)),
        ("SDVRPTW", True, False, Convention(1_000, False, 1)),
        ("MTVRPTWR", True, True, Convention(10, True, 1)),
        ("HFVRP", False, True, Convention(1_000, False, 100_000)),
    ],
)
def test_each_variant_has_its_convention(kind: str, timed: bool, whole: bool, expected: Convention) -> None:
    assert convention_of(Path("nowhere.vrp"), kind, timed, whole) == expected


@pytest.mark.parametrize(("cost", "scale"), [("35170.24", 100_000), ("4236158282", 1)])
def test_costs_of_fleets_are_in_the_unit_of_their_solution(tmp_path: Path, cost: str, scale: int) -> None:
    (tmp_path / "fleet.sol").write_text(f"Route #1: 1\nCost: {cost}\n")
    assert convention_of(tmp_path / "fleet.vrp", "HFVRP", timed=False, whole=True).scale == scale


def test_numbers_are_cut_off_or_rounded() -> None:
    assert Convention(10, True, 10).units([1.19]).tolist() == [11]
    assert Convention(10, False, 10).units([1.15, 1.14]).tolist() == [12, 11]
