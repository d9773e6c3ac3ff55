"""The verifier's own sums: the totals of routes and answers."""

from collections.abc import Iterator

from milkrun.schema.solution import Solution
from milkrun_solver.verification.facts import Facts, RouteFacts


def sum_faults(facts: RouteFacts) -> Iterator[str]:
    """Finds totals of a route that are not the sums over its steps."""
    route, work = facts.route, [work for _, work in facts.tasks]
    steps = route.steps
    yield from _compare("setup", route.setup, sum(step.setup for step in steps))
    yield from _compare("service", route.service, sum(step.service for step in steps))
    yield from _compare("waiting time", route.waiting_time, sum(step.waiting_time for step in steps))
    yield from _compare("priority", route.priority, sum(task.priority for task in work))
    yield from _compare("duration", route.duration, steps[-1].duration)
    for i in range(facts.problem.amounts):
        unloaded, loaded = sum(task.unloaded[i] for task in work), sum(task.loaded[i] for task in work)
        yield from _compare("delivery", _amount(route.delivery, i), unloaded)
        yield from _compare("pickup", _amount(route.pickup, i), loaded)


def summary_faults(problem: Facts, solution: Solution) -> Iterator[str]:
    """Finds totals of an answer that are not the sums over its routes. Costs have checks of their own."""
    summary, routes = solution.summary, solution.routes
    yield from _compare("the total of routes", summary.routes, len(routes))
    yield from _compare("the total of unassigned", summary.unassigned, len(solution.unassigned))
    shifts = any(vehicle.shift_duration is not None for vehicle in problem.vehicles.values())
    overtime = sum(route.overtime or 0 for route in routes) if shifts else None
    if summary.overtime != overtime:
        yield f"the total of overtime is {overtime}, not {summary.overtime}"
    for name in ("setup", "service", "duration", "waiting_time", "priority"):
        total = sum(getattr(route, name) for route in routes)
        yield from _compare(f"the total of {name}", getattr(summary, name), total)
    if summary.distance is not None:
        yield from _compare("the total of distance", summary.distance, sum(r.distance or 0 for r in routes))


def _amount(amounts: list[int] | None, dimension: int) -> int:
    return amounts[dimension] if amounts and dimension < len(amounts) else 0


def _compare(name: str, stated: int, actual: int) -> Iterator[str]:
    if stated != actual:
        yield f"{name} is {actual}, not {stated}"
