"""The cost of a route by component."""

from milkrun.schema.solution import RouteCosts
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.soft_windows import per_hour, soft_costs
from milkrun_solver.routes.timed_route import Stop, TimedRoute, services_of

_SECONDS_PER_HOUR = 3_600


def components(model: Model, route: TimedRoute) -> RouteCosts:
    """What the cost of a route consists of, to the unit. Travel is what the other components leave: engines
    round it in their own ways."""
    costs = model.vehicles[route.vehicle].source.costs
    work = sum(stop.setup + stop.service for stop in route.stops if _is_charged(stop))
    task = costs.per_task_hour * work // _SECONDS_PER_HOUR
    overtime = per_hour(costs.per_overtime_hour * route.overtime)
    early, late = soft_costs(model, services_of(route.stops))
    travel = route.cost - costs.fixed - task - overtime - early - late
    return RouteCosts(fixed=costs.fixed, travel=travel, task=task, overtime=overtime, early=early, late=late)


def _is_charged(stop: Stop) -> bool:
    """Whether time at a stop costs: at tasks and at the vehicle's own breaks."""
    return stop.kind != "reload" and (stop.kind != "break" or stop.number is not None)
