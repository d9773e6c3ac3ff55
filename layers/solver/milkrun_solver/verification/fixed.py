"""The verifier's own statement of `fixed` steps."""

from collections.abc import Iterator

from milkrun.schema.solution import Solution
from milkrun.schema.vehicles import Vehicle
from milkrun_solver.verification.facts import TASK_TYPES, Facts


def fixed_faults(problem: Facts, solution: Solution) -> Iterator[str]:
    """Finds vehicles whose routes do not keep their fixed steps. A vehicle without a route keeps none, but
    for reloads alone it need not have one."""
    routes = {route.vehicle: route.steps for route in solution.routes}
    placed = TASK_TYPES | {"reload"}
    for vehicle in problem.vehicles.values():
        first, in_order = _fixed(vehicle, "position"), _fixed(vehicle, "order")
        if vehicle.id not in routes and all(kind == "reload" for kind, _ in (*first, *in_order)):
            continue
        steps = [(step.type, step.id) for step in routes.get(vehicle.id, ()) if step.type in placed]
        if steps[: len(first)] != first:
            yield f"vehicle {vehicle.id} does not begin with its fixed steps"
        wanted = set(in_order)
        if [step for step in steps if step in wanted] != in_order:
            yield f"vehicle {vehicle.id} does not serve its fixed steps in their order"


def _fixed(vehicle: Vehicle, how: str) -> list[tuple[str, int | None]]:
    return [(step.type, step.id) for step in vehicle.steps if step.fixed == how]
