"""One thread's search with PyVRP: iterated local search in rounds, each going on from a given solution."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from milkrun_solver.encoding import Encoding
from milkrun_solver.model import Plan
from milkrun_solver.standins import load_pyvrp

if TYPE_CHECKING:
    import pyvrp

Stop = Callable[[int], bool]
"""PyVRP's stopping criterion: asked before each iteration with the best cost so far."""
Found = Callable[["pyvrp.Solution"], None]

HISTORY = 50
"""Iterations that PyVRP's late acceptance looks back. Its own 300 suit minutes: here rounds take seconds."""
_TYPICAL_LEG = 1_000
"""Cost of a leg that PyVRP's default penalties suit."""


class Search:
    """PyVRP's local search on one form of a problem, with what it learns kept from round to round."""

    def __init__(self, encoding: Encoding, complete: bool, seed: int) -> None:
        self._pyvrp: Any = load_pyvrp()
        from pyvrp import search as operators

        self.encoding = encoding
        self.complete = complete
        self.data, neighbours = encoding.shared(complete)
        self._rng = self._pyvrp.RandomNumberGenerator(seed=seed)
        perturbation = operators.PerturbationManager()
        self._search = operators.LocalSearch(self.data, self._rng, neighbours, perturbation)
        for operator in operators.OPERATORS:
            if operator.supports(self.data):
                self._search.add_operator(operator(self.data))
        params = self._pyvrp.PenaltyParams(max_penalty=self._max_penalty())
        self._penalties = self._pyvrp.PenaltyManager(params.midpoint_penalties(self.data), params)

    def _max_penalty(self) -> float:
        """PyVRP's default bound, raised where costs are counted in smaller units or prizes are at stake."""
        kind = self.data.vehicle_type(0)
        leg = float(self.data.distance_matrix(kind.profile).mean()) * kind.unit_distance_cost
        leg += float(self.data.duration_matrix(kind.profile).mean()) * kind.unit_duration_cost
        prizes = [client.prize for client in self.data.clients()]
        prizes += [shipment.prize for shipment in self.data.shipments()]
        return float(max(100_000.0 * max(1.0, leg / _TYPICAL_LEG), *prizes))

    def first_solution(self) -> "pyvrp.Solution":
        """A solution made from nothing: random, then improved. It may break constraints."""
        random = self._pyvrp.Solution.make_random(self.data, self._rng)
        return self._search(random, self._penalties.max_cost_evaluator(), exhaustive=True)

    def completed(self, plan: Plan) -> "pyvrp.Solution":
        """A solution made from a plan, with what it leaves out put in. It may break constraints."""
        return self._search(self.solution(plan), self._penalties.max_cost_evaluator(), exhaustive=True)

    def feasible_part(self, solution: "pyvrp.Solution") -> Plan:
        """The routes of a solution that keep the rules: an answer, if not a whole one."""
        return self.encoding.plan(solution, lambda route: bool(route.is_feasible()))

    def solution(self, plan: Plan) -> "pyvrp.Solution":
        """The solution that a plan says."""
        return self.encoding.solution(self.data, plan)

    def round(self, start: "pyvrp.Solution", stop: Stop, found: Found) -> "pyvrp.Solution":
        """Searches from `start` until `stop` says so; `found` gets each better feasible solution at once."""
        callbacks = _callbacks(self._pyvrp, found)
        params = self._pyvrp.IteratedLocalSearchParams(history_length=HISTORY, callbacks=callbacks)
        algorithm = self._pyvrp.IteratedLocalSearch(self.data, self._penalties, self._search, start, params)
        best: pyvrp.Solution = algorithm.run(stop, collect_stats=False).best
        return best


def cost(solution: "pyvrp.Solution") -> int:
    """The objective of a feasible solution: lower is better, prizes that are not collected included."""
    return (
        solution.distance_cost()
        + solution.duration_cost()
        + solution.fixed_vehicle_cost()
        + solution.uncollected_prizes()
    )


def _callbacks(pyvrp: Any, found: Found) -> Any:
    class Callbacks(pyvrp.IteratedLocalSearchCallbacks):  # type: ignore[misc]
        def on_best(self, best: "pyvrp.Solution") -> None:
            if best.is_feasible():
                found(best)

    return Callbacks()
