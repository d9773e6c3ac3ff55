"""What "better" means, in one place: less priority left unassigned, then fewer tasks, then lower cost."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from milkrun.schema.solution import Rank
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from milkrun_solver.routes.schedule import TimedRoute, schedule, tasks_of


class Solved(NamedTuple):
    """Routes and how good they are."""

    routes: list[TimedRoute]
    objective: Rank


def objective(model: Model, routes: Sequence[TimedRoute], tasks: Iterable[int] | None = None) -> Rank:
    """How good routes are, before anybody has verified them; lower is better.

    Args:
        tasks: The tasks that the routes may serve; all by default.
    """
    among = range(len(model.tasks)) if tasks is None else tasks
    served = {task for route in routes for task in tasks_of(route)}
    left = [model.tasks[number].priority for number in among if number not in served]
    return sum(left), len(left), sum(route.cost for route in routes)


def worth(model: Model, plan: Plan) -> Rank | None:
    """Priority and number of the tasks that are left out, and cost; None where a time window is missed or no
    way leads on."""
    served = {task for route in plan for task in route.tasks}
    left = [task.priority for number, task in enumerate(model.tasks) if number not in served]
    cost = 0
    for route in plan:
        timed = schedule(model, route.vehicle, route.visits)
        if timed is None:
            return None
        cost += timed.cost
    return sum(left), len(left), cost
