from dataclasses import FrozenInstanceError

import pytest

from milkrun_solver.model.visits import PlannedRoute
from milkrun_solver.search.events import Ended, Proposed


def test_what_one_thread_tells_another_does_not_change_on_the_way() -> None:
    proposed = Proposed("vroom", [PlannedRoute(0, (1,))])
    ended = Ended("vroom")
    with pytest.raises(FrozenInstanceError):
        proposed.routes = []  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        ended.proposed = True  # type: ignore[misc]


def test_a_thread_ends_without_an_error_as_one_of_those_that_improve_unless_it_says_otherwise() -> None:
    assert Ended("pyvrp") == Ended("pyvrp", error=None, proposed=False)
