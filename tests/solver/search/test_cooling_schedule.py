"""A search cools down until it ends; a long search cools down several times."""

import pytest

from milkrun_solver.search.cooling_schedule import CoolingSchedule


def cooled(seconds: float, at: list[float], stall: float | None = None) -> list[float]:
    cooling = CoolingSchedule(100.0, 100.0 + seconds, stall)
    return [cooling.cooled(100.0 + elapsed) for elapsed in at]


@pytest.mark.parametrize("seconds", [1.0, 10.0, 60.0, 100.0])
def test_a_search_cools_down_evenly_until_its_end(seconds: float) -> None:
    found = cooled(seconds, [seconds * share / 10 for share in range(11)])
    assert found == pytest.approx([share / 10 for share in range(11)])


def test_a_long_search_cools_down_within_a_minute_and_is_then_reheated() -> None:
    before, after = cooled(3_600, [59.99, 60.01])
    assert before == pytest.approx(1, abs=0.001)
    assert after == pytest.approx(0, abs=0.001)


def test_each_cooling_cycle_is_longer_and_the_last_one_ends_with_the_search() -> None:
    found = cooled(600, [float(second) for second in range(601)])
    begins = [second for second in range(1, 601) if found[second] < found[second - 1]]
    assert begins == [60, 180]
    assert found[600] == pytest.approx(1)


def test_a_search_with_a_stall_limit_cools_down_sooner() -> None:
    assert cooled(3_600, [7.99], stall=2.0)[0] == pytest.approx(1, abs=0.01)


def test_the_search_is_settled_in_its_last_third() -> None:
    cooling = CoolingSchedule(100.0, 110.0, None)
    assert [cooling.is_settled(100.0 + elapsed) for elapsed in (0, 6.5, 7.5, 10)] == [
        False,
        False,
        True,
        True,
    ]


def test_outside_its_time_a_search_is_as_hot_as_at_its_start_or_end() -> None:
    assert cooled(10, [-1, 11]) == [0, 1]


def test_a_search_may_have_no_time() -> None:
    assert 0 <= cooled(0, [0])[0] <= 1
