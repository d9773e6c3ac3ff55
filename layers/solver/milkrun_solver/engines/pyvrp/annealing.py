"""One thread's search with PyVRP: PyVRP's local search within simulated annealing.

Simulated annealing: S. Kirkpatrick, C. D. Gelatt and M. P. Vecchi, "Optimization by simulated annealing",
Science 220 (1983). PyVRP: N. A. Wouda, L. Lan and W. Kool, "PyVRP: a high-performance VRP solver package",
INFORMS Journal on Computing 36 (2024). PyVRP's own iterated local search accepts solutions by late acceptance
hill-climbing. Here annealing replaces that, with the temperature in legs of typical length, so that the same
temperatures suit problems of any size.
"""

import math
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from milkrun_solver.engines.libraries import load_pyvrp
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.pyvrp.penalties import UPDATES, Penalties, first_penalties, max_penalty
from milkrun_solver.model.visits import Plan

if TYPE_CHECKING:
    import pyvrp


_HOT, _COLD = 0.5, 0.005
"""Temperatures at the start and the end of annealing, in legs of typical length."""


def temperature(cooled: float) -> float:
    """The temperature, in legs of typical length, when annealing has cooled down so far, from 0 to 1."""
    return float(_HOT * (_COLD / _HOT) ** cooled)


class End(NamedTuple):
    """The result of a search: its best solution, and its last current solution that keeps the rules."""

    best: "pyvrp.Solution"
    current: "pyvrp.Solution"


class Annealing:
    """Simulated annealing on one problem. It keeps its penalties and random numbers from one run to the next.

    Args:
        encoding: The problem.
        complete: Whether every task must be served. If not, each task has a prize.
        seed: Start of the random numbers.
        learned: Penalties to begin with, from a search of a similar problem.
    """

    def __init__(
        self, encoding: Encoding, complete: bool, seed: int, learned: Penalties | None = None
    ) -> None:
        self._pyvrp: Any = load_pyvrp()
        from pyvrp import search as operators

        self.encoding = encoding
        self.complete = complete
        self.data, neighbours = encoding.shared(complete)
        self._rng = self._pyvrp.RandomNumberGenerator(seed=seed)
        self._chance = random.Random(seed)
        perturbation = operators.PerturbationManager()
        self._search = operators.LocalSearch(self.data, self._rng, neighbours, perturbation)
        for operator in operators.OPERATORS:
            if operator.supports(self.data):
                self._search.add_operator(operator(self.data))
        params = self._pyvrp.PenaltyParams(max_penalty=max_penalty(self.data), **UPDATES)
        self._penalties = self._pyvrp.PenaltyManager(self._first_penalties(params, learned), params)

    def _first_penalties(self, params: Any, learned: Penalties | None) -> Penalties:
        """The learned penalties if they fit; with prizes, penalties that outweigh the prizes."""
        if not self.complete:
            midpoint: Penalties = params.midpoint_penalties(self.data)
            return midpoint
        if learned is not None and len(learned[0]) == self.data.num_load_dimensions:
            return learned
        return first_penalties(self.data)

    @property
    def learned(self) -> Penalties | None:
        """The penalties as the search has adapted them; None with prizes, whose penalties suit no part."""
        penalties: Penalties = self._penalties.penalties()
        return penalties if self.complete else None

    def first_solution(self) -> "pyvrp.Solution":
        """A random solution, improved by local search. It may break rules."""
        random = self._pyvrp.Solution.make_random(self.data, self._rng)
        return self._search(random, self._penalties.max_cost_evaluator(), exhaustive=True)

    def completed(self, plan: Plan) -> "pyvrp.Solution":
        """The solution for a plan, with the tasks inserted that the plan leaves out. It may break rules."""
        return self._search(self.solution(plan), self._penalties.max_cost_evaluator(), exhaustive=True)

    def feasible_part(self, solution: "pyvrp.Solution") -> Plan:
        """The routes of a solution that keep the rules: an answer, even if it leaves tasks out."""
        return self.encoding.plan(solution, self.encoding.route_keeps_rules)

    def solution(self, plan: Plan) -> "pyvrp.Solution":
        """PyVRP's solution for a plan."""
        return self.encoding.solution(self.data, plan)

    def run(
        self,
        start: "pyvrp.Solution",
        is_over: Callable[[], bool],
        found: Callable[["pyvrp.Solution"], None],
        temperature: Callable[[], float],
    ) -> End:
        """Searches from `start` until it is over.

        Args:
            is_over: Called before each iteration.
            found: Called with each better solution that keeps the rules.
            temperature: How much worse a change may be on average now, in legs of typical length.
        """
        best = current = feasible = start
        leg = self._leg(start)
        costs = self._penalties.cost_evaluator()
        bound = costs.cost(best) if self.encoding.keeps_rules(best) else math.inf
        while not is_over():
            candidate = self._search(current, costs, exhaustive=False)
            self._penalties.register(candidate)
            costs = self._penalties.cost_evaluator()
            if costs.cost(candidate) < bound and self.encoding.keeps_rules(candidate):
                candidate = best = self._polished(candidate, costs)
                bound = costs.cost(best)
                found(best)
            slack = -leg * temperature() * math.log(1 - self._chance.random())
            if costs.penalised_cost(candidate) < costs.penalised_cost(current) + slack:
                current = candidate
                feasible = current if self.encoding.keeps_rules(current) else feasible
        return End(best, feasible)

    def _polished(self, solution: "pyvrp.Solution", costs: Any) -> "pyvrp.Solution":
        """A feasible solution after an exhaustive local search, if the result is feasible too."""
        better = self._search(solution, costs, exhaustive=True)
        return better if self.encoding.keeps_rules(better) else solution

    def _leg(self, solution: "pyvrp.Solution") -> float:
        """Cost of a typical leg of a solution."""
        legs = len(self.encoding.possible) + solution.num_routes()
        return (solution.distance_cost() + solution.duration_cost()) / max(1, legs)
