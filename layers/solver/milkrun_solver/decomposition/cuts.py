"""What a plan is cut into for a round: parts as they are, or groups of routes that shall do with one less."""

import random
from collections.abc import Sequence

from milkrun_solver.decomposition.parts import Part, cut
from milkrun_solver.decomposition.route_elimination import without_a_route
from milkrun_solver.model.problem import Model, Plan
from milkrun_solver.routes.objective import worth
from milkrun_solver.search.search_task import Stint

LEAST_CUT = 500
"""Tasks from which on a plan is cut: in smaller ones the search of the whole finds more."""
LEAST_PART = 150
"""Tasks that a part has at least, about: smaller ones leave too little to change."""
MOST_TASKS = 500
"""Tasks that a part has at most, about: of a very large problem only some parts are searched in a round."""
MOST_PARTS = 4
"""Parts that a thread searches in a round."""
GROUP_TASKS = 250
"""Tasks of a group that shall do with a route less: it takes more routes than a part to make room for one."""


class Cuts:
    """Cuts plans of one problem.

    Args:
        model: The whole problem.
        possible: Tasks that some vehicle can serve.
        rng: Chooses the lines of the cuts.
    """

    def __init__(self, model: Model, possible: Sequence[int], rng: random.Random) -> None:
        self._model = model
        self._possible = possible
        self._rng = rng

    def count(self, threads: int) -> int:
        """How many parts a cut makes: one for each thread where they get neither too small nor too large."""
        tasks = len(self._possible)
        return min(max(2, threads, tasks // MOST_TASKS), tasks // LEAST_PART) if tasks >= LEAST_CUT else 1

    def parts(self, plan: Plan, threads: int) -> list[Stint]:
        """A stint for each part; none where a plan is not to be cut."""
        parts = cut(self._model, plan, self._left_out(plan), self.count(threads), self._rng)
        return [self._as_it_is(part) for part in parts] if len(parts) > 1 else []

    def with_a_route_less(self, plan: Plan) -> list[Stint]:
        """A stint for each group of routes that may do with one less, the others as they are; none where no
        group may, or tasks are left out already."""
        if self._left_out(plan):
            return []
        parts = cut(self._model, plan, [], max(1, round(len(self._possible) / GROUP_TASKS)), self._rng)
        stints = [self._with_a_route_less(part) or self._as_it_is(part) for part in parts]
        return stints if any(stint.must_serve_all for stint in stints) else []

    def _left_out(self, plan: Plan) -> list[int]:
        served = {task for route in plan for task in route.tasks}
        return [number for number in self._possible if number not in served]

    def _as_it_is(self, part: Part) -> Stint:
        return Stint(self._model, part, part.plan)

    def _with_a_route_less(self, part: Part) -> Stint | None:
        rank = worth(part.model, part.plan)
        if rank is None:
            return None
        routes = part.in_whole(part.plan)
        less = without_a_route(self._model, routes, self._rng)
        return None if less is None else Stint(self._model, less, less.plan, instead_of=(routes, rank))
