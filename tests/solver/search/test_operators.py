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


def test_only_subproblems_are_solved_if_no_operator_does_anything_else() -> None:
    assert Operators([MINE, THEIRS]).only_subproblems
    assert not Operators([PARTS, THEIRS]).only_subproblems


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
