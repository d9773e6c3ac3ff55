import pytest

from milkrun_solver.model.windows import SoftWindow
from milkrun_solver.routes.least_cost import MOST_SECONDS, LeastCost, TimedStop, Values


def ten(departures: Values) -> Values:
    return departures + 10


def through_rush_hour(departures: Values) -> Values:
    """Ten seconds, or those until 150 if the vehicle leaves between 100 and 140."""
    arrivals: Values = departures + 10
    arrivals[(departures >= 100) & (departures < 140)] = 150
    return arrivals


def times(
    *stops: TimedStop,
    per_hour: int = 1,
    earliest: int = 0,
    latest: int | None = None,
    rush: bool = False,
    lasting: int = 0,
) -> list[int] | None:
    drives = [through_rush_hour if rush else ten] * (len(stops) + 1)
    return LeastCost(stops, drives, per_hour, earliest, latest, [100, 140] if rush else []).times(lasting)


def test_a_route_waits_until_nothing_is_early() -> None:
    assert times(TimedStop([], 5, SoftWindow(70, 0, 1, 0)), TimedStop([], 5)) == [60, 70, 85]


def test_it_is_late_where_that_costs_less() -> None:
    """The second stop should begin by 40, and the first from 50 on."""
    for early, late, begins in ((2, 1, 50), (1, 2, 25)):
        first, second = SoftWindow(50, 0, early, 0), SoftWindow(0, 40, 0, late)
        found = times(TimedStop([], 5, first), TimedStop([], 5, second))
        assert found is not None
        assert found[1] == begins


def test_of_equally_cheap_ways_it_takes_the_one_that_ends_first_and_starts_last() -> None:
    window = [(80, 200)]
    assert times(TimedStop([], 5), TimedStop(window, 5)) == [55, 65, 80]


def test_windows_bind_whatever_it_costs() -> None:
    late = SoftWindow(0, 0, 0, 9)
    assert times(TimedStop([(10, 20), (40, 50)], 5, late), earliest=15) == [30, 40]
    assert times(TimedStop([(10, 20)], 5, late), earliest=15) is None


@pytest.mark.parametrize(("latest", "found"), [(35, [10, 20]), (34, None)])
def test_it_must_end_in_time(latest: int, found: list[int] | None) -> None:
    assert times(TimedStop([(20, 30)], 5), latest=latest) == found


@pytest.mark.parametrize(("per_hour", "found"), [(1, [99, 135]), (0, [99, 134])])
def test_it_waits_for_quick_travel_if_driving_has_a_price(per_hour: int, found: list[int]) -> None:
    """It leaves before the rush hour, and drives home once that is over."""
    assert times(TimedStop([(95, 134 + per_hour)], 5), per_hour=per_hour, rush=True) == found


def test_a_later_stop_may_follow_from_waiting_for_an_earlier_one() -> None:
    """The first waits for 50, so that the second begins long after its own reason to wait."""
    stops = TimedStop([], 5, SoftWindow(50, 0, 9, 0)), TimedStop([], 5, SoftWindow(10, 0, 9, 0))
    assert times(*stops) == [40, 50, 65]


def test_times_that_are_too_far_apart_are_not_looked_at() -> None:
    assert times(TimedStop([], 5, SoftWindow(MOST_SECONDS, 0, 1, 0))) is None


def test_prices_that_are_too_high_to_add_up_are_not_looked_at() -> None:
    dear = SoftWindow(2**31, 2**31, 2**32, 2**32)
    assert times(TimedStop([], 5, dear), earliest=2**31 - 50) is None


@pytest.mark.parametrize(("lasting", "found"), [(0, [40, 50, 90]), (1, [40, 50, 90]), (3, [65, 75, 90])])
def test_a_price_of_each_hour_makes_a_route_shorter(lasting: int, found: list[int]) -> None:
    """The second stop opens at 90. The first should begin by 50."""
    stops = TimedStop([], 5, SoftWindow(0, 50, 0, 2)), TimedStop([(90, 200)], 5)
    assert times(*stops, lasting=lasting) == found
