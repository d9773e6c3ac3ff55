"""The forward pass: computes times, loads and costs of a given order of tasks, as VROOM's output does.

Times are computed in hundredths of a second and rounded down for output. Travel and overtime are differences
of rounded times, so that each route adds up.
"""

from collections.abc import Sequence

from milkrun_solver.model.tasks import Task
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.visits import ReloadVisit
from milkrun_solver.model.windows import Window
from milkrun_solver.routes.costs import Tariff
from milkrun_solver.routes.driver_breaks import Halt
from milkrun_solver.routes.soft_windows import soft_costs
from milkrun_solver.routes.timed_route import Stop, TimedRoute, services_of
from milkrun_solver.routes.timing import service_start
from milkrun_solver.routes.untimed_route import UntimedRoute


def timed(
    route: UntimedRoute,
    start: int,
    breaks: Sequence[Sequence[int | Halt]] = (),
    windows: Sequence[Sequence[Window]] | None = None,
) -> TimedRoute | None:
    """The route with every stop as early as `start` allows; None if it misses a time window.

    Args:
        breaks: The breaks to take on each leg, in order; none by default.
        windows: When the service of each visit may start, where that is narrower than its windows.
    """
    loads, windows = route.loads, route.windows if windows is None else windows
    log = _Log(start, loads[0])
    for i, visit in enumerate(route.visits):
        left = _pause(route, log, i, breaks[i]) if breaks else route.travel_at(i, log.time)
        opening = service_start(log.time + left, windows[i])
        if opening is None:
            return None
        log.distance += route.metres(i)
        if isinstance(visit, ReloadVisit):
            stop = Stop("reload", visit.reload, 0, 0, 0, loads[i + 1])
        else:
            stop = Stop(route.model.tasks[visit].kind, visit, 0, 0, 0, loads[i + 1])
        stop.setup, stop.service = route.setups[i], route.services[i]
        log.add(stop, left, opening)
    last = len(route.visits)
    left = _pause(route, log, last, breaks[last]) if breaks else route.travel_at(last, log.time)
    log.distance += route.metres(last)
    log.add(Stop("end", None, 0, 0, 0, loads[last]), left, log.time + left)
    shift = route.vehicle.source.shift_duration
    lasted = log.stops[-1].arrival - log.stops[0].arrival
    overtime = 0 if shift is None else max(0, lasted - shift)
    work = sum([time for time, it in zip(route.action, route.stops, strict=True) if isinstance(it, Task)])
    if breaks:
        work += sum(pause.length for pause in route.pauses)
    tariff = Tariff(route.model, route.vehicle, route.legs)
    cost = tariff.total(log.driven, log.distance, work, overtime)
    if route.model.is_priced:
        cost += sum(soft_costs(route.model, services_of(log.stops)))
    return TimedRoute(route.number, log.stops, cost, overtime)


def _pause(route: UntimedRoute, log: "_Log", leg: int, breaks: Sequence[int | Halt]) -> int:
    """Takes breaks on a leg: each at its place, or else by driving on while it would have to wait for it.

    Returns:
        What is left of the leg.

    Raises:
        ValueError: A break misses its time windows.
    """
    left = route.travel[leg]
    for it in breaks:
        halt = it if isinstance(it, Halt) else _halt(route, log.time, left, it)
        left -= halt.driven
        stop = Stop("break", halt.number, 0, 0, 0, route.loads[leg], service=halt.length // HUNDREDTHS)
        log.add(stop, halt.driven, max(log.time + halt.driven, halt.opening))
    return left


def _halt(route: UntimedRoute, time: int, left: int, number: int) -> Halt:
    pause = route.pauses[number]
    opening = service_start(time, pause.windows)
    if opening is None:
        raise ValueError("a break misses its time windows")
    return Halt(number, min(left, opening - time), opening, pause.length)


class _Log:
    """The stops so far, in whole seconds, and the exact time, in hundredths of a second."""

    def __init__(self, start: int, load: tuple[int, ...]) -> None:
        self.time = start
        self.driven = self.distance = 0
        self._departure = start // HUNDREDTHS
        self.stops = [Stop("start", None, self._departure, 0, 0, load)]

    def add(self, stop: Stop, travel: int, opening: int) -> None:
        """Adds a stop after `travel` hundredths of a second, whose service starts at `opening`."""
        reached = self.time + travel
        stop.arrival = arrival = reached // HUNDREDTHS
        self.driven += arrival - self._departure
        stop.duration, stop.distance = self.driven, self.distance
        if opening > reached:
            stop.waiting = opening // HUNDREDTHS - arrival
        work = stop.setup + stop.service
        self._departure = arrival + stop.waiting + work
        self.time = opening + HUNDREDTHS * work
        self.stops.append(stop)
