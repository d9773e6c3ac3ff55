"""The enumerator's plans in the solver's numbers, for tests that compare the two."""

from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan, PlannedRoute, ReloadVisit, Visit
from tests.solver.exhaustive.rules.rule import Route


def plan_of(model: Model, routes: tuple[Route, ...]) -> Plan:
    """The routes as a plan of the model."""
    numbers = {(task.kind, task.source.id): number for number, task in enumerate(model.tasks)}
    vehicles = {vehicle.source.id: number for number, vehicle in enumerate(model.vehicles)}
    plan: Plan = []
    for route in routes:
        places = {place.id: rank for rank, place in enumerate(route.vehicle.reloads)}
        visits: list[Visit] = [
            ReloadVisit(places[stop.id]) if stop.type == "reload" else numbers[stop.type, stop.id]
            for stop in route.stops
        ]
        plan.append(PlannedRoute(vehicles[route.vehicle.id], tuple(visits)))
    return plan
