"""Cuts a plan for a round: into parts, or into groups of routes that must manage with one route fewer.

`decomposition.parts` cites the source of the cuts, and `decomposition.route_elimination` that of the groups.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

from milkrun.schema.priced import balance
from milkrun_solver.answer.solution import planned, timed_routes
from milkrun_solver.decomposition.parts import Part, cut
from milkrun_solver.decomposition.route_elimination import without_a_route
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.objective import Solved, objective
from milkrun_solver.routes.timed_route import TimedRoute, tasks_of

LEAST_CUT = 500
"""Fewest tasks for which a plan is cut: in smaller plans, a search of the whole finds more."""
LEAST_PART = 150
"""About the fewest tasks in a part: smaller parts leave too little to change."""
MOST_TASKS = 500
"""About the most tasks in a part. If a large problem has more parts than the threads can search in a round,
only some are searched."""
GROUP_TASKS = 250
"""About the number of tasks in a group that must manage with one route fewer."""


class Piece(NamedTuple):
    """A part to search.

    Attributes:
        instead_of: For a part with one route fewer: the routes that it replaces, in the numbers of the whole
            problem. The part must serve all their tasks.
    """

    part: Part
    instead_of: Solved | None = None


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
        # A part does not know how much vehicles outside are used, so its own balance is none of the whole's.
        self._is_balanced = next(balance(model.problem), None) is not None

    def count(self, threads: int) -> int:
        """How many parts to cut a plan into: one for each thread, within the limits on their size. A plan
        with a price of balance is not cut."""
        tasks = len(self._possible)
        if self._is_balanced:
            return 1
        return min(max(2, threads, tasks // MOST_TASKS), tasks // LEAST_PART) if tasks >= LEAST_CUT else 1

    def parts(self, routes: Sequence[TimedRoute], threads: int) -> list[Piece]:
        """The parts of a plan; none if it should not be cut."""
        parts = cut(self._model, planned(routes), self._left_out(routes), self.count(threads), self._rng)
        return [Piece(part) for part in parts] if len(parts) > 1 else []

    def with_a_route_less(self, routes: Sequence[TimedRoute]) -> list[Piece]:
        """Groups of routes, with one route fewer where the others may have room for its tasks. None if no
        group may, if tasks are left out already, or if too few routes might be left."""
        count = 1 if self._is_balanced else max(1, round(len(self._possible) / GROUP_TASKS))
        if self._left_out(routes) or len(routes) - count < self._model.fewest_routes:
            return []
        parts = cut(self._model, planned(routes), [], count, self._rng)
        pieces = [self._with_a_route_less(part) or Piece(part) for part in parts]
        return pieces if any(piece.instead_of for piece in pieces) else []

    def _left_out(self, routes: Sequence[TimedRoute]) -> list[int]:
        served = {task for route in routes for task in tasks_of(route)}
        return [number for number in self._possible if number not in served]

    def _with_a_route_less(self, part: Part) -> Piece | None:
        timed = timed_routes(part.model, part.plan)
        if timed is None:
            return None
        less = without_a_route(self._model, part.in_whole(part.plan), self._rng)
        if less is None:
            return None
        replaced = [part.timed_in_whole(route) for route in timed]
        return Piece(less, Solved(replaced, objective(part.model, timed)))
