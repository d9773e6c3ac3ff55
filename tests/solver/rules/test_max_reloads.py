from typing import Any

import pytest

from milkrun_solver.feasibility.unservable import _insertions
from milkrun_solver.rules.max_reloads import MaxReloads
from tests.solver.rules.cases import one_job, screened, several_vehicles

PLACES = {"reloads": [{"id": 1, "location_index": 0}]}


def verdicts(**vehicle: Any) -> list[bool]:
    """On a job alone on its route: straight from the start, and after a reload."""
    model = one_job({**PLACES, **vehicle}, {})
    return [MaxReloads().allows(insertion) for insertion in _insertions(model, 0, (0,))]


@pytest.mark.parametrize(("most", "allowed"), [(0, [True, False]), (1, [True, True]), (None, [True, True])])
def test_a_vehicle_reloads_no_more_often_than_its_limit(most: int | None, allowed: list[bool]) -> None:
    assert verdicts(max_reloads=most) == allowed


def test_it_screens_nobody() -> None:
    assert screened(MaxReloads(), one_job({**PLACES, "max_reloads": 0}, {})) is None


def test_a_limit_other_than_0_makes_no_difference_between_vehicles() -> None:
    model = several_vehicles(*({**PLACES, "max_reloads": most} for most in (1, 2, None, 0)), {})
    one, two, unlimited, none, nowhere = map(MaxReloads().traits, model.vehicles)
    assert one == two == unlimited
    assert len({one, none, nowhere}) == 3


@pytest.mark.parametrize("changed", [{"location_index": 1}, {"service": 60}], ids=str)
def test_another_place_to_reload_makes_a_difference_between_vehicles(changed: dict[str, int]) -> None:
    other = {"reloads": [{**PLACES["reloads"][0], **changed}]}
    first, second = map(MaxReloads().traits, several_vehicles(PLACES, other).vehicles)
    assert first != second
