"""The times of a route whose times have a price: those at which it costs least."""

from collections.abc import Sequence

from milkrun_solver.model.tasks import Task
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.routes.forward_pass import timed
from milkrun_solver.routes.least_cost import NEVER, Drive, LeastCost, TimedStop
from milkrun_solver.routes.least_cost_by_start import LeastCostByStart, Shift
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.routes.untimed_route import UntimedRoute

_ABOVE_ALL = 2**32
"""A price of an hour above all others."""


def cheapest(route: UntimedRoute) -> TimedRoute | None:
    """The route at the times at which it costs least; None if it misses a time window, lasts too long, or
    cannot be looked at second by second.

    With overtime on a long day, it is the best of several: the cheapest without its price, the cheapest if
    every hour had it, the shortest, and those that end as one of these and last a shift, with all overtime or
    none.
    """
    if route.vehicle.driver_rules is not None:
        return _rested(route)
    least_cost, source = _least_cost(route), route.vehicle.source
    first = _at(route, least_cost.times())
    if first is None or not first.overtime:
        return first
    if not route.vehicle.travel.slots:
        best = _rested(route)
        if best is not None:
            return best
    shift, rate = source.shift_duration or 0, source.costs.per_overtime_hour
    found = [first, *(_at(route, least_cost.times(lasting)) for lasting in (rate, _ABOVE_ALL))]
    for end in {it.stops[-1].arrival for it in found if it is not None}:
        for lasting, most in ((0, shift), (rate, shift + source.max_overtime)):
            found.append(_at(route, least_cost.times(lasting, end - most, end)))
    allowed = [it for it in found if it is not None and it.overtime <= source.max_overtime]
    return min(allowed, key=lambda it: it.cost, default=None)


def _rested(route: UntimedRoute) -> TimedRoute | None:
    """The same with every start looked at, and with the driver's rests; None also if there is too much to
    look at."""
    vehicle, rules = route.vehicle, route.vehicle.driver_rules
    shift, rate = vehicle.source.shift_duration, vehicle.source.costs.per_overtime_hour
    longest = NEVER if shift is None else shift + vehicle.source.max_overtime
    if (
        rules is not None
        and rules.driving_left is not None
        and sum(route.travel) > HUNDREDTHS * rules.driving_left
    ):
        return None
    if rules is not None and rules.duty_left is not None:
        longest = min(longest, rules.duty_left)
    window = vehicle.window
    times = LeastCostByStart(
        _stops(route),
        route.travel,
        max(route.releases[0], 0 if window is None else window[0]),
        None if window is None else window[1],
        Shift(NEVER if shift is None else shift, longest, rate),
        rules,
    ).times()
    if times is None:
        return None
    begins = [[(HUNDREDTHS * time, HUNDREDTHS * time)] for time in times.begins]
    return timed(route, HUNDREDTHS * times.start, times.rests, begins)


def _at(route: UntimedRoute, times: Sequence[int] | None) -> TimedRoute | None:
    """The route that starts, and begins each service, at these seconds."""
    if times is None:
        return None
    start, *begins = [HUNDREDTHS * time for time in times]
    return timed(route, start, windows=[[(time, time)] for time in begins])


def _least_cost(route: UntimedRoute) -> LeastCost:
    window = route.vehicle.window
    return LeastCost(
        _stops(route),
        [_drive(route, leg) for leg in range(len(route.legs))],
        0 if route.vehicle.travel.costs is not None else route.vehicle.source.costs.per_hour,
        max(route.releases[0], 0 if window is None else window[0]),
        None if window is None else window[1],
        [slot.start for slot in route.vehicle.travel.slots],
    )


def _stops(route: UntimedRoute) -> list[TimedStop]:
    return [
        TimedStop(
            [(first // HUNDREDTHS, last // HUNDREDTHS) for first, last in route.windows[i]],
            route.action[i] // HUNDREDTHS,
            stop.soft if isinstance(stop, Task) else None,
        )
        for i, stop in enumerate(route.stops)
    ]


def _drive(route: UntimedRoute, leg: int) -> Drive:
    """The arrivals of a leg in whole seconds."""
    by_time_of_day = route.timed_leg(leg)
    if by_time_of_day is not None:
        return by_time_of_day.arrivals
    seconds = -(-route.travel[leg] // HUNDREDTHS)
    return lambda departures: departures + seconds
