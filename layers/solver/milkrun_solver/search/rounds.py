"""Who searches what: rounds on the whole problem, on its parts and on a few routes, by what has paid off."""

import random
import threading
import time
from collections.abc import Callable

from milkrun.schema.solution import Rank
from milkrun_solver.answer.solution import planned, timed_routes
from milkrun_solver.decomposition.cuts import MOST_PARTS, Cuts
from milkrun_solver.decomposition.subproblems import HANDFUL, Resolves
from milkrun_solver.model.problem import Model, Plan
from milkrun_solver.routes.objective import worth
from milkrun_solver.search.operator_selection import Payoff
from milkrun_solver.search.search_task import Kind, Known, Round, Stint
from milkrun_solver.search.temperature import Cooling

ROUND_SECONDS = 2.5
"""A round ends after so long; the next one goes on from the best plan of all."""
TRIAL_SECONDS = 1.0
"""The same where another kind of round is only tried."""
LEAST_STINT = 0.3
"""Seconds that are worth starting a search for."""
HANDFUL_STALL = 0.25
"""Seconds without a better answer after which the search of a handful of tasks has mostly ended."""
HOT: tuple[Kind, ...] = ("parts", "whole")
"""Kinds of rounds that may end at a worse plan than they began with; the others better the best one."""
FEW_TASKS = 20
"""Tasks that routes have at most, on average, where VROOM solves a few of them: longer ones take it long."""


