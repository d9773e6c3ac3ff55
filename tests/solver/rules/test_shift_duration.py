from typing import Any

import pytest

from milkrun_solver.rules.shift_duration import ShiftDuration
from tests.solver.rules.cases import direct, one_job, screened, several_vehicles


def allows(shift: int | None, overtime: int = 0, **job: Any) -> bool:
    vehicle = {"shift_duration": shift, "max_overtime": overtime}
    return ShiftDuration().allows(direct(one_job(vehicle, job)))


@pytest.mark.parametrize(
    ("shift", "overtime", "allowed"),
    [(230, 0, True), (229, 0, False), (200, 30, True), (200, 29, False), (None, 0, True)],
)
def test_a_route_may_last_as_long_as_the_shift_and_its_overtime(
    shift: int | None, overtime: int, allowed: bool
) -> None:
    assert allows(shift, overtime, service=30) == allowed


def test_a_route_starts_as_late_as_it_can_so_that_the_shift_is_short() -> None:
    assert allows(200, time_windows=[[5_000, 6_000]])
    assert allows(200, release_time=5_000)


def test_it_screens_nobody() -> None:
    assert screened(ShiftDuration(), one_job({"shift_duration": 1}, {})) is None


def test_vehicles_with_the_same_shift_and_overtime_count_as_alike() -> None:
    shift = {"shift_duration": 9, "max_overtime": 2}
    model = several_vehicles(shift, shift, {**shift, "shift_duration": 8}, {**shift, "max_overtime": 3})
    first, same, *others = map(ShiftDuration().traits, model.vehicles)
    assert first == same
    assert len({first, *others}) == 3
