"""The verifier's own statement of `min_vehicles` and `max_vehicles`."""

from collections.abc import Iterator

from milkrun.schema.solution import Solution
from milkrun_solver.verification.facts import Facts


def vehicle_count_faults(problem: Facts, solution: Solution) -> Iterator[str]:
    """Checks how many vehicles have a route. Nobody can have more routes than orders."""
    used, options = len(solution.routes), problem.options
    orders = sum(step.type in ("job", "pickup") for route in solution.routes for step in route.steps)
    if used < min(options.min_vehicles, orders):
        yield f"{used} vehicles have a route, fewer than min_vehicles ({options.min_vehicles})"
    if options.max_vehicles is not None and used > options.max_vehicles:
        yield f"{used} vehicles have a route, more than max_vehicles ({options.max_vehicles})"
