"""Which kind of search goes on: the one that pays, others now and then."""

import random

from milkrun_solver.search.operator_selection import EXPLORE, Payoff

KINDS = ("whole", "parts", "few")


def tried(whole: float, parts: float, few: float) -> Payoff[str]:
    """Each kind has been tried once and paid so much."""
    payoff: Payoff[str] = Payoff(random.Random(1))
    for kind, pay in zip(KINDS, (whole, parts, few), strict=True):
        assert payoff.choose(KINDS) == (kind, True)
        payoff.record(kind, pay)
    return payoff


def test_the_kind_that_has_paid_most_goes_on() -> None:
    assert tried(1.0, 3.0, 2.0).choose(KINDS) == ("parts", False)


def test_others_get_a_try_now_and_then() -> None:
    payoff = tried(1.0, 3.0, 2.0)
    chosen = [payoff.choose(KINDS) for _ in range(EXPLORE * 10)]
    assert sum(kind != "parts" for kind, _ in chosen) == 10
    assert all(is_trial == (kind != "parts") for kind, is_trial in chosen)
    assert {kind for kind, _ in chosen} == set(KINDS)


def test_one_that_pays_no_more_gives_way() -> None:
    payoff = tried(1.0, 3.0, 2.0)
    payoff.record("parts", 0.0)
    payoff.record("parts", 0.0)
    assert payoff.choose(KINDS)[0] != "parts"


def test_one_that_gained_nothing_gives_way_at_once() -> None:
    payoff = tried(1.0, 1_000.0, 0.1)
    payoff.record("parts", 0.0)
    assert payoff.choose(KINDS)[0] == "whole"


def test_where_none_gains_chance_decides() -> None:
    payoff = tried(0.0, 0.0, 0.0)
    assert {payoff.choose(KINDS) for _ in range(50)} == {(kind, False) for kind in KINDS}


def test_the_more_one_has_paid_the_likelier_its_next_try() -> None:
    payoff = tried(1.0, 3.0, 2.9)
    chosen = [payoff.choose(KINDS)[0] for _ in range(EXPLORE * 60)]
    assert chosen.count("few") > 1.5 * chosen.count("whole") > 0


def test_a_decline_of_one_tells_of_the_others() -> None:
    """Else a trial long ago, when all was easy to better, would count for ever."""
    payoff = tried(4.0, 2.5, 0.1)
    payoff.record("whole", 0.5)
    assert payoff.choose(KINDS)[0] == "whole"


def test_a_single_kind_needs_no_trial() -> None:
    payoff: Payoff[str] = Payoff(random.Random(1))
    assert payoff.choose(["whole"]) == ("whole", False)
