"""The routes that a caller gives as `steps`."""

from collections.abc import Sequence

from milkrun_solver.answer.solution import planned_routes
from milkrun_solver.model.problem import Model, Vehicle
from milkrun_solver.model.visits import BreakVisit
from milkrun_solver.routes.breaks import schedule_with_breaks
from milkrun_solver.routes.schedule import TASK_KINDS, TimedRoute, schedule


def given_routes(model: Model) -> list[TimedRoute] | None:
    """The routes of the vehicles whose `steps` have tasks, with times; None if one of them misses a time
    window or uses a closed leg. Breaks that the steps leave out are taken where they fit."""
    given = ((number, vehicle.source.steps) for number, vehicle in enumerate(model.vehicles))
    routes: list[TimedRoute] = []
    for plan in planned_routes(model, given):
        if not plan.tasks:
            continue
        vehicle = model.vehicles[plan.vehicle]
        if vehicle.source.breaks:
            route = schedule_with_breaks(model, plan.vehicle, _visits(vehicle, plan.tasks))
        else:
            route = schedule(model, plan.vehicle, plan.visits)
        if route is None:
            return None
        routes.append(route)
    return routes


def _visits(vehicle: Vehicle, tasks: Sequence[int]) -> list[int | BreakVisit]:
    """The tasks and breaks of a vehicle's steps. `tasks` are the numbers of its tasks, in order."""
    breaks = {pause.id: rank for rank, pause in enumerate(vehicle.source.breaks)}
    served = iter(tasks)
    visits: list[int | BreakVisit] = []
    for step in vehicle.source.steps:
        if step.type in TASK_KINDS:
            visits.append(next(served))
        elif step.type == "break" and step.id is not None:
            visits.append(BreakVisit(breaks[step.id]))
    return visits
