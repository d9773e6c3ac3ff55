import pickle
from dataclasses import FrozenInstanceError

import pytest

from milkrun_solver.engines.effort import QUICK, Effort


def test_the_quick_effort_searches_at_the_lowest_level() -> None:
    """The construction heuristics alone are None."""
    assert QUICK.level == 0


def test_an_effort_is_the_same_in_another_process_and_never_changes() -> None:
    effort = Effort(1, searches=4)
    assert pickle.loads(pickle.dumps(effort)) == effort  # noqa: S301  # our own
    with pytest.raises(FrozenInstanceError):
        QUICK.level = 5  # type: ignore[misc]
