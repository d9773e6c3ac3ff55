"""The verifier's own statement of `options.compact`."""

from collections.abc import Iterator

from milkrun.schema.solution import Solution
from milkrun_solver.verification.facts import TASK_TYPES, Facts


def compact_faults(problem: Facts, solution: Solution) -> Iterator[str]:
    """Finds a cost of interleaving that is not what the routes say."""
    stated, cost = solution.summary.costs, compact_cost(problem, solution)
    if stated is not None and stated.compact != cost:
        yield f"the compact cost is {cost}, not {stated.compact}"


def compact_cost(problem: Facts, solution: Solution) -> int:
    """The price of each task among the five nearest of a served task that another vehicle serves."""
    wanted = problem.options.compact
    if wanted is None:
        return 0
    server: dict[tuple[str, int], int] = {}
    for route in solution.routes:
        for step in route.steps:
            if step.type in TASK_TYPES and step.id is not None:
                server[step.type, step.id] = route.vehicle
    apart = sum(
        server.get(other, vehicle) != vehicle
        for task, vehicle in server.items()
        for other in problem.nearest.of(task)
    )
    return wanted.cost * apart
