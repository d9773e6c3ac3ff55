"""Which operator goes on: the one that gains the most, others now and then."""

import random

from milkrun_solver.search.operator_selection import EXPLORE, OperatorSelection

OPERATORS = ("whole", "parts", "subproblems")


def tried(whole: float, parts: float, subproblems: float) -> OperatorSelection[str]:
    """Each operator has been tried once and gained so much."""
    selection: OperatorSelection[str] = OperatorSelection(random.Random(1))
    for operator, gain in zip(OPERATORS, (whole, parts, subproblems), strict=True):
        assert selection.choose(OPERATORS) == (operator, True)
        selection.record(operator, gain)
    return selection


def test_the_operator_that_gains_the_most_goes_on() -> None:
    assert tried(1.0, 3.0, 2.0).choose(OPERATORS) == ("parts", False)


def test_others_get_a_trial_now_and_then() -> None:
    selection = tried(1.0, 3.0, 2.0)
    chosen = [selection.choose(OPERATORS) for _ in range(EXPLORE * 10)]
    assert sum(operator != "parts" for operator, _ in chosen) == 10
    assert all(is_trial == (operator != "parts") for operator, is_trial in chosen)
    assert {operator for operator, _ in chosen} == set(OPERATORS)


def test_an_operator_that_gains_no_more_gives_way() -> None:
    selection = tried(1.0, 3.0, 2.0)
    selection.record("parts", 0.0)
    selection.record("parts", 0.0)
    assert selection.choose(OPERATORS)[0] != "parts"


def test_an_operator_that_gained_nothing_gives_way_at_once() -> None:
    selection = tried(1.0, 1_000.0, 0.1)
    selection.record("parts", 0.0)
    assert selection.choose(OPERATORS)[0] == "whole"


def test_where_none_gains_chance_decides() -> None:
    selection = tried(0.0, 0.0, 0.0)
    assert {selection.choose(OPERATORS) for _ in range(50)} == {(operator, False) for operator in OPERATORS}


def test_the_more_an_operator_has_gained_the_likelier_is_its_trial() -> None:
    selection = tried(1.0, 3.0, 2.9)
    chosen = [selection.choose(OPERATORS)[0] for _ in range(EXPLORE * 60)]
    assert chosen.count("subproblems") > 1.5 * chosen.count("whole") > 0


def test_the_decline_of_one_operator_lowers_what_others_count() -> None:
    """Else a trial long ago, when all was easy to better, would count for ever."""
    selection = tried(4.0, 2.5, 0.1)
    selection.record("whole", 0.5)
    assert selection.choose(OPERATORS)[0] == "whole"


def test_a_single_operator_needs_no_trial() -> None:
    selection: OperatorSelection[str] = OperatorSelection(random.Random(1))
    assert selection.choose(["whole"]) == ("whole", False)
