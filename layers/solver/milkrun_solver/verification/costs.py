"""The verifier's own statement of costs by component: they are stated if the problem has a priced term, and
add up to the unit."""

from collections.abc import Iterator

from milkrun.schema.solution import Route, RouteCosts, Solution
from milkrun_solver.verification.facts import Facts, RouteFacts, is_charged


def cost_faults(facts: RouteFacts) -> Iterator[str]:
    """Checks that the components of a route's cost add up to it, and those that depend on no rounding."""
    stated, rates = facts.route.costs, facts.vehicle.costs
    if (stated is not None) != facts.problem.priced:
        yield "the route states its cost by component exactly if the problem has no priced term"
    if stated is None:
        return
    total = stated.fixed + stated.travel + stated.task + stated.overtime + stated.early + stated.late
    if total != facts.route.cost:
        yield f"the components of the route's cost add up to {total}, not {facts.route.cost}"
    work = sum(step.setup + step.service for step in facts.route.steps if is_charged(step))
    overtime = (facts.route.overtime or 0) * rates.per_overtime_hour
    for name, exact in (
        ("fixed", rates.fixed),
        ("task", work * rates.per_task_hour // 3_600),
        ("overtime", (overtime + 1_800) // 3_600),
    ):
        if getattr(stated, name) != exact:
            yield f"the {name} cost of the route is {exact}, not {getattr(stated, name)}"


def plan_cost_faults(problem: Facts, solution: Solution) -> Iterator[str]:
    """Checks that the components of an answer's cost add up to it, and are the sums over its routes."""
    stated, routes = solution.summary.costs, solution.routes
    if (stated is not None) != problem.priced:
        yield "the answer states its cost by component exactly if the problem has no priced term"
    total = sum(route.cost for route in routes)
    total += 0 if stated is None else stated.balance + stated.compact
    if solution.summary.cost != total:
        yield f"the total of cost is {total}, not {solution.summary.cost}"
    if stated is None:
        return
    for name in RouteCosts.model_fields:
        component = sum(_component(route, name) for route in routes)
        if getattr(stated, name) != component:
            yield f"the total of {name} costs is {component}, not {getattr(stated, name)}"


def _component(route: Route, name: str) -> int:
    return 0 if route.costs is None else int(getattr(route.costs, name))
