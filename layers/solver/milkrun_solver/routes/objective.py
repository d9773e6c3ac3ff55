"""The objective, for routes and answers alike: what makes one better than another."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple, Self

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.plan_costs import plan_cost
from milkrun_solver.routes.timed_route import TimedRoute, tasks_of


class Objective(NamedTuple):
    """The objective of routes; lower is better. It compares first the priority left unassigned, then the
    number of unassigned tasks, then cost.

    Both ends of a shipment are tasks, and each counts the shipment's priority, as in VROOM.
    """

    priority: int
    unassigned: int
    cost: int

    @classmethod
    def of(cls, priorities_left: Collection[int], cost: int) -> Self:
        """From the priorities of the unassigned tasks and the cost of the routes."""
        return cls(sum(priorities_left), len(priorities_left), cost)

    def plus(self, other: Self) -> Self:
        """The objective of these routes together with others."""
        return type(self)(*(mine + its for mine, its in zip(self, other, strict=True)))

    def minus(self, other: Self) -> Self:
        """The objective of these routes without some of them."""
        return type(self)(*(mine - its for mine, its in zip(self, other, strict=True)))


class Solved(NamedTuple):
    """Routes and their objective."""

    routes: list[TimedRoute]
    objective: Objective


def objective(model: Model, routes: Collection[TimedRoute], tasks: Iterable[int] | None = None) -> Objective:
    """The objective of routes that have not been verified. That of a part of a problem has the part's own
    balance: only that of all routes together is what an answer costs.

    Args:
        tasks: The tasks that the routes may serve; all by default.
    """
    among = range(len(model.tasks)) if tasks is None else tasks
    served = {task for route in routes for task in tasks_of(route)}
    left = [model.tasks[number].priority for number in among if number not in served]
    return Objective.of(left, sum(route.cost for route in routes) + plan_cost(model, routes))


def solution_objective(problem: Problem, solution: Solution) -> Objective:
    """The objective of an answer, from its own list of unassigned tasks and its summary."""
    left = {(task.type, task.id) for task in solution.unassigned}
    priorities = [priority for task, priority in _priorities(problem) if task in left] if left else []
    return Objective.of(priorities, solution.summary.cost)


def _priorities(problem: Problem) -> Iterator[tuple[tuple[str, int], int]]:
    for job in problem.jobs:
        yield ("job", job.id), job.priority
    for shipment in problem.shipments:
        yield ("pickup", shipment.pickup.id), shipment.priority
        yield ("delivery", shipment.delivery.id), shipment.priority
