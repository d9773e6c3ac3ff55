from milkrun_solver.model.travel import NO_WAY
from milkrun_solver.rules.open_legs import OpenLegs
from tests.solver.rules.cases import direct, one_job


def allows(there: int, back: int, **vehicle: int | None) -> bool:
    return OpenLegs().allows(direct(one_job(vehicle, {}, [[0, there], [back, 0]])))


def test_no_route_takes_a_closed_leg() -> None:
    assert allows(100, 100)
    assert not allows(NO_WAY, 100)
    assert not allows(100, NO_WAY)


def test_a_leg_just_short_of_closed_is_open() -> None:
    assert allows(NO_WAY - 1, NO_WAY - 1)


def test_a_closed_leg_that_is_not_driven_does_not_matter() -> None:
    assert allows(NO_WAY, 100, start_index=None)
    assert allows(100, NO_WAY, end_index=None)
