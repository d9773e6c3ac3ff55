"""Who searches what: rounds on the whole problem, on its parts and on a few routes, by what has paid off."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from milkrun.schema.solution import Rank
from milkrun_solver.answer import planned, timed_routes
from milkrun_solver.model import Model, Plan
from milkrun_solver.parts import Part, cut
from milkrun_solver.payoff import Payoff
from milkrun_solver.resolves import Resolves
from milkrun_solver.worth import worth

ROUND_SECONDS = 2.5
"""A round ends after so long; the next one goes on from the best plan of all."""
TRIAL_SECONDS = 1.0
"""The same where another kind of round is only tried."""
PART_TASKS = 125
"""Tasks that a part should have: the search of larger ones accepts and refuses changes too far apart."""
LEAST_PART = 75
"""Tasks that a part has at least: smaller ones leave too little to change."""
MOST_TASKS = 250
"""Tasks that a part has at most, about: of a very large problem only some parts are searched in a round."""
MOST_PARTS = 4
"""Parts that a thread searches in a round."""
LEAST_STINT = 0.3
"""Seconds that are worth starting a search for."""

Kind = Literal["whole", "parts", "few"]
"""The whole problem or its parts with PyVRP, or a few routes at a time with VROOM."""


class Stint:
    """One thread's share of a round: a problem, where to start, and until when.

    Attributes:
        part: What to search; None is the whole problem.
        plan: Where to start, in the part's own numbers; None where nothing is known.
        few: Whether it is for VROOM, from the `Resolves` of these rounds.
        until: When to end, in `time.monotonic()` seconds; set when a thread takes it.
    """

    def __init__(self, model: Model, part: Part | None, plan: Plan | None, few: bool = False) -> None:
        self.part = part
        self.few = few
        self.plan = plan
        self.until = 0.0
        self._model = model if part is None else part.model
        self._rank = None if plan is None else worth(self._model, plan)
        # Filled by the thread that searches, emptied by any other.
        self._found: deque[Plan] = deque(maxlen=1)

    def found(self, plan: Plan) -> None:
        """Names a plan that the search has found, in the part's own numbers."""
        self._found.append(plan)

    def best(self) -> tuple[Plan, Rank] | None:
        """The better of start and find, in the numbers of the whole problem, and what it is worth."""
        found = self._found.pop() if self._found else None
        rank = None if found is None else worth(self._model, found)
        if rank is not None and (self._rank is None or rank < self._rank):
            self.plan, self._rank = found, rank
        if self.plan is None or self._rank is None:
            return None
        return self.plan if self.part is None else self.part.in_whole(self.plan), self._rank


