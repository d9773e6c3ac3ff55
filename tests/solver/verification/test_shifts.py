from typing import Any

import pytest

from milkrun_solver.verification.shifts import shift_faults
from tests.solver.verification.cases import facts, problem, step


def faults(lasts: int, says: int | None, **vehicle: Any) -> list[str]:
    """Of a route that begins at 70, lasts so many seconds and says that so many are overtime."""
    steps = step("start", arrival=70), step("job", 1), step("end", arrival=70 + lasts)
    return list(shift_faults(facts(problem(vehicle, {}), *steps, overtime=says)))


SHIFT = {"shift_duration": 1_000, "max_overtime": 200}


@pytest.mark.parametrize(("lasts", "overtime"), [(999, 0), (1_000, 0), (1_001, 1), (1_200, 200)])
def test_overtime_is_what_a_route_lasts_beyond_the_shift(lasts: int, overtime: int) -> None:
    assert faults(lasts, overtime, **SHIFT) == []
    assert faults(lasts, overtime + 1, **SHIFT) == [f"the overtime is {overtime} s, not {overtime + 1}"]


def test_overtime_is_limited() -> None:
    assert faults(1_201, 201, **SHIFT) == ["the route has 201 s of overtime, more than max_overtime (200 s)"]
    assert faults(1_001, 1, shift_duration=1_000) == [
        "the route has 1 s of overtime, more than max_overtime (0 s)"
    ]


def test_a_route_with_a_shift_says_its_overtime() -> None:
    assert faults(900, None, **SHIFT) == ["the overtime is 0 s, not None"]


def test_a_route_without_a_shift_has_no_overtime() -> None:
    assert faults(90_000, None) == []
    assert faults(90_000, 0) == ["the route states overtime, but its vehicle has no shift"]
