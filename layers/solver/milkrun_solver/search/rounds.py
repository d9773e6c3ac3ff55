"""Who searches what: rounds, each with one operator, chosen by what it has gained.

In each round every thread searches a part of the plan, or all of it; the next round goes on from what they
found together. Rounds of simulated annealing go on from the current solution, all others from the best one.
"""

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
from milkrun_solver.routes.schedule import TimedRoute
from milkrun_solver.search.cooling_schedule import CoolingSchedule
from milkrun_solver.search.operator_selection import OperatorSelection
from milkrun_solver.search.operators import Operator, Operators
from milkrun_solver.search.search_task import LEAST_SECONDS, Round, SearchTask

ROUND_SECONDS = 2.5
"""A round ends after so long; the next one goes on from the best plan of all."""
TRIAL_SECONDS = 1.0
"""The same where another operator is only tried."""
HANDFUL_STALL = 0.25
"""Seconds without a better answer after which the search of a handful of tasks has mostly ended."""
MOST_PARTS = 4
"""Parts that a thread searches in a round."""
SHORT_ROUTES = 20
"""Tasks that routes have at most, on average, where a few of them are solved anew: longer ones take long."""


class Rounds:
    """Deals out the search among threads.

    Args:
        model: The whole problem.
        possible: Tasks that some vehicle can serve.
        operators: What the threads may do. Where none searches the whole problem, the first plan comes from
            elsewhere.
        deadline: When to end, in seconds of `clock`.
        seed: Start of the random choices.
        is_over: Whether the search was told to end.

    Attributes:
        subproblems: What is solved anew in rounds of that neighbourhood.
        threads: How many there are.
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
        self._turn = threading.Condition()
        self._round: Round | None = None
        self._known: Solved | None = None
        self._current: Solved | None = None
        self._told: Objective | None = None
        self._fewest = 0
        self.threads = 0

    @property
    def starts_from_nothing(self) -> bool:
        """Whether an operator finds routes where none are known."""
        return self._operators.whole is not None

    def offer(self, routes: Sequence[TimedRoute]) -> None:
        """Names routes from elsewhere to go on from. A round that began at worse ones is given up."""
        value = objective(self._model, routes)
        with self._turn:
            best = self._best()
            if best is None or value < best.objective:
                self._known = self._current = Solved(list(routes), value)
                self._round = None
            self._told = value if self._told is None else min(self._told, value)

    def restart(self, routes: Sequence[TimedRoute] | None) -> None:
        """Goes back to these routes, or to nothing: what was made of them since breaks a rule."""
        with self._turn:
            self._round = None
            self._known = None if routes is None else Solved(list(routes), objective(self._model, routes))
            self._current = self._known
            self._told = None if self._known is None else self._known.objective

    def go_on_without(self, engine: EngineName) -> bool:
        """Gives up the operators of an engine that failed; says whether others are left to go on with."""
        with self._turn:
            if not self._operators.drop(engine):
                return False
            if self._round is not None and self._round.operator.engine == engine:
                self._round = None
            return True

    def next(self) -> SearchTask | None:
        """What a thread has to do next; None once the search is over. Waits for the end of a round."""
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
        """A thread is done with a task."""
        with self._turn:
            if self.is_current(task) and self._round is not None:
                self._round.running -= 1
                self._turn.notify_all()

    def is_current(self, task: SearchTask) -> bool:
        """Whether a task belongs to the round under way: another one's search is of no use any more."""
        now = self._round
        return now is not None and (task in now.parts or task in now.wholes)

    def temperature(self) -> float:
        """What a change may cost on average now, in legs of typical length."""
        return self._cooling.temperature(self._clock())

    def take(self) -> list[TimedRoute] | None:
        """The best routes found so far, if they are better than those taken before."""
        with self._turn:
            best = self._best()
            if best is None or (self._told is not None and best.objective >= self._told):
                return None
            self._told = best.objective
            return best.routes

    def _stall(self) -> float | None:
        """Seconds without a better answer after which the search ends, or a little one soon does."""
        return HANDFUL_STALL if len(self._possible) <= HANDFUL else self._model.problem.options.stall_limit

    def _best(self) -> Solved | None:
        found = None if self._round is None else self._round.best()
        candidates = [it for it in (found, self._best_of_subproblems(), self._known) if it is not None]
        return min(candidates, key=lambda candidate: candidate.objective, default=None)

    def _best_of_subproblems(self) -> Solved | None:
        """What became of a few routes at a time in the round under way."""
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
        """Keeps the best of the round that has ended and where it ended, and what its operator has gained a
        second."""
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
        """Where annealing goes on after a round of it."""
        current = ended.current()
        return best if current is None or self._cooling.is_settled(self._clock()) else current

    def _new_round(self) -> Round | None:
        """The next round; None while a first plan has to come from elsewhere."""
        if self._known is None or self._current is None:
            whole = self._operators.whole
            return None if whole is None else self._begun(whole, TRIAL_SECONDS, [])
        operator, is_trial = self._selection.choose(self._operators_for(self._known))
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
        return self._begun(operator, TRIAL_SECONDS if is_trial else ROUND_SECONDS, pieces)

    def _operators_for(self, known: Solved) -> list[Operator]:
        """What may better a plan. Annealing has every other turn at least: what it does is of use before it
        finds anything."""
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
        if self._operators.only_subproblems:
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
