"""The priced terms of a whole plan, which no route has by itself: balance and compactness."""

from collections.abc import Collection

from milkrun_solver.model.problem import Model
from milkrun_solver.routes.soft_windows import per_hour
from milkrun_solver.routes.timed_route import TASK_KINDS, TimedRoute, tasks_of


def plan_cost(model: Model, routes: Collection[TimedRoute]) -> int:
    """The cost of a plan beyond that of its routes."""
    return balance_cost(model, routes) + compact_cost(model, routes)


def balance_cost(model: Model, routes: Collection[TimedRoute]) -> int:
    """The price of the difference between the most and the least used vehicle of those that drive."""
    wanted = model.problem.options.balance
    if wanted is None or len(routes) < 2:
        return 0
    use = {"duration": _seconds, "tasks": _tasks, "load": _load}[wanted.by]
    used = [use(model, route) for route in routes]
    difference = wanted.cost * (max(used) - min(used))
    return per_hour(difference) if wanted.by == "duration" else difference


def _seconds(_model: Model, route: TimedRoute) -> int:
    """Travel, setup and service, without waiting and breaks."""
    work = sum(stop.setup + stop.service for stop in route.stops if stop.kind != "break")
    return route.stops[-1].duration + work


def _tasks(_model: Model, route: TimedRoute) -> int:
    return len(tasks_of(route))


def _load(model: Model, route: TimedRoute) -> int:
    """What the tasks of a route hand over and take, in the first amount."""
    tasks = [model.tasks[number] for number in tasks_of(route)]
    return sum(task.delivery[0] + task.pickup[0] for task in tasks)


def compact_cost(model: Model, routes: Collection[TimedRoute]) -> int:
    """The price of each task among a served task's nearest that another vehicle serves."""
    wanted = model.problem.options.compact
    if wanted is None:
        return 0
    vehicle_of = {
        stop.number: route.vehicle for route in routes for stop in route.stops if stop.kind in TASK_KINDS
    }
    apart = sum(
        vehicle_of.get(other, vehicle) != vehicle
        for number, vehicle in vehicle_of.items()
        if number is not None
        for other in model.tasks[number].near
    )
    return wanted.cost * apart
