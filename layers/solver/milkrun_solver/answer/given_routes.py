"""The routes that a caller gives as `steps`."""

from milkrun_solver.answer.solution import planned_routes, timed_routes
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.timed_route import TimedRoute


def given_routes(model: Model) -> list[TimedRoute] | None:
    """The routes of the vehicles whose `steps` have tasks, with times; None if one of them misses a time
    window or uses a closed leg. Breaks that the steps leave out are taken where they fit."""
    given = ((number, vehicle.source.steps) for number, vehicle in enumerate(model.vehicles))
    return timed_routes(model, (plan for plan in planned_routes(model, given) if plan.tasks))
