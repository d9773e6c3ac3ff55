"""Times of a given order of tasks, as VROOM's output has them.

As in VROOM, a route ends as early as possible and then starts as late as possible, so that it waits least. A
route that would have overtime is made as short as possible instead, and one whose times have a price as cheap
as possible. If nothing in the problem binds in time, every route starts at 0.
"""

from collections.abc import Sequence

from milkrun_solver.model.problem import Model
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.visits import Visit
from milkrun_solver.routes.breaks import Choice, PausedTiming
from milkrun_solver.routes.cheapest import cheapest
from milkrun_solver.routes.driver_breaks import DriverChoice, DriverTiming
from milkrun_solver.routes.forward_pass import timed
from milkrun_solver.routes.pauses import breaks_by_leg
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.routes.untimed_route import UntimedRoute


def schedule(model: Model, vehicle_number: int, visits: Sequence[Visit]) -> TimedRoute | None:
    """Times, loads and cost of these visits in this order.

    Breaks among the visits are taken where they stand, on the way to the next task or reload. Other breaks of
    the vehicle are taken where the route ends earliest. So are those that its `driver_rules` ask for; if its
    times have a price, where it costs least.

    Returns:
        The route; None if it misses a time window, uses a closed leg, or cannot take all breaks. The verifier
        checks loads, skills and limits.
    """
    route = UntimedRoute(model, vehicle_number, visits)
    if not route.is_open():
        return None
    may_pause = bool(route.vehicle.source.breaks) or route.vehicle.driver_rules is not None
    if may_pause and route.vehicle.travel.slots:
        return None  # only an engine may place breaks there, by the time of day
    if may_pause:
        if route.times_have_a_price and not route.vehicle.source.breaks:
            least = cheapest(route)
            if least is not None:
                return least
        choice = _choice(route, visits)
        return None if choice is None else timed(route, choice.start, choice.breaks)
    if route.times_have_a_price:
        least = cheapest(route)
        if least is not None or route.vehicle.travel.slots:
            return least
    start = _start(route) if model.timed else 0
    return None if start is None else timed(route, start)


def least_overtime(route: UntimedRoute) -> int:
    """Overtime in seconds of the shortest schedule; 0 if the vehicle has no shift or the route misses a time
    window."""
    if route.vehicle.source.shift_duration is None:
        return 0
    start = _start(route)
    shortest = None if start is None else timed(route, start)
    return 0 if shortest is None else shortest.overtime


def _start(route: UntimedRoute) -> int | None:
    """When the route should start; None if it misses a time window."""
    timing, shift = route.timing(), route.vehicle.source.shift_duration
    return timing.latest_start() if shift is None else timing.shortest_start(HUNDREDTHS * shift)


def _choice(route: UntimedRoute, visits: Sequence[Visit]) -> Choice | DriverChoice | None:
    """When the route should start and where it takes its breaks; None if it misses a time window.

    Args:
        visits: The visits as planned, with breaks.
    """
    shift = route.vehicle.source.shift_duration
    enough = None if shift is None else HUNDREDTHS * shift
    rules, given = route.vehicle.driver_rules, breaks_by_leg(visits)
    if rules is not None:
        return DriverTiming(route.timing(), route.pauses, rules).choice(given, enough)
    return PausedTiming(route.timing(), route.pauses).choice(given, enough)
