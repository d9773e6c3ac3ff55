"""Translates plans to timed routes, these to the caller's solution, and back."""

from collections.abc import Callable, Iterable, Sequence

from milkrun.schema.fields import Coordinates
from milkrun.schema.solution import Meta, PlanCosts, Route, RouteCosts, Solution, Step, Summary, Unassigned
from milkrun.schema.vehicles import VehicleStep
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import BreakVisit, Plan, PlannedRoute, ReloadVisit, Visit
from milkrun_solver.routes.components import components
from milkrun_solver.routes.plan_costs import balance_cost, compact_cost
from milkrun_solver.routes.schedule import schedule
from milkrun_solver.routes.timed_route import TASK_KINDS, TimedRoute

_UNLIKE_TASKS: dict[str, Callable[[int], Visit]] = {"reload": ReloadVisit, "break": BreakVisit}


def timed_routes(model: Model, routes: Iterable[PlannedRoute | TimedRoute]) -> list[TimedRoute] | None:
    """Routes with their times; None if one misses a time window or uses a closed leg. Routes that have times
    keep them."""
    found: list[TimedRoute] = []
    for route in routes:
        timed = schedule(model, route.vehicle, route.visits) if isinstance(route, PlannedRoute) else route
        if timed is None:
            return None
        found.append(timed)
    return found


def planned(routes: Iterable[PlannedRoute | TimedRoute]) -> Plan:
    """The plan of routes, with the reloads and breaks of those that have times."""
    return [route if isinstance(route, PlannedRoute) else _planned(route) for route in routes]


def _planned(route: TimedRoute) -> PlannedRoute:
    return PlannedRoute(
        route.vehicle,
        tuple(
            _UNLIKE_TASKS[stop.kind](stop.number) if stop.kind in _UNLIKE_TASKS else stop.number
            for stop in route.stops
            if stop.number is not None
        ),
    )


def plan_of(model: Model, solution: Solution) -> Plan:
    """The order of tasks in a solution of the same problem."""
    vehicles = {vehicle.source.id: number for number, vehicle in enumerate(model.vehicles)}
    return planned_routes(model, ((vehicles[route.vehicle], route.steps) for route in solution.routes))


def planned_routes(model: Model, routes: Iterable[tuple[int, Sequence[Step | VehicleStep]]]) -> Plan:
    """The plan from the steps of some vehicles, whose numbers are given too."""
    numbers: dict[tuple[str, int | None], int] = {
        (task.kind, task.source.id): number for number, task in enumerate(model.tasks)
    }

    def visit_of(vehicle: int, step: Step | VehicleStep) -> Visit | None:
        if step.type == "reload":
            reloads = model.vehicles[vehicle].reloads
            return ReloadVisit(next(k for k, it in enumerate(reloads) if it.source.id == step.id))
        if step.type == "break":
            breaks = model.vehicles[vehicle].source.breaks
            return next((BreakVisit(k) for k, it in enumerate(breaks) if it.id == step.id), None)
        return numbers[step.type, step.id] if step.type in TASK_KINDS else None

    return [
        PlannedRoute(
            vehicle, tuple(visit for step in steps if (visit := visit_of(vehicle, step)) is not None)
        )
        for vehicle, steps in routes
    ]


def solution_of(model: Model, routes: Iterable[TimedRoute], meta: Meta) -> Solution:
    """The solution with these routes. Tasks that are in none of them are unassigned."""
    ordered = sorted(routes, key=lambda route: route.vehicle)
    finished = [_route(model, route) for route in ordered]
    served = {(step.type, step.id) for route in finished for step in route.steps}
    left = [task for task in model.tasks if (task.kind, task.source.id) not in served]
    unassigned = [
        Unassigned(
            id=task.source.id,
            type=task.kind,
            description=task.source.description,
            location=task.source.location,
            location_index=task.source.location_index,
        )
        for task in left
    ]
    whole = PlanCosts(balance=balance_cost(model, ordered), compact=compact_cost(model, ordered))
    summary = _summary(model, finished, len(left), whole)
    return Solution(summary=summary, unassigned=unassigned, routes=finished, meta=meta)


