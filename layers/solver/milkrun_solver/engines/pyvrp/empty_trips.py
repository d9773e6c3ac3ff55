"""Removes reloads around trips without a task. PyVRP leaves these in a route if they cost nothing."""

from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import PlannedRoute, ReloadVisit, Visit
from milkrun_solver.routes.schedule import schedule
from milkrun_solver.routes.timed_route import TimedRoute


def without_empty_trips(model: Model, planned: PlannedRoute) -> PlannedRoute:
    """The route without trips that have no task, unless these make it cheaper or shorter.

    They do in matrices where the detour through a place to reload is a short cut.
    """
    if not model.vehicles[planned.vehicle].reloads:
        return planned
    kept: list[Visit] = []
    for visit in planned.visits:
        if isinstance(visit, int) or (kept and isinstance(kept[-1], int)):
            kept.append(visit)
    while kept and isinstance(kept[-1], ReloadVisit):
        kept.pop()
    if len(kept) == len(planned.visits):
        return planned
    before = schedule(model, planned.vehicle, planned.visits)
    after = schedule(model, planned.vehicle, kept)
    if after is None or before is None or any(a > b for a, b in zip(_use(after), _use(before), strict=True)):
        return planned
    return PlannedRoute(planned.vehicle, tuple(kept))


def _use(route: TimedRoute) -> tuple[int, ...]:
    """The values of a route that limits and costs depend on."""
    end = route.stops[-1]
    return route.cost, route.overtime, end.duration, end.distance
