"""What "better" means, in one place."""

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Rank, Solution


def rank(problem: Problem, solution: Solution) -> Rank:
    """How good an answer is, lower being better: priority left unassigned, tasks left unassigned, cost.

    Both ends of a shipment are tasks and each counts its priority, as in VROOM.
    """
    wanted = sum(job.priority for job in problem.jobs) + sum(2 * s.priority for s in problem.shipments)
    return wanted - solution.summary.priority, solution.summary.unassigned, solution.summary.cost
