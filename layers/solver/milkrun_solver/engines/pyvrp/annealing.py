"""One thread's search with PyVRP: simulated annealing in rounds, each going on from a given solution."""

import math
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from milkrun_solver.engines.libraries import load_pyvrp
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.pyvrp.penalties import UPDATES, Penalties, first_penalties, max_penalty
from milkrun_solver.model.problem import Plan

if TYPE_CHECKING:
    import pyvrp

Stop = Callable[[], bool]
"""Whether a round is to end; asked before each iteration."""
Found = Callable[["pyvrp.Solution"], None]
Heat = Callable[[], float]
"""What a change may cost now on average, in legs of typical length."""


class RoundEnd(NamedTuple):
    """Where a round ended: the best solution it saw, and the last feasible one that it went on from."""

    best: "pyvrp.Solution"
    standing: "pyvrp.Solution"


class Search:
    """PyVRP's local search on one form of a problem, with what it learns kept from round to round.

    Args:
        encoding: The problem.
        complete: Whether every task must be served; else each is worth a prize.
        seed: Start of the random numbers.
        learned: Penalties of a search of a similar problem to begin with.
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
        """What was learned if it fits; where prizes are at stake, what outweighs them."""
        if not self.complete:
            midpoint: Penalties = params.midpoint_penalties(self.data)
            return midpoint
        if learned is not None and len(learned[0]) == self.data.num_load_dimensions:
            return learned
        return first_penalties(self.data)

    @property
    def learned(self) -> Penalties | None:
        """The penalties as the search has made them; None where prizes are at stake."""
        penalties: Penalties = self._penalties.penalties()
        return penalties if self.complete else None

    def first_solution(self) -> "pyvrp.Solution":
        """A solution made from nothing: random, then improved. It may break constraints."""
        random = self._pyvrp.Solution.make_random(self.data, self._rng)
        return self._search(random, self._penalties.max_cost_evaluator(), exhaustive=True)

    def completed(self, plan: Plan) -> "pyvrp.Solution":
        """A solution made from a plan, with what it leaves out put in. It may break constraints."""
        return self._search(self.solution(plan), self._penalties.max_cost_evaluator(), exhaustive=True)

    def feasible_part(self, solution: "pyvrp.Solution") -> Plan:
        """The routes of a solution that keep the rules: an answer, if not a whole one."""
        return self.encoding.plan(solution, self.encoding.route_keeps_rules)

    def solution(self, plan: Plan) -> "pyvrp.Solution":
        """The solution that a plan says."""
        return self.encoding.solution(self.data, plan)

    def round(self, start: "pyvrp.Solution", stop: Stop, found: Found, heat: Heat) -> RoundEnd:
        """Searches from `start` until `stop` says so; `found` gets each better feasible solution at once.

        A change that makes the solution worse is kept by chance, the likelier the less it costs and the
        hotter it is. What one change costs says the same in a problem of any size.
        """
        best = current = standing = start
        leg = self._leg(start)
        costs = self._penalties.cost_evaluator()
        bound = costs.cost(best) if self.encoding.keeps_rules(best) else math.inf
        while not stop():
            candidate = self._search(current, costs, exhaustive=False)
            self._penalties.register(candidate)
            costs = self._penalties.cost_evaluator()
            if costs.cost(candidate) < bound and self.encoding.keeps_rules(candidate):
                candidate = best = self._polished(candidate, costs)
                bound = costs.cost(best)
                found(best)
            slack = -leg * heat() * math.log(1 - self._chance.random())
            if costs.penalised_cost(candidate) < costs.penalised_cost(current) + slack:
                current = candidate
                standing = current if self.encoding.keeps_rules(current) else standing
        return RoundEnd(best, standing)

    def _polished(self, solution: "pyvrp.Solution", costs: Any) -> "pyvrp.Solution":
        """A feasible solution after a search of all its neighbours, if that is feasible too."""
        better = self._search(solution, costs, exhaustive=True)
        return better if self.encoding.keeps_rules(better) else solution

    def _leg(self, solution: "pyvrp.Solution") -> float:
        """Cost of a typical leg of a solution."""
        legs = len(self.encoding.possible) + solution.num_routes()
        return (solution.distance_cost() + solution.duration_cost()) / max(1, legs)


def cost(solution: "pyvrp.Solution") -> int:
    """The objective of a feasible solution: lower is better, prizes that are not collected included."""
    return (
        solution.distance_cost()
        + solution.duration_cost()
        + solution.fixed_vehicle_cost()
        + solution.uncollected_prizes()
    )
