"""Trials take a tenth of a search's time."""

import pytest

from milkrun_solver.search.trial_budget import TrialBudget


def test_the_first_trial_waits_until_it_is_a_tenth_of_the_time() -> None:
    budget = TrialBudget(begin=100.0)
    assert [budget.allows(now, 1.0) for now in (100.0, 108.9, 109.0)] == [False, False, True]


def test_each_trial_puts_off_the_next() -> None:
    budget = TrialBudget(begin=0.0)
    budget.spend(1.0)
    assert [budget.allows(now, 1.0) for now in (9.0, 18.9, 19.0)] == [False, False, True]


@pytest.mark.parametrize("seconds", [5, 30, 600])
def test_trials_never_take_more_than_their_share(seconds: int) -> None:
    budget, spent, now = TrialBudget(begin=0.0), 0, 0
    while now < seconds:
        if budget.allows(now, 1.0):
            budget.spend(1.0)
            spent += 1
        now += 1
    assert spent == seconds // 10
