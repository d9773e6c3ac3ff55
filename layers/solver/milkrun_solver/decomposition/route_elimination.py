"""Doing with one route less: what local search hardly ever finds by itself.

Emptying a route stop by stop makes a plan worse before it makes it better. So one route is dissolved at once,
its vehicle taken away, and a search that must serve everything puts its tasks into the others.

To remove routes by dissolving one at a time is due to Y. Nagata and O. Bräysy, "A powerful route minimization
heuristic for the vehicle routing problem with time windows" (2009). Here the search is that of an engine, in
place of their ejection pool.
"""

import random

from milkrun_solver.decomposition.parts import Part, part_of
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from milkrun_solver.rules.capacity import may_hold_all

_CANDIDATES = 2
"""The shortest of so many routes, chosen by chance, is dissolved."""


def without_a_route(model: Model, routes: Plan, rng: random.Random) -> Part | None:
    """These routes without one of them and its vehicle, its tasks in none; None if the others lack room."""
    candidates = rng.sample(routes, min(_CANDIDATES, len(routes)))
    dissolved = min(candidates, key=lambda route: len(route.visits))
    part = part_of(model, [route for route in routes if route != dissolved], dissolved.tasks, ())
    return part if may_hold_all(part.model.vehicles, part.model.tasks) else None
