"""The enumerator's plans in the solver's numbers, for tests that compare the two."""

from milkrun.schema.problem import Problem
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan, PlannedRoute, ReloadVisit, Visit
from milkrun_solver.routes.objective import solution_objective
from tests.solver.exhaustive.enumerator import Best, Enumerator
from tests.solver.exhaustive.rules.rule import Route
from tests.solver.helpers import faults, model_of, scheduled


def confirmed(problem: Problem) -> Best:
    """The enumerator's best plan, which the solver's schedule and verifier confirm."""
    best = Enumerator(problem).best()
    assert best is not None
    model = model_of(problem)
    solution = scheduled(model, plan_of(model, best.routes))
    assert solution is not None
    assert faults(model, solution) == []
    assert solution_objective(problem, solution) == best.values
    return best


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