def _summary(model: Model, routes: Sequence[Route], unassigned: int, whole: PlanCosts) -> Summary:
    """The totals of an answer. `whole` has the priced terms of the plan, which belong to no route."""
    distances = [route.distance for route in routes if route.distance is not None]
    measured = all(vehicle.travel.distances is not None for vehicle in model.vehicles)

    def amounts(lists: list[list[int] | None]) -> list[int] | None:
        return [sum(amount[i] for amount in lists if amount) for i in range(model.amounts)] or None

    shifts = any(vehicle.source.shift_duration is not None for vehicle in model.vehicles)
    return Summary(
        cost=sum(route.cost for route in routes) + whole.balance + whole.compact,
        costs=_plan_costs(routes, whole) if model.is_priced else None,
        routes=len(routes),
        unassigned=unassigned,
        setup=sum(route.setup for route in routes),
        service=sum(route.service for route in routes),
        duration=sum(route.duration for route in routes),
        waiting_time=sum(route.waiting_time for route in routes),
        priority=sum(route.priority for route in routes),
        overtime=sum(route.overtime or 0 for route in routes) if shifts else None,
        distance=sum(distances) if measured else None,
        delivery=amounts([route.delivery for route in routes]),
        pickup=amounts([route.pickup for route in routes]),
    )


def _plan_costs(routes: Sequence[Route], whole: PlanCosts) -> PlanCosts:
    parts = [route.costs for route in routes if route.costs is not None]
    sums = {name: sum(getattr(part, name) for part in parts) for name in RouteCosts.model_fields}
    return whole.model_copy(update=sums)


def _route(model: Model, route: TimedRoute) -> Route:
    vehicle = model.vehicles[route.vehicle]
    numbers = [stop.number for stop in route.stops if stop.kind in TASK_KINDS]
    tasks = [model.tasks[number] for number in numbers if number is not None]
    measured = vehicle.travel.distances is not None
    return Route(
        vehicle=vehicle.source.id,
        description=vehicle.source.description,
        steps=_steps(model, route, measured),
        cost=route.cost,
        costs=components(model, route) if model.is_priced else None,
        setup=sum(stop.setup for stop in route.stops),
        service=sum(stop.service for stop in route.stops),
        duration=route.stops[-1].duration,
        waiting_time=sum(stop.waiting for stop in route.stops),
        priority=sum(task.priority for task in tasks),
        overtime=None if vehicle.source.shift_duration is None else route.overtime,
        distance=route.stops[-1].distance if measured else None,
        delivery=[sum(task.delivery[i] for task in tasks) for i in range(model.amounts)] or None,
        pickup=[sum(task.pickup[i] for task in tasks) for i in range(model.amounts)] or None,
    )


_PLACED = TASK_KINDS | {"reload"}


def _steps(model: Model, route: TimedRoute, measured: bool) -> list[Step]:
    sources = [_source(model, route, i) for i in range(len(route.stops))]
    return [
        Step(
            type=stop.kind,
            id=None if stop.kind in ("start", "end") else source[0],
            description=source[1],
            location=source[2],
            location_index=source[3],
            arrival=stop.arrival,
            duration=stop.duration,
            setup=stop.setup,
            service=stop.service,
            waiting_time=stop.waiting,
            distance=stop.distance if measured else None,
            load=list(stop.load) if model.amounts else None,
        )
        for stop, source in zip(route.stops, sources, strict=True)
    ]


_Source = tuple[int | None, str | None, Coordinates | None, int | None]


def _source(model: Model, route: TimedRoute, position: int) -> _Source:
    """Id, description, coordinates and index of a stop, from the problem.

    An open route starts at its first task and ends at its last one, as in VROOM's output.
    """
    stop, vehicle = route.stops[position], model.vehicles[route.vehicle].source
    if stop.kind == "break":
        pause = None if stop.number is None else vehicle.breaks[stop.number]
        return (None, None, None, None) if pause is None else (pause.id, pause.description, None, None)
    if stop.kind == "reload" and stop.number is not None:
        place = vehicle.reloads[stop.number]
        return place.id, place.description, place.location, place.location_index
    if stop.kind in TASK_KINDS and stop.number is not None:
        task = model.tasks[stop.number].source
        return task.id, task.description, task.location, task.location_index
    is_start = stop.kind == "start"
    depot = (vehicle.start, vehicle.start_index) if is_start else (vehicle.end, vehicle.end_index)
    if depot == (None, None):
        placed = [i for i, s in enumerate(route.stops) if s.kind in _PLACED]
        depot = _source(model, route, placed[0 if is_start else -1])[2:]
    return None, None, *depot
