"""Operator selection: usually the operator that gains the most, now and then another."""

import random

from milkrun_solver.search.operator_selection import EXPLORE, OperatorSelection

OPERATORS = ("whole", "parts", "subproblems")


def tried(whole: float, parts: float, subproblems: float) -> OperatorSelection[str]:
    """Operators that were tried once each, with these gains."""
    selection: OperatorSelection[str] = OperatorSelection(random.Random(1))
    for operator, gain in zip(OPERATORS, (whole, parts, subproblems), strict=True):
        assert selection.choose(OPERATORS) == (operator, True)
        selection.record(operator, gain)
    return selection


def test_the_operator_that_gains_the_most_is_chosen() -> None:
    assert tried(1.0, 3.0, 2.0).choose(OPERATORS) == ("parts", False)


def test_other_operators_get_a_trial_now_and_then() -> None:
    selection = tried(1.0, 3.0, 2.0)
    chosen = [selection.choose(OPERATORS) for _ in range(EXPLORE * 10)]
    assert sum(operator != "parts" for operator, _ in chosen) == 10
    assert all(is_trial == (operator != "parts") for operator, is_trial in chosen)
    assert {operator for operator, _ in chosen} == set(OPERATORS)


def test_an_operator_that_stops_gaining_gives_way() -> None:
    selection = tried(1.0, 3.0, 2.0)
    selection.record("parts", 0.0)
    selection.record("parts", 0.0)
    assert selection.choose(OPERATORS)[0] != "parts"


def test_an_operator_far_ahead_gives_way_as_soon_as_it_gains_nothing() -> None:
    selection = tried(1.0, 1_000.0, 0.1)
    selection.record("parts", 0.0)
    assert selection.choose(OPERATORS)[0] == "whole"


def test_chance_decides_if_no_operator_gains() -> None:
    selection = tried(0.0, 0.0, 0.0)
    assert {selection.choose(OPERATORS) for _ in range(50)} == {(operator, False) for operator in OPERATORS}


def test_an_operator_that_has_gained_more_is_tried_more_often() -> None:
    selection = tried(1.0, 3.0, 2.9)
    chosen = [selection.choose(OPERATORS)[0] for _ in range(EXPLORE * 60)]
    assert chosen.count("subproblems") > 1.5 * chosen.count("whole") > 0


def test_the_decline_of_one_operator_discounts_the_gains_of_the_others() -> None:
    """Otherwise a trial from long ago, when improvements came easily, would count for ever."""
    selection = tried(4.0, 2.5, 0.1)
    selection.record("whole", 0.5)
    assert selection.choose(OPERATORS)[0] == "whole"


def test_a_single_operator_needs_no_trial() -> None:
    selection: OperatorSelection[str] = OperatorSelection(random.Random(1))
    assert selection.choose(["whole"]) == ("whole", False)


def test_a_trial_is_of_a_new_operator_if_there_is_one() -> None:
    selection: OperatorSelection[str] = OperatorSelection(random.Random(1))
    selection.record("parts", 1.0)
    assert selection.trial(OPERATORS) == "whole"
    assert [selection.knows(operator) for operator in OPERATORS] == [False, True, False]


def test_trials_are_shared_by_gains_even_if_nothing_gained() -> None:
    for selection, often in ((tried(1.0, 9.0, 1.0), 100), (tried(0.0, 0.0, 0.0), 20)):
        chosen = [selection.trial(OPERATORS) for _ in range(150)]
        assert set(chosen) == set(OPERATORS)
        assert chosen.count("parts") > often


def test_the_best_operator_is_one_that_was_tried() -> None:
    selection: OperatorSelection[str] = OperatorSelection(random.Random(1))
    selection.record("parts", 0.1)
    selection.record("subproblems", 0.2)
    assert selection.best(OPERATORS) == "subproblems"
    selection.record("subproblems", 0.0)
    assert selection.best(OPERATORS) == "parts"
