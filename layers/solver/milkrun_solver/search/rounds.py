"""The rounds of a search: what each thread searches, and when.

In each round, every thread searches a part of the plan or all of it, with an operator chosen by its gains.
The next round continues from their joint result; annealing continues from the current solution. This follows
É. Taillard, "Parallel iterative search methods for vehicle routing problems", Networks 23 (1993). Here rounds
end by the clock, and operators differ from round to round.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence

from milkrun.schema.engines import EngineName
from milkrun_solver.decomposition.cuts import Cuts, Piece
from milkrun_solver.decomposition.subproblems import Subproblems
from milkrun_solver.engines.protocol import HANDFUL, Neighbourhood
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.objective import Objective, Solved, objective
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.search.cooling_schedule import CoolingSchedule
from milkrun_solver.search.operator_selection import OperatorSelection
from milkrun_solver.search.operators import Operator, Operators
from milkrun_solver.search.search_task import LEAST_SECONDS, Round, SearchTask
from milkrun_solver.search.trial_budget import TrialBudget

_log = logging.getLogger(__name__)

ROUND_SECONDS = 2.5
"""Length of a round, in seconds."""
TRIAL_SECONDS = 1.0
"""Length of a round that is a trial of another operator."""
HANDFUL_STALL = 0.25
"""Seconds without a better answer after which the search of a handful of tasks has usually ended."""
MOST_PARTS = 4
"""Most parts that a thread searches in a round."""
SHORT_ROUTES = 20
"""Subproblems are solved if routes have at most this many tasks on average: longer routes take too long."""


class Rounds:
    """Deals out the search among threads.

    Args:
        model: The whole problem.
        possible: Tasks that some vehicle can serve.
        operators: What the threads may do. If none of them searches the whole problem, the first plan must be
            offered.
        deadline: When to end, in seconds of `clock`.
        seed: Start of the random choices.
        is_over: Whether the search has been told to end.

    Attributes:
        subproblems: Deals out the subproblems, in rounds that solve these.
        threads: How many threads take part.
    """

    def __init__(
        self,
        model: Model,
        possible: list[int],
        operators: Operators,
        deadline: float,
        seed: int,
        is_over: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._possible = possible
        self._operators = operators
        self._deadline = deadline
        self._is_over = is_over
        self._clock = clock
        impossible = [model.tasks[number] for number in {*range(len(model.tasks))}.difference(possible)]
        self._outside = Objective.of([task.priority for task in impossible], cost=0)
        self.subproblems = Subproblems(model, possible, seed, self._subproblems_are_over)
        self._subproblems_best: Solved | None = None
        self._rng = random.Random(seed)
        self._cuts = Cuts(model, possible, self._rng)
        self._selection: OperatorSelection[Operator] = OperatorSelection(self._rng)
        self._cooling = CoolingSchedule(clock(), deadline, self._stall())
        self._budget = TrialBudget(clock())
        self._turn = threading.Condition()
        self._round: Round | None = None
        self._known: Solved | None = None
        self._current: Solved | None = None
        self._told: Objective | None = None
        self._fewest = 0
        self.threads = 0

    @property
    def starts_from_nothing(self) -> bool:
        """Whether an operator can search without any known routes."""
        return self._operators.whole is not None

    @property
    def engine(self) -> EngineName:
        """The preferred engine of those that still search."""
        return self._operators.engine

    def offer(self, routes: Sequence[TimedRoute]) -> None:
        """Offers routes to continue from. If they are better than the known ones, the current round ends."""
        value = objective(self._model, routes)
        with self._turn:
            best = self._best()
            if best is None or value < best.objective:
                self._known = self._current = Solved(list(routes), value)
                self._round = None
            self._told = value if self._told is None else min(self._told, value)

    def restart(self, routes: Sequence[TimedRoute] | None) -> None:
        """Starts again from these routes, or from nothing, because the routes found since break a rule."""
        with self._turn:
            self._round = None
            self._known = None if routes is None else Solved(list(routes), objective(self._model, routes))
            self._current = self._known
            self._told = None if self._known is None else self._known.objective

    def starts_without(self, engine: EngineName) -> bool:
        """Whether another engine can search the whole problem."""
        return self._operators.starts_without(engine)

    def go_on_without(self, engine: EngineName) -> bool:
        """Drops the operators of an engine that failed, if others are left; returns whether it did."""
        with self._turn:
            if not self._operators.drop(engine):
                return False
            _log.error("going on without %s", engine, exc_info=True)
            if self._round is not None and self._round.operator.engine == engine:
                self._round = None
            return True

    def next(self) -> SearchTask | None:
        """A thread's next task; None once the search is over. Waits for the end of the round if necessary."""
        with self._turn:
            while not self._is_over():
                is_late = self._deadline - self._clock() < LEAST_SECONDS
                if not is_late and (self._round is None or self._round.has_ended):
                    self._end_round()
                    if self._known is not None and not self._operators_for(self._known):
                        return None
                    self._round = self._new_round()
                task = None if self._round is None else self._round.next_task(self._clock(), self._current)
                if self._round is not None and task is not None:
                    self._round.running += 1
                    return task
                self._turn.wait(0.05)
            return None

    def ended(self, task: SearchTask) -> None:
        """Notes that a thread has finished a task."""
        with self._turn:
            if self.is_current(task) and self._round is not None:
                self._round.running -= 1
                self._turn.notify_all()

    def is_current(self, task: SearchTask) -> bool:
        """Whether a task belongs to the current round. The results of any other are no longer of use."""
        now = self._round
        return now is not None and (task in now.parts or task in now.wholes)

    def cooled(self) -> float:
        """How far annealing has cooled down now, from 0 to 1."""
        return self._cooling.cooled(self._clock())

    def take(self) -> list[TimedRoute] | None:
        """The best routes so far, if they are better than any taken before."""
        with self._turn:
            best = self._best()
            if best is None or (self._told is not None and best.objective >= self._told):
                return None
            self._told = best.objective
            return best.routes

    def _stall(self) -> float | None:
        """Seconds without a better answer after which the search ends; None if it does not."""
        return HANDFUL_STALL if len(self._possible) <= HANDFUL else self._model.problem.options.stall_limit

    def _best(self) -> Solved | None:
        found = None if self._round is None else self._round.best()
        candidates = [it for it in (found, self._best_of_subproblems(), self._known) if it is not None]
        return min(candidates, key=lambda candidate: candidate.objective, default=None)

    def _best_of_subproblems(self) -> Solved | None:
        """The best plan from the subproblems of the current round."""
        if self._round is None or self._round.operator.neighbourhood != "subproblems":
            return None
        self._subproblems_best = self.subproblems.take() or self._subproblems_best
        return self._subproblems_best

    def _subproblems_are_over(self) -> bool:
        # `subproblems` asks this under a lock of its own, so it takes none.
        now = self._round
        if self._is_over() or now is None or now.operator.neighbourhood != "subproblems":
            return True
        return self._clock() >= now.until

    def _end_round(self) -> None:
        """Keeps the results of the round that has ended, and records its operator's gain per second."""
        self._known = self._best()
        ended = self._round
        if ended is None or self._known is None:
            return
        if ended.operator.is_annealed:
            self._current = self._current_after(ended, self._known)
        elif ended.before is None or self._known.objective < ended.before:
            self._current = self._known
        if ended.before is None:
            return
        before, after = ended.before, self._known.objective
        gain = 1.0 if after[:2] < before[:2] else (before[2] - after[2]) / max(1, before[2])
        self._selection.record(ended.operator, gain / max(LEAST_SECONDS, self._clock() - ended.since))

    def _current_after(self, ended: Round, best: Solved) -> Solved:
        """Where annealing continues after a round of it."""
        current = ended.current()
        return best if current is None or self._cooling.is_settled(self._clock()) else current

    def _new_round(self) -> Round | None:
        """The next round; None until a first plan has been offered, if no operator can make one."""
        if self._known is None or self._current is None:
            whole = self._operators.whole
            return None if whole is None else self._begun(whole, TRIAL_SECONDS, [])
        operator, is_trial = self._chosen(self._operators_for(self._known))
        pieces: list[Piece] = []
        if operator.neighbourhood == "parts":
            pieces = self._cuts.parts(self._current.routes, self.threads)
        elif operator.neighbourhood == "route elimination":
            pieces = self._cuts.with_a_route_less(self._known.routes)
            if not pieces:
                self._fewest = len(self._known.routes)
                return self._new_round()
        elif operator.neighbourhood == "subproblems":
            self._subproblems_best = None
            self.subproblems.restart(self._known.routes)
        if is_trial:
            self._budget.spend(TRIAL_SECONDS)
        return self._begun(operator, TRIAL_SECONDS if is_trial else ROUND_SECONDS, pieces)

    def _chosen(self, operators: list[Operator]) -> tuple[Operator, bool]:
        """The operator of the next round, and whether the round is a trial.

        Where an engine leads, others get trials for a share of the time. While its annealing is hot, what it
        gains does not show, so only then do others not compete with it by their gains.
        """
        leading = self._operators.leading(operators)
        if leading is None:
            return self._selection.choose(operators)
        others = [operator for operator in operators if operator != leading]
        now = self._clock()
        if others and self._budget.allows(now, TRIAL_SECONDS):
            return self._selection.trial(others), True
        if not self._cooling.is_settled(now) or not self._selection.knows(leading):
            return leading, False
        return self._selection.best(operators), False

    def _operators_for(self, known: Solved) -> list[Operator]:
        """The operators to choose from. Annealing gets every other round, since its progress shows late."""
        annealed: Neighbourhood = "parts" if self._cuts.count(self.threads) > 1 else "whole"
        chosen = self._operators.on(annealed)
        if chosen and self._round is not None and not self._round.operator.is_annealed:
            return chosen
        if len(known.routes) > self._fewest and known.objective.unassigned == self._outside.unassigned:
            chosen += self._operators.on("route elimination")
        are_short = len(self._possible) <= SHORT_ROUTES * len(known.routes)
        if (are_short or not chosen) and not self.subproblems.is_exhausted:
            chosen += self._operators.on("subproblems")
        return chosen

    def _begun(self, operator: Operator, seconds: float, pieces: list[Piece]) -> Round:
        now = self._clock()
        until = min(self._deadline, now + seconds)
        if self._operators.never_change:
            until = self._deadline
        parts = [SearchTask(operator, self._model, it.part, it.part.plan, it.instead_of) for it in pieces]
        slots = min(MOST_PARTS, max(1, -(-len(parts) // max(1, self.threads))))
        return Round(
            operator,
            operator if operator.neighbourhood == "subproblems" else self._operators.whole,
            self._model,
            since=now,
            until=until,
            before=None if self._known is None else self._known.objective,
            parts=parts,
            waiting=self._rng.sample(parts, min(len(parts), slots * self.threads)),
            slot=(until - now) / slots,
            outside=self._outside,
        )
