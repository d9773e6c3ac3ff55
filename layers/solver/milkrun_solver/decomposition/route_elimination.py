"""Route elimination: saves a route, which local search rarely does by itself.

Emptying a route stop by stop makes a plan worse before it makes it better. So a whole route is dissolved at
once and its vehicle removed. A search that must serve everything then moves its tasks into the other routes.

Y. Nagata and O. Bräysy, "A powerful route minimization heuristic for the vehicle routing problem with time
windows", Operations Research Letters 37 (2009), also dissolve one route at a time. Here an engine's search
takes the place of their ejection pool.
"""

import random

from milkrun_solver.decomposition.parts import Part, part_of
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from milkrun_solver.rules.capacity import may_hold_all

_CANDIDATES = 2
"""The shortest of this many random routes is dissolved."""


def without_a_route(model: Model, routes: Plan, rng: random.Random) -> Part | None:
    """These routes without one of them and its vehicle, its tasks unassigned. None if the other vehicles
    cannot hold them, or if every route has fixed tasks."""
    free = [route for route in routes if not model.vehicles[route.vehicle].has_fixed_tasks]
    if not free:
        return None
    candidates = rng.sample(free, min(_CANDIDATES, len(free)))
    dissolved = min(candidates, key=lambda route: len(route.tasks))
    part = part_of(model, [route for route in routes if route != dissolved], dissolved.tasks, ())
    return part if may_hold_all(part.model.vehicles, part.model.tasks) else None
