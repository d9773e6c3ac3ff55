"""PyVRP as an engine: searches the whole problem, or a part of it, in the calling thread."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from milkrun.schema.engines import EngineName
from milkrun_solver.engines.protocol import HANDFUL, Assignment, Depth, Engine, Neighbourhood, Session
from milkrun_solver.engines.pyvrp.annealing import Annealing, temperature
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.pyvrp.penalties import Penalties
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan

if TYPE_CHECKING:
    import pyvrp

PATIENCE = 400
"""Iterations per task without a better answer after which the search of a handful of tasks ends."""


class PyvrpEngine(Engine):
    """PyVRP on one problem.

    Attributes:
        encoding: The problem in PyVRP's terms, shared by all threads.
    """

    name: EngineName = "pyvrp"
    neighbourhoods: tuple[Neighbourhood, ...] = ("whole", "parts", "route elimination")

    def __init__(self, model: Model, known: Plan) -> None:
        super().__init__(model, known)
        self.encoding = Encoding(model, known)
        self.impossible = self.encoding.impossible
        self.whole_bytes = self.encoding.fleet.matrix_bytes

    def session(self, number: int, seed: int) -> "PyvrpSession":
        """A session with a seed of its own. The first thread's session hurries to its first routes."""
        return PyvrpSession(self._model, self.encoding, seed, hurries=number == 0)

    def knows(self, plan: Plan) -> bool:
        """Whether a plan serves only tasks that PyVRP knows."""
        return self.encoding.knows(plan)


class PyvrpSession(Session):
    """One thread's searches. The search of the whole problem keeps its state from one call to the next."""

    def __init__(self, model: Model, encoding: Encoding, seed: int, hurries: bool) -> None:
        self._model = model
        self._whole = _Whole(encoding, seed, hurries)
        self._patience = _Patience(len(encoding.possible))
        self._learned: Penalties | None = None

    def propose(self, assignment: Assignment, _depth: Depth, _threads: int) -> Plan | None:
        """Searches the whole problem without known routes, until the search is over."""
        return self._search_whole(assignment, None)

    def improve(self, assignment: Assignment, start: Plan) -> Plan | None:
        """Searches the whole problem, or a part of it, until the search is over."""
        if assignment.model is self._model:
            return self._search_whole(assignment, start)
        return self._search_part(assignment, start)

    def _search_whole(self, assignment: Assignment, start: Plan | None) -> Plan | None:
        patience = self._patience

        def is_over() -> bool:
            return patience.is_lost() or assignment.is_over()

        def found(plan: Plan) -> None:
            patience.regain()
            assignment.found(plan)

        was_complete = self._whole.complete
        end = self._whole.search(start, is_over, found, lambda: temperature(assignment.cooled()))
        if self._whole.complete != was_complete:
            patience.regain()  # not every task can be served, so the next search is another one, with prizes
        self.is_exhausted = patience.is_lost()
        return end

    def _search_part(self, assignment: Assignment, start: Plan) -> Plan | None:
        """Searches a part, starting with the penalties learned from the part before."""
        encoding = Encoding(assignment.model)
        must_serve_all = assignment.must_serve_all
        if not encoding.possible or (must_serve_all and not encoding.knows_all):
            return start
        complete = must_serve_all or encoding.is_complete(start)
        search = Annealing(encoding, complete, assignment.seed, self._learned)
        first = search.completed(start) if must_serve_all else search.solution(start)
        end = search.run(
            first,
            assignment.is_over,
            lambda solution: assignment.found(encoding.plan(solution)),
            lambda: temperature(assignment.cooled()),
        )
        self._learned = search.learned or self._learned
        return encoding.plan(end.current) if encoding.keeps_rules(end.current) else None


class _Whole:
    """Searches of the whole problem. Every task is required; if that fails, each has a prize instead.

    A search that hurries, and has no known routes, begins with prizes. The first routes that keep the rules
    then serve far more tasks, and it takes little to serve all.
    """

    def __init__(self, encoding: Encoding, seed: int, hurries: bool) -> None:
        self._encoding = encoding
        self._seed = seed
        self._hurries = hurries
        self._searches: dict[bool, Annealing] = {}
        self.complete = True

    def search(
        self,
        start: Plan | None,
        is_over: Callable[[], bool],
        found: Callable[[Plan], None],
        heat: Callable[[], float],
    ) -> Plan | None:
        """Searches from a plan, or without known routes. Calls `found` with each better plan.

        Returns:
            Where the search ended; None if that breaks a rule.
        """
        if start is not None:
            self.complete = self._encoding.is_complete(start)
        complete = self.complete
        if start is None and complete and self._hurries:
            soon = self._soon()
            if soon:
                found(soon)
            if is_over():
                return None
            first = self._search_with(complete).completed(soon)
        else:
            first = _first(self._search_with(complete), start)
        search = self._search_with(complete)
        feasible = search.feasible_part(first) if start is None else []
        if feasible and (self._encoding.keeps_rules(first) or not self._hurries):
            found(feasible)
        end = search.run(first, is_over, lambda solution: found(self._encoding.plan(solution)), heat)
        self.complete = complete and self._encoding.keeps_rules(end.best)
        return self._encoding.plan(end.current) if self._encoding.keeps_rules(end.current) else None

    def _soon(self) -> Plan:
        """Routes that keep the rules and are found quickly."""
        with_prizes = self._search_with(complete=False)
        return with_prizes.feasible_part(with_prizes.first_solution())

    def _search_with(self, complete: bool) -> Annealing:
        if complete not in self._searches:
            self._searches[complete] = Annealing(self._encoding, complete, self._seed)
        return self._searches[complete]


class _Patience:
    """Counts the iterations in which the search of a small problem finds nothing better."""

    def __init__(self, tasks: int) -> None:
        self._limit = PATIENCE * tasks if tasks <= HANDFUL else None
        self._in_vain = 0

    def is_lost(self) -> bool:
        """Counts one more iteration; returns whether it is one too many."""
        self._in_vain += 1
        return self._limit is not None and self._in_vain > self._limit

    def regain(self) -> None:
        """Starts counting again, because the search has found something better."""
        self._in_vain = 0


def _first(search: Annealing, start: Plan | None) -> "pyvrp.Solution":
    """The solution that a search starts from: that of the plan, or else a new one."""
    if start is not None:
        return search.solution(start)
    first = search.first_solution()
    if not search.complete and not search.encoding.keeps_rules(first):
        return search.solution(search.feasible_part(first))
    return first


ENGINE = PyvrpEngine
