from dataclasses import replace

import pytest

from milkrun_solver.model.problem import Model
from milkrun_solver.routes.cheapest import cheapest
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.routes.untimed_route import UntimedRoute
from tests.solver.routes.cases import RUSH, priced_times


def cheapest_of(model: Model, *tasks: int) -> TimedRoute | None:
    return cheapest(UntimedRoute(model, 0, tasks))


def test_a_route_whose_times_have_a_price_is_as_cheap_as_possible() -> None:
    route = cheapest_of(priced_times([]), 0)
    assert route is not None
    assert [stop.arrival for stop in route.stops] == [900, 1_000, 1_150]
    assert route.cost == 200


def test_it_avoids_slow_hours_if_that_is_cheaper() -> None:
    """It leaves before they begin, waits until 1,000, and drives home slowly; or it is early by more."""
    route = cheapest_of(priced_times([RUSH]), 0)
    assert route is not None
    assert [stop.arrival for stop in route.stops] == [800, 900, 1_350]
    assert route.stops[1].waiting == 100
    assert route.cost == 100 + 300


def test_a_route_that_would_last_too_long_at_its_cheapest_has_no_such_times() -> None:
    assert cheapest_of(priced_times([], time_window=[0, 9_000], shift_duration=249), 0) is None


@pytest.mark.parametrize(
    ("per_hour", "most", "starts", "cost"),
    [
        (1_800, 900, 900, 200 + 550 // 2),  # overtime costs less than to be late
        (7_200, 900, 1_450, 200 + 550),
        (1_800, 500, 950, 200 + 500 // 2 + 50),  # more overtime is forbidden
    ],
)
def test_overtime_is_weighed_against_times(per_hour: int, most: int, starts: int, cost: int) -> None:
    """The second job opens at 1,650. If the first begins when it should, the route lasts 850 seconds."""
    model = priced_times(
        [],
        shift_duration=300,
        max_overtime=most,
        costs={"per_hour": 3_600, "per_overtime_hour": per_hour},
    )
    second = replace(model.tasks[0], windows=((1_650, 9_000),), soft=None, service=(0,))
    model = replace(model, tasks=(model.tasks[0], second))
    route = cheapest_of(model, 0, 1)
    assert route is not None
    assert (route.stops[0].arrival, route.cost) == (starts, cost)
