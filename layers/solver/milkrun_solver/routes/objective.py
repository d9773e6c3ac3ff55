"""What a plan is worth before anybody has verified it."""

from milkrun.schema.solution import Rank
from milkrun_solver.model.problem import Model, Plan
from milkrun_solver.routes.schedule import schedule


def worth(model: Model, plan: Plan) -> Rank | None:
    """Priority and number of the tasks that are left out, and cost; None where a time window is missed or no
    way leads on."""
    served = {task for route in plan for task in route.tasks}
    left = [task.priority for number, task in enumerate(model.tasks) if number not in served]
    cost = 0
    for route in plan:
        timed = schedule(model, route.vehicle, route.tasks)
        if timed is None:
            return None
        cost += timed.cost
    return sum(left), len(left), cost
