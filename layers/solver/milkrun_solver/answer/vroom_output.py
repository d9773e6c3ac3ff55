"""Reads routes from VROOM's output."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from milkrun_solver.model.problem import Model
from milkrun_solver.model.units import COST_UNIT, HUNDREDTHS
from milkrun_solver.routes.timed_route import Stop, TimedRoute, tasks_of


def routes_of(model: Model, output: Mapping[str, Any]) -> list[TimedRoute]:
    """The routes in VROOM's output, with the times that VROOM gives them."""
    vehicles = {vehicle.source.id: number for number, vehicle in enumerate(model.vehicles)}
    numbers: dict[tuple[str, int], int] = {
        (task.kind, task.source.id): number for number, task in enumerate(model.tasks)
    }
    routes = []
    for route in output["routes"]:
        number = vehicles[route["vehicle"]]
        breaks = {pause.id: rank for rank, pause in enumerate(model.vehicles[number].source.breaks)}
        stops = [_stop(step, numbers, breaks) for step in route["steps"]]
        timed = TimedRoute(number, stops, route["cost"])
        if model.vehicles[number].travel.costs is not None:
            timed.cost = _cost(model, timed)  # VROOM may have been given divided costs
        routes.append(timed)
    return routes


def _cost(model: Model, route: TimedRoute) -> int:
    """The cost of a route whose legs have custom costs."""
    vehicle = model.vehicles[route.vehicle]
    costs, legs = vehicle.source.costs, vehicle.travel.costs
    places = [vehicle.start, *(model.tasks[number].place for number in tasks_of(route)), vehicle.end]
    known = [place for place in places if place is not None]
    travel = 0 if legs is None else sum(int(legs[leg]) for leg in pairwise(known))
    work = HUNDREDTHS * sum(stop.setup + stop.service for stop in route.stops)
    return costs.fixed + travel + costs.per_task_hour * work // COST_UNIT


def _stop(step: Mapping[str, Any], tasks: Mapping[tuple[str, int], int], breaks: Mapping[int, int]) -> Stop:
    kind = step["type"]
    number = breaks[step["id"]] if kind == "break" else tasks.get((kind, step.get("id", -1)))
    return Stop(
        kind=kind,
        number=number,
        arrival=step["arrival"],
        duration=step["duration"],
        distance=step.get("distance", 0),
        load=tuple(step.get("load", ())),
        setup=step["setup"],
        service=step["service"],
        waiting=step["waiting_time"],
    )
