from typing import Any

import pytest

from milkrun_solver.engines.sisr.arrays import NEVER
from milkrun_solver.engines.sisr.clock import LATEST, Clock
from tests.solver.engines.sisr.cases import stops


def clock_of(**vehicle: Any) -> Clock:
    return Clock(stops(**vehicle).vehicles)


@pytest.mark.parametrize(("speed", "unit"), [(1.0, 100), (2.0, 50), (1.25, 20)])
def test_the_unit_is_the_longest_in_which_all_times_are_whole(speed: float, unit: int) -> None:
    clock = clock_of(speed_factor=speed)
    assert (clock.unit, clock.duration(3)) == (unit, 300 // unit)


def test_moments_are_counted_from_the_first_start() -> None:
    clock = Clock(stops(time_window=[70, 500]).vehicles[1:])
    assert [clock.moment(second) for second in (50, 70, 80, 2**32)] == [0, 0, 10, LATEST]
    assert clock_of(time_window=[70, 500]).origin == 0  # the other vehicle may start at any time


def test_no_limit_is_never_reached() -> None:
    assert [clock_of().limit(seconds) for seconds in (None, 7, 2**32 - 1)] == [NEVER, 7, NEVER]


def test_windows_that_meet_beyond_the_last_moment_are_one() -> None:
    arrays = clock_of().windows("it", [[(5, 9), (12, 2**31), (2**31 + 5, 2**32 - 1)], [], [(1, 2)]])
    assert arrays == {
        "it_begin": [0, 2, 2, 3],
        "it_open": [5, 12, 1],
        "it_close": [9, LATEST, 2],
    }
