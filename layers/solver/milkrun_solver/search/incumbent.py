"""The incumbent: the best verified answer so far. Every candidate is verified here, and only a better one
is reported."""

import logging
import time
from collections.abc import Callable
from enum import Enum, auto

from milkrun.schema.capabilities import spelled
from milkrun.schema.engines import EngineName
from milkrun.schema.solution import Meta, Solution, TracePoint
from milkrun_solver.answer.geometry import add_geometry
from milkrun_solver.answer.solution import plan_of, solution_of, timed_routes
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.objective import Objective, solution_objective
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.verification.verifier import Verifier

_log = logging.getLogger(__name__)

_MAX_TRACE = 200
"""Most points of the trace, which is part of every answer."""


class Verdict(Enum):
    """The outcome for a candidate."""

    BETTER = auto()
    NO_BETTER = auto()
    FAULTY = auto()


class Incumbent:
    """The best verified answer of one search.

    Args:
        model: The problem.
        seed: For `meta`.
        started: When the search started, in seconds of `clock`.
        on_best: Called with each better answer.

    Attributes:
        solution, routes, objective: The answer, its routes with times, and its objective; None at first.
        improved_at: When the answer was found, in seconds of the clock; at first, when the search started.
        fault: Why the last candidate that failed verification did so.
    """

    def __init__(
        self,
        model: Model,
        seed: int,
        started: float,
        on_best: Callable[[Solution], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._seed = seed
        self._on_best = on_best
        self._clock = clock
        self._started = started
        self._verifier = Verifier(model.problem, model.travel)
        self._trace: list[TracePoint] = []
        self._first_cost: int | None = None
        self.solution: Solution | None = None
        self.routes: list[TimedRoute] | None = None
        self.objective: Objective | None = None
        self.improved_at = self._started
        self.fault: str | None = None

    def start_from(self, initial: Solution) -> None:
        """Takes an earlier search's answer as the one to beat if it passes verification; reports nothing."""
        faults = self._faults(initial)
        if faults:
            _log.warning("the initial solution failed verification: %s", faults[0])
            return
        routes = timed_routes(self._model, plan_of(self._model, initial))
        self._keep(initial, routes, solution_objective(self._model.problem, initial))

    def take_given(self, routes: list[TimedRoute]) -> None:
        """Takes the caller's own routes as the first answer, if they keep the rules."""
        faults = self._faults_of(routes)
        if faults:
            _log.info("ignoring the routes given as steps: %s", faults[0])
            return
        self.consider("vroom", routes)

    def keeps_rules(self, routes: list[TimedRoute]) -> bool:
        """Whether routes pass verification."""
        return not self._faults_of(routes)

    def consider(self, engine: EngineName, routes: list[TimedRoute]) -> Verdict:
        """Verifies a candidate that is better than the incumbent, and reports it if it keeps the rules."""
        solution = solution_of(self._model, routes, self._meta(engine, 0))
        found = solution_objective(self._model.problem, solution)
        if self.objective is not None and found >= self.objective:
            return Verdict.NO_BETTER
        faults = self._faults(solution)
        if faults:
            _log.error("a solution from %s failed verification: %s", engine, "; ".join(faults[:3]))
            self.fault = f"A solution from {spelled(engine)} failed verification: {faults[0]}"
            return Verdict.FAULTY
        self._keep(solution, routes, found)
        solution.meta = self._meta(engine, solution.summary.cost)
        self._on_best(solution)
        return Verdict.BETTER

    def _faults_of(self, routes: list[TimedRoute]) -> list[str]:
        return self._faults(solution_of(self._model, routes, self._meta("vroom", 0)))

    def _faults(self, solution: Solution) -> list[str]:
        """The verifier's findings. An answer that it cannot read, as of another problem, is faulty."""
        try:
            return self._verifier.faults(solution)
        except (KeyError, IndexError, ValueError) as error:
            return [repr(error)]

    def result(self) -> Solution | None:
        """The best answer, with `meta` as of now."""
        if self.solution is None:
            return None
        return self.solution.model_copy(
            update={"meta": self._meta(self.solution.meta.engine, self.solution.summary.cost)}
        )

    def _keep(self, solution: Solution, routes: list[TimedRoute] | None, found: Objective) -> None:
        add_geometry(self._model, solution.routes)
        self.solution, self.routes, self.objective = solution, routes, found
        self.improved_at = self._clock()
        if self._first_cost is None:
            self._first_cost = solution.summary.cost
        if len(self._trace) >= _MAX_TRACE:
            self._trace = self._trace[::2]
        self._trace.append(TracePoint(seconds=self._seconds(), cost=found.cost, unassigned=found.unassigned))

    def _seconds(self) -> float:
        return round(self._clock() - self._started, 3)

    def _meta(self, engine: EngineName, cost: int) -> Meta:
        return Meta(
            engine=engine,
            matrix=self._model.travel.kind,
            seed=self._seed,
            seconds=self._seconds(),
            first_cost=cost if self._first_cost is None else self._first_cost,
            best_cost=cost,
            trace=list(self._trace),
        )
