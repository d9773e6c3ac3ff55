import pytest

from milkrun_solver.engines.protocol import Neighbourhood
from milkrun_solver.search.operators import Operator, Operators

WHOLE, PARTS = Operator("whole", "pyvrp"), Operator("parts", "pyvrp")
MINE, THEIRS = Operator("subproblems", "pyvrp"), Operator("subproblems", "vroom")


@pytest.mark.parametrize(
    ("neighbourhood", "annealed"),
    [("whole", True), ("parts", True), ("subproblems", False), ("route elimination", False)],
)
def test_the_whole_and_large_parts_are_annealed(neighbourhood: Neighbourhood, annealed: bool) -> None:
    assert Operator(neighbourhood, "pyvrp").is_annealed == annealed


def test_operators_on_a_neighbourhood_come_with_the_preferred_engine_first() -> None:
    operators = Operators([PARTS, MINE, THEIRS])
    assert operators.on("subproblems") == [MINE, THEIRS]
    assert operators.on("route elimination") == []


def test_the_whole_is_searched_by_the_preferred_engine_if_by_any() -> None:
    assert Operators([PARTS, WHOLE, Operator("whole", "vroom")]).whole == WHOLE
    assert Operators([PARTS, THEIRS]).whole is None


def test_rounds_need_no_end_if_all_solve_subproblems_or_there_is_one_operator() -> None:
    assert Operators([MINE, THEIRS]).never_change
    assert Operators([WHOLE]).never_change
    assert not Operators([PARTS, THEIRS]).never_change


def test_the_leader_leads_by_its_annealing() -> None:
    elimination, leading = Operator("route elimination", "sisr"), Operator("parts", "sisr")
    operators = Operators([elimination, leading, PARTS], "sisr")
    assert operators.leading([elimination, leading, PARTS]) == leading
    assert operators.leading([PARTS, elimination]) is None
    assert Operators([elimination, leading, PARTS]).leading([leading, PARTS]) is None


def test_the_engine_of_a_search_is_the_preferred_one_that_is_left() -> None:
    operators = Operators([PARTS, THEIRS])
    engines = [operators.engine]
    operators.drop("pyvrp")
    assert [*engines, operators.engine] == ["pyvrp", "vroom"]


def test_a_search_starts_without_an_engine_if_another_one_searches_the_whole() -> None:
    operators = Operators([Operator("whole", "sisr"), WHOLE, THEIRS])
    assert operators.starts_without("sisr")
    assert operators.starts_without("pyvrp")
    assert not Operators([WHOLE, THEIRS]).starts_without("pyvrp")


def test_an_engine_is_dropped_with_all_its_operators() -> None:
    operators = Operators([WHOLE, MINE, THEIRS])
    assert operators.drop("pyvrp")
    assert operators.whole is None
    assert operators.on("subproblems") == [THEIRS]


def test_the_last_engine_is_not_dropped() -> None:
    operators = Operators([WHOLE, MINE])
    assert not operators.drop("pyvrp")
    assert operators.whole == WHOLE
    assert operators.on("subproblems") == [MINE]
