"""The verifier's own statement of `options.balance`."""

from collections.abc import Iterator

from milkrun.schema.options import Balance
from milkrun.schema.solution import Route, Solution
from milkrun_solver.verification.facts import TASK_TYPES, Facts


def balance_faults(problem: Facts, solution: Solution) -> Iterator[str]:
    """Finds a cost of uneven routes that is not what the routes say."""
    stated, cost = solution.summary.costs, balance_cost(problem, solution)
    if stated is not None and stated.balance != cost:
        yield f"the balance cost is {cost}, not {stated.balance}"


def balance_cost(problem: Facts, solution: Solution) -> int:
    """What the difference between the most and the least used vehicle costs; 0 with fewer than two routes."""
    wanted = problem.options.balance
    if wanted is None or len(solution.routes) < 2:
        return 0
    use = sorted(_use(wanted, route) for route in solution.routes)
    price = (use[-1] - use[0]) * wanted.cost
    return (price + 1_800) // 3_600 if wanted.by == "duration" else price


def _use(wanted: Balance, route: Route) -> int:
    if wanted.by == "duration":
        pauses = sum(step.service for step in route.steps if step.type == "break")
        return route.duration + route.setup + route.service - pauses
    if wanted.by == "tasks":
        return sum(step.type in TASK_TYPES for step in route.steps)
    return sum(amounts[0] for amounts in (route.delivery, route.pickup) if amounts)
