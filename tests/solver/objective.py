"""A plan's cost by definition, in VROOM's internal units, and random plans to try it on."""

import random
from itertools import pairwise

import pyvrp

from milkrun_solver.model.problem import Model
from milkrun_solver.model.units import COST_UNIT, DISTANCE_COST, HUNDREDTHS
from milkrun_solver.model.visits import Plan, PlannedRoute


def internal_cost(model: Model, plan: Plan, with_work: bool = True) -> int:
    """The cost of a plan before rounding, with or without the cost of work."""
    return sum(_route_cost(model, route, with_work) for route in plan)


def cost(solution: pyvrp.Solution) -> int:
    """What PyVRP minimises, for a feasible solution; it includes prizes not collected."""
    return (
        solution.distance_cost()
        + solution.duration_cost()
        + solution.fixed_vehicle_cost()
        + solution.uncollected_prizes()
    )


def _route_cost(model: Model, route: PlannedRoute, with_work: bool) -> int:
    vehicle = model.vehicles[route.vehicle]
    costs, travel = vehicle.source.costs, vehicle.travel
    per_second = vehicle.duration_factor * costs.per_hour if model.timed else vehicle.cost_factor
    total = COST_UNIT * costs.fixed
    for leg in pairwise(_places(model, route)):
        if None in leg:
            continue
        if travel.costs is not None:
            total += COST_UNIT * int(travel.costs[leg])
            continue
        total += per_second * int(travel.durations[leg])
        if travel.distances is not None:
            total += DISTANCE_COST * costs.per_km * int(travel.distances[leg])
    return total + with_work * HUNDREDTHS * costs.per_task_hour * seconds_of_work(model, route)


def _places(model: Model, route: PlannedRoute) -> list[int | None]:
    vehicle = model.vehicles[route.vehicle]
    stops = [
        model.tasks[visit].place if isinstance(visit, int) else vehicle.reloads[visit.reload].place
        for visit in route.placed
    ]
    return [vehicle.start, *stops, vehicle.end]


def seconds_of_work(model: Model, route: PlannedRoute) -> int:
    """The setup and service of a route's tasks; a stop after another at the same place needs no setup.

    Breaks count too, as in VROOM's cost of work: a vehicle that drives takes all of its breaks.
    """
    vehicle = model.vehicles[route.vehicle]
    rank = vehicle.type_rank
    visits = zip(route.placed, _places(model, route), strict=False)
    tasks = [(model.tasks[visit], before) for visit, before in visits if isinstance(visit, int)]
    setups = (task.setup[rank] for task, before in tasks if task.place != before)
    services = [task.service[rank] for task, _ in tasks]
    services += [pause.service for pause in vehicle.source.breaks]
    return sum(setups) + sum(services)


def most_rounding(model: Model, plan: Plan) -> float:
    """How far a stated cost may be from the exact one: for each route a cost unit of travel and one of work.

    With a speed factor, it also covers the cost of a second of travel for each stop, and of half a hundredth
    of each second.
    """
    slack = 0.0
    for route in plan:
        vehicle = model.vehicles[route.vehicle]
        slack += 1 + (vehicle.source.costs.per_task_hour > 0)
        if vehicle.duration_factor != HUNDREDTHS:
            legs = [leg for leg in pairwise(_places(model, route)) if None not in leg]
            seconds = sum(int(vehicle.travel.durations[leg]) for leg in legs)
            slack += (len(route.visits) + 2 + seconds / 200) * vehicle.source.costs.per_hour / 3_600
    return slack


def random_plan(model: Model, rng: random.Random) -> Plan:
    """Tasks on random vehicles in random order. Some are left out, and some deliveries come before their
    pickups."""
    routes: list[list[int]] = [[] for _ in model.vehicles]
    for number, task in enumerate(model.tasks):
        route = rng.choice([*routes, None])
        if task.kind == "delivery" or route is None:
            continue
        position = rng.randint(0, len(route))
        route.insert(position, number)
        if task.kind == "pickup":
            route.insert(
                position if rng.random() < 0.05 else rng.randint(position + 1, len(route)), number + 1
            )
    return _plan(routes)


def shaken(model: Model, plan: Plan, rng: random.Random, moves: int) -> Plan:
    """The plan after this many jobs or shipments have moved to other vehicles, or to none."""
    routes: list[list[int]] = [[] for _ in model.vehicles]
    for planned in plan:
        routes[planned.vehicle] = list(planned.tasks)
    movable = [number for number, task in enumerate(model.tasks) if task.kind != "delivery"]
    for number in rng.choices(movable, k=moves):
        partner = model.tasks[number].partner
        moved = [number] if partner is None else [number, partner]
        routes = [[task for task in route if task not in moved] for route in routes]
        if rng.random() < 0.2:
            continue
        target, position = rng.choice(routes), 0
        for task in moved:
            position = rng.randint(position, len(target))
            target.insert(position, task)
            position += 1
    return _plan(routes)


def _plan(routes: list[list[int]]) -> Plan:
    return [PlannedRoute(vehicle, tuple(tasks)) for vehicle, tasks in enumerate(routes) if tasks]
