from typing import Any

import pytest

from milkrun_solver.model.driver_rules import DriverRules
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.windows import SoftWindow
from milkrun_solver.routes import least_cost_by_start
from milkrun_solver.routes.driver_breaks import Halt
from milkrun_solver.routes.least_cost import NEVER, TimedStop
from milkrun_solver.routes.least_cost_by_start import (
    MOST_MOMENTS,
    LeastCostByStart,
    RestedTimes,
    Shift,
    _breaks,
)

LEG = 10 * HUNDREDTHS
REST = Halt(None, LEG // 2, 0, 7 * HUNDREDTHS)


def rules(**others: int | tuple[int, ...] | None) -> DriverRules:
    """A rest of 7 seconds after 15 of driving."""
    given = {"driving_before_break": 15, "break_length": 7, "parts": (), "driving": None, "duty": None}
    return DriverRules(**{**given, **others})  # type: ignore[arg-type]


def times(
    *stops: TimedStop,
    latest: int | None = None,
    shift: Shift | None = None,
    driver: DriverRules | None = None,
) -> RestedTimes | None:
    travel = [LEG] * (len(stops) + 1)
    return LeastCostByStart(stops, travel, 0, latest, shift or Shift(), driver).times()


@pytest.mark.parametrize(("early", "late", "begins"), [(1, 2, [30, 45]), (2, 1, [40, 55])])
def test_a_later_start_is_weighed_against_tasks_that_are_late(
    early: int, late: int, begins: list[int]
) -> None:
    """The second stop should begin by 45, and the first from 40 on."""
    first, second = SoftWindow(40, 0, early, 0), SoftWindow(0, 45, 0, late)
    found = times(TimedStop([], 5, first), TimedStop([], 5, second))
    assert found is not None
    assert found.begins == begins


@pytest.mark.parametrize(("price", "start"), [(1, 0), (3, 13)])
def test_overtime_is_weighed_against_a_task_that_is_late(price: int, start: int) -> None:
    """Job 1 should begin by 10, and the window of job 2 opens at 50: 13 seconds more than the shift."""
    late = TimedStop([], 0, SoftWindow(0, 10, 0, 2))
    found = times(late, TimedStop([(50, 90)], 0), shift=Shift(47, NEVER, price))
    assert found is not None
    assert found.start == start
    assert found.begins[1] == 50


def test_a_route_keeps_the_longest_duration_and_the_latest_end() -> None:
    late, opens = TimedStop([], 0, SoftWindow(0, 10, 0, 2)), TimedStop([(50, 90)], 0)
    found = times(late, opens, shift=Shift(longest=40))
    assert found is not None
    assert found.start == 20
    assert times(late, opens, latest=60) is not None
    assert times(late, opens, latest=59) is None
    assert times(late, opens, shift=Shift(longest=29)) is None


def test_a_rest_comes_where_it_is_due() -> None:
    soft = TimedStop([], 0, SoftWindow(0, 10, 0, 1))
    assert times(soft, driver=rules()) == RestedTimes(0, [10], [[], [REST]])


def test_a_rest_comes_while_the_vehicle_waits_anyway() -> None:
    found = times(
        TimedStop([], 0, SoftWindow(30, 30, 9, 9)), TimedStop([], 0, SoftWindow(0, 40, 0, 9)), driver=rules()
    )
    assert found is not None
    assert found.begins == [30, 40]
    assert [len(rests) for rests in found.rests] == [1, 0, 1]


def test_two_parts_count_as_one_rest() -> None:
    """Six seconds are free before the first stop, and five before the second."""
    stops = TimedStop([(16, 99)], 0), TimedStop([(31, 99)], 0, SoftWindow(0, 31, 0, 1))
    found = times(*stops, driver=rules(parts=(3, 5), break_length=60))
    assert found is not None
    assert found.begins == [16, 31]
    assert [[rest.length // HUNDREDTHS for rest in rests] for rests in found.rests] == [[3], [5], []]


def test_too_much_to_look_at_is_not_looked_at() -> None:
    stop = TimedStop([(90_000, 90_001)], 0, SoftWindow(0, 5, 0, 1))
    assert times(stop) is not None
    assert times(stop, shift=Shift(longest=100)) is None


@pytest.mark.parametrize(("seconds", "is_found"), [(100, True), (36_000, False)])
def test_no_more_moments_on_a_leg_are_looked_at_than_the_most(
    seconds: int, is_found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver who rests each second has 100 rests on a leg at most, in whichever parts."""
    looked_at: list[object] = []

    def counted(*given: Any) -> Any:
        looked_at.append(given)
        return _breaks(*given)

    monkeypatch.setattr(least_cost_by_start, "_breaks", counted)
    hurried = rules(driving_before_break=1, break_length=7, parts=(3, 5))
    found = LeastCostByStart([], [seconds * HUNDREDTHS], 0, None, Shift(), hurried).times()
    assert (found is not None) == is_found
    assert 0 < len(looked_at) <= MOST_MOMENTS
    if found is not None:
        assert len(found.rests[0]) >= seconds - 1
        assert all(rest.driven <= HUNDREDTHS for rest in found.rests[0])
