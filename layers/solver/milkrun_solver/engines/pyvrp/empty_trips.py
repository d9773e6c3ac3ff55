"""Reloads that begin or end a trip without a task, which PyVRP leaves where they cost nothing."""

from milkrun_solver.model.problem import Model, PlannedRoute
from milkrun_solver.routes.schedule import TimedRoute, schedule


def without_idle_reloads(model: Model, planned: PlannedRoute) -> PlannedRoute:
    """The same route without trips that serve nobody, unless they make it cheaper or shorter.

    In matrices where the way through a third place is a short cut, even such a reload may be of use.
    """
    if all(number >= 0 for number in planned.tasks):
        return planned
    kept: list[int] = []
    for number in planned.tasks:
        if number >= 0 or (kept and kept[-1] >= 0):
            kept.append(number)
    while kept and kept[-1] < 0:
        kept.pop()
    if len(kept) == len(planned.tasks):
        return planned
    before = schedule(model, planned.vehicle, planned.tasks)
    after = schedule(model, planned.vehicle, kept)
    if after is None or before is None or any(a > b for a, b in zip(_use(after), _use(before), strict=True)):
        return planned
    return PlannedRoute(planned.vehicle, tuple(kept))


def _use(route: TimedRoute) -> tuple[int, ...]:
    """What rules and costs may bind of a route."""
    end = route.stops[-1]
    return route.cost, route.overtime, end.duration, end.distance