@dataclass
class _Round:
    """One round: stints that wait for a thread, those under way or over, and what they started from.

    `outside` is what the tasks count that are in no part, since no vehicle can serve them.
    """

    kind: Kind
    since: float
    until: float
    before: Rank | None
    parts: list[Stint]
    waiting: list[Stint]
    slot: float
    outside: Rank
    wholes: list[Stint] = field(default_factory=list)
    running: int = 0

    def best(self) -> tuple[Plan, Rank] | None:
        """The best plan of the round so far: its parts put together, or what a search of the whole found."""
        candidates = [found for stint in self.wholes if (found := stint.best()) is not None]
        together = [found for stint in self.parts if (found := stint.best()) is not None]
        if together:
            plan = [route for routes, _ in together for route in routes]
            ranks = [self.outside, *(rank for _, rank in together)]
            priority, unassigned, cost = map(sum, zip(*ranks, strict=True))
            candidates.append((plan, (priority, unassigned, cost)))
        return min(candidates, key=lambda candidate: candidate[1], default=None)


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
        self._kinds: list[Kind] = ["parts"]
        if whole:
            self._kinds.append("whole")
        if few:
            self._kinds.append("few")
        self.resolves = Resolves(model, possible, seed, self._few_is_over)
        self._few_best: tuple[Plan, Rank] | None = None
        self._rng = random.Random(seed)
        self._payoff: Payoff[Kind] = Payoff(self._rng)
        self._turn = threading.Condition()
        self._round: _Round | None = None
        self._known: tuple[Plan, Rank] | None = None
        self._told: Rank | None = None
        self.threads = 0

    def offer(self, plan: Plan) -> None:
        """Names a plan from elsewhere to go on from. A round on parts of a worse one is given up."""
        rank = worth(self._model, plan)
        if rank is None:
            return
        with self._turn:
            best = self._best()
            if best is None or rank < best[1]:
                self._known = (plan, rank)
                if self._round is not None and self._round.kind != "whole":
                    self._round = None
            self._told = rank if self._told is None else min(self._told, rank)

    def restart(self, plan: Plan | None) -> None:
        """Goes back to a plan, or to nothing: what was made of it since is not to be had."""
        rank = None if plan is None else worth(self._model, plan)
        with self._turn:
            self._round = None
            self._known = None if plan is None or rank is None else (plan, rank)
            self._told = rank

    def without_few(self) -> None:
        """VROOM is not to be had."""
        with self._turn:
            self._kinds = [kind for kind in self._kinds if kind != "few"]
            if self._round is not None and self._round.kind == "few":
                self._round = None

    def next(self) -> Stint | None:
        """What a thread shall do next; None once the search is over. Waits for the end of a round."""
        with self._turn:
            while not self._over():
                is_late = self._deadline - time.monotonic() < LEAST_STINT
                if not is_late and (self._round is None or self._has_ended(self._round)):
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

    def take(self) -> Plan | None:
        """The best plan found so far, if it is better than the one taken before."""
        with self._turn:
            best = self._best()
            if best is None or (self._told is not None and best[1] >= self._told):
                return None
            self._told = best[1]
            return best[0]

    def _best(self) -> tuple[Plan, Rank] | None:
        found = None if self._round is None else self._round.best()
        candidates = [it for it in (found, self._best_of_few(), self._known) if it is not None]
        return min(candidates, key=lambda candidate: candidate[1], default=None)

    def _has_ended(self, current: _Round) -> bool:
        return not current.waiting and not current.running

    def _best_of_few(self) -> tuple[Plan, Rank] | None:
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
        """Keeps the best of the round that has ended, and remembers what its kind of round pays a second."""
        self._known = self._best()
        ended = self._round
        if ended is None or self._known is None:
            return
        before, after = ended.before, self._known[1]
        gain = 1.0 if before is None or after[:2] < before[:2] else (before[2] - after[2]) / max(1, before[2])
        self._payoff.record(ended.kind, gain / max(LEAST_STINT, time.monotonic() - ended.since))

    def _new_round(self) -> _Round:
        kind, seconds = self._kind() if self._known is not None else ("whole", TRIAL_SECONDS)
        now = time.monotonic()
        until = min(self._deadline, now + seconds)
        before = None if self._known is None else self._known[1]
        parts = self._cut() if kind == "parts" else []
        if kind == "parts" and not parts:
            kind = "whole"
        if kind == "few" and self._known is not None:
            self._few_best = None
            self.resolves.restart(timed_routes(self._model, self._known[0]))
        slots = min(MOST_PARTS, max(1, -(-len(parts) // max(1, self.threads))))
        slot = (until - now) / slots
        searched = self._rng.sample(parts, min(len(parts), slots * self.threads))
        return _Round(kind, now, until, before, parts, searched, slot, self._outside)

    def _kind(self) -> tuple[Kind, float]:
        """The next kind of round, and its seconds."""
        kinds = [kind for kind in self._kinds if kind != "parts" or self._count_parts() > 1]
        kind, is_trial = self._payoff.choose(kinds or self._kinds)
        return kind, TRIAL_SECONDS if is_trial else ROUND_SECONDS

    def _count_parts(self) -> int:
        """How many parts a cut makes: a few for each thread, of about the size that suits the search best."""
        tasks = len(self._possible)
        each = min(MOST_PARTS, max(1, round(tasks / (self.threads * PART_TASKS))))
        return min(max(2, self.threads * each, tasks // MOST_TASKS), tasks // LEAST_PART)

    def _cut(self) -> list[Stint]:
        if self._known is None:
            return []
        plan = self._known[0]
        served = {task for route in plan for task in route.tasks}
        left_out = [number for number in self._possible if number not in served]
        parts = cut(self._model, plan, left_out, self._count_parts(), self._rng)
        return [Stint(self._model, part, part.plan) for part in parts] if len(parts) > 1 else []

    def _stint_of(self, current: _Round) -> Stint | None:
        """A part that waits, else the whole problem until the round ends; None if that is soon."""
        now = time.monotonic()
        if current.waiting:
            stint = current.waiting.pop(0)
            stint.until = min(current.until, now + current.slot)
            return stint
        few = current.kind == "few"
        if current.until - now < LEAST_STINT or not (few or self._whole):
            return None
        stint = Stint(self._model, None, None if self._known is None else self._known[0], few)
        stint.until = current.until
        current.wholes.append(stint)
        return stint