class Rounds:
    """Deals out the search among threads.

    Args:
        model: The whole problem.
        possible: Tasks that some vehicle can serve.
        deadline: When to end, in `time.monotonic()` seconds.
        seed: Start of the random cuts.
        over: Whether the search was told to end.
        whole: Whether the whole problem may be searched; else the first plan comes from elsewhere.
        few: Whether VROOM may solve a few routes at a time.

    Attributes:
        resolves: What VROOM does in rounds of that kind.
    """

    def __init__(
        self,
        model: Model,
        possible: list[int],
        deadline: float,
        seed: int,
        over: Callable[[], bool],
        whole: bool,
        few: bool,
    ) -> None:
        self._model = model
        self._possible = possible
        self._deadline = deadline
        self._over = over
        self._whole = whole
        impossible = [model.tasks[number] for number in {*range(len(model.tasks))}.difference(possible)]
        self._outside: Rank = sum(task.priority for task in impossible), len(impossible), 0
        self._few = few
        self.resolves = Resolves(model, possible, seed, self._few_is_over)
        self._few_best: Known | None = None
        self._rng = random.Random(seed)
        self._cuts = Cuts(model, possible, self._rng)
        self._payoff: Payoff[Kind] = Payoff(self._rng)
        self._cooling = Cooling(time.monotonic(), deadline, self._stall())
        self._turn = threading.Condition()
        self._round: Round | None = None
        self._known: Known | None = None
        self._standing: Known | None = None
        self._told: Rank | None = None
        self._fewest = 0
        self.threads = 0

    def offer(self, plan: Plan) -> None:
        """Names a plan from elsewhere to go on from. A round that began at a worse one is given up."""
        rank = worth(self._model, plan)
        if rank is None:
            return
        with self._turn:
            best = self._best()
            if best is None or rank < best[1]:
                self._known = self._standing = (plan, rank)
                self._round = None
            self._told = rank if self._told is None else min(self._told, rank)

    def restart(self, plan: Plan | None) -> None:
        """Goes back to a plan, or to nothing: what was made of it since is not to be had."""
        rank = None if plan is None else worth(self._model, plan)
        with self._turn:
            self._round = None
            self._known = self._standing = None if plan is None or rank is None else (plan, rank)
            self._told = rank

    def without_few(self) -> None:
        """VROOM is not to be had."""
        with self._turn:
            self._few = False
            if self._round is not None and self._round.kind == "few":
                self._round = None

    def next(self) -> Stint | None:
        """What a thread shall do next; None once the search is over. Waits for the end of a round."""
        with self._turn:
            while not self._over():
                is_late = self._deadline - time.monotonic() < LEAST_STINT
                if not is_late and (self._round is None or self._round.has_ended):
                    self._end_round()
                    self._round = self._new_round() if self._whole or self._known is not None else None
                stint = None if self._round is None else self._stint_of(self._round)
                if self._round is not None and stint is not None:
                    self._round.running += 1
                    return stint
                self._turn.wait(0.05)
            return None

    def ended(self, stint: Stint) -> None:
        """A thread is done with a stint."""
        with self._turn:
            if self.is_current(stint) and self._round is not None:
                self._round.running -= 1
                self._turn.notify_all()

    def is_current(self, stint: Stint) -> bool:
        """Whether a stint belongs to the round under way: another one's search is of no use any more."""
        now = self._round
        return now is not None and (stint in now.parts or stint in now.wholes)

    def _stall(self) -> float | None:
        """Seconds without a better answer after which the search ends, or a little one soon does."""
        return HANDFUL_STALL if len(self._possible) <= HANDFUL else self._model.problem.options.stall_limit

    def heat(self) -> float:
        """What a change of PyVRP's may cost now on average, in legs of typical length."""
        return self._cooling.heat(time.monotonic())

    def take(self) -> Plan | None:
        """The best plan found so far, if it is better than the one taken before."""
        with self._turn:
            best = self._best()
            if best is None or (self._told is not None and best[1] >= self._told):
                return None
            self._told = best[1]
            return best[0]

    def _best(self) -> Known | None:
        found = None if self._round is None else self._round.best()
        candidates = [it for it in (found, self._best_of_few(), self._known) if it is not None]
        return min(candidates, key=lambda candidate: candidate[1], default=None)

    def _best_of_few(self) -> Known | None:
        """What VROOM has made of a few routes at a time in the round under way."""
        if self._round is None or self._round.kind != "few":
            return None
        routes = self.resolves.take()
        if routes is not None:
            plan = planned(routes)
            rank = worth(self._model, plan)
            self._few_best = None if rank is None else (plan, rank)
        return self._few_best

    def _few_is_over(self) -> bool:
        # Asked by `resolves` under a lock of its own, so it takes none.
        now = self._round
        return self._over() or now is None or now.kind != "few" or time.monotonic() >= now.until

    def _end_round(self) -> None:
        """Keeps the best of the round that has ended and where it stands, and remembers what its kind pays a
        second."""
        self._known = self._best()
        ended = self._round
        if ended is None or self._known is None:
            return
        if ended.kind in HOT:
            self._standing = self._stands(ended, self._known)
        elif ended.before is None or self._known[1] < ended.before:
            self._standing = self._known
        if ended.before is None:
            return
        before, after = ended.before, self._known[1]
        gain = 1.0 if after[:2] < before[:2] else (before[2] - after[2]) / max(1, before[2])
        self._payoff.record(ended.kind, gain / max(LEAST_STINT, time.monotonic() - ended.since))

    def _stands(self, ended: Round, best: Known) -> Known:
        """Where annealing goes on after a round of it."""
        standing = ended.standing(self._model)
        return best if standing is None or self._cooling.is_settled(time.monotonic()) else standing

    def _new_round(self) -> Round:
        if self._known is None or self._standing is None:
            return self._begun("whole", TRIAL_SECONDS, [])
        plan = self._known[0]
        kind, is_trial = self._payoff.choose(self._kinds_for(self._known))
        parts = []
        if kind == "parts":
            parts = self._cuts.parts(self._standing[0], self.threads)
        elif kind == "elimination":
            parts = self._cuts.with_a_route_less(plan)
            if not parts:
                self._fewest = len(plan)
                return self._new_round()
        elif kind == "few":
            self._few_best = None
            self.resolves.restart(timed_routes(self._model, plan))
        return self._begun(kind, TRIAL_SECONDS if is_trial else ROUND_SECONDS, parts)

    def _kinds_for(self, known: Known) -> list[Kind]:
        """The kinds of rounds that may better a plan. Hot ones have every other turn at least: what they do
        is of use before they find anything."""
        plan, rank = known
        kinds: list[Kind] = ["parts" if self._cuts.count(self.threads) > 1 else "whole"]
        if self._round is not None and self._round.kind not in HOT:
            return kinds
        if len(plan) > self._fewest and rank[1] == self._outside[1]:
            kinds.append("elimination")
        if self._few and len(self._possible) <= FEW_TASKS * len(plan):
            kinds.append("few")
        return kinds

    def _begun(self, kind: Kind, seconds: float, parts: list[Stint]) -> Round:
        now = time.monotonic()
        until = min(self._deadline, now + seconds)
        slots = min(MOST_PARTS, max(1, -(-len(parts) // max(1, self.threads))))
        searched = self._rng.sample(parts, min(len(parts), slots * self.threads))
        return Round(
            kind,
            since=now,
            until=until,
            before=None if self._known is None else self._known[1],
            parts=parts,
            waiting=searched,
            slot=(until - now) / slots,
            outside=self._outside,
        )

    def _stint_of(self, current: Round) -> Stint | None:
        """A part that waits, else the whole problem until the round ends; None if that is soon."""
        now = time.monotonic()
        if current.waiting:
            stint = current.waiting.pop(0)
            stint.until = min(current.until, now + current.slot)
            return stint
        few = current.kind == "few"
        if current.until - now < LEAST_STINT or not (few or self._whole):
            return None
        stint = Stint(self._model, None, None if self._standing is None else self._standing[0], few)
        stint.until = current.until
        current.wholes.append(stint)
        return stint
