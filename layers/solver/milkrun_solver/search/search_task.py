"""A thread's share of a search, and the round that it belongs to."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from milkrun.schema.solution import Rank
from milkrun_solver.decomposition.parts import Part
from milkrun_solver.model.problem import Model, Plan
from milkrun_solver.routes.objective import worth

Kind = Literal["whole", "parts", "few", "elimination"]
"""PyVRP on the whole problem or its parts, VROOM on a few routes at a time, PyVRP with a route less."""
Known = tuple[Plan, Rank]
"""A plan and what it is worth."""


class Stint:
    """One thread's share of a round: a problem, where to start, and until when.

    Args:
        model: The whole problem.
        part: What to search; None is the whole problem.
        plan: Where to start, in the part's own numbers; None where nothing is known.
        few: Whether it is for VROOM, from the `Resolves` of the rounds.
        instead_of: What to better where the start is no answer: it leaves out tasks that must be served. In
            the numbers of the whole problem.

    Attributes:
        part, plan, few: As given.
        standing: Where the search has ended, in the part's own numbers: a worse plan where it was hot.
        must_serve_all: Whether an answer that leaves tasks out is none.
        until: When to end, in `time.monotonic()` seconds; set when a thread takes it.
    """

    def __init__(
        self,
        model: Model,
        part: Part | None,
        plan: Plan | None,
        few: bool = False,
        instead_of: Known | None = None,
    ) -> None:
        self.part = part
        self.plan = plan
        self.few = few
        self.standing = plan
        self.must_serve_all = instead_of is not None
        self.until = 0.0
        self._model = model if part is None else part.model
        self._best = instead_of
        if plan is not None and instead_of is None:
            self._consider(plan)
        # Filled by the thread that searches, emptied by any other.
        self._found: deque[Plan] = deque(maxlen=1)

    def found(self, plan: Plan) -> None:
        """Names a plan that the search has found, in the part's own numbers."""
        self._found.append(plan)

    def best(self) -> Known | None:
        """The better of start and find, in the numbers of the whole problem."""
        if self._found:
            self._consider(self._found.pop())
        return self._best

    def standing_in_whole(self) -> Plan:
        """Where the search of a part has ended, in the numbers of the whole problem."""
        return [] if self.part is None or self.standing is None else self.part.in_whole(self.standing)

    def _consider(self, plan: Plan) -> None:
        rank = worth(self._model, plan)
        if rank is not None and (self._best is None or rank < self._best[1]):
            self._best = plan if self.part is None else self.part.in_whole(plan), rank


@dataclass
class Round:
    """One round: stints that wait for a thread, those under way or over, and what they started from.

    Attributes:
        kind: What its threads do.
        since, until: When it began and when it ends, in `time.monotonic()` seconds.
        before: What the plan was worth that it started from.
        parts: Stints that together are the whole plan.
        waiting: Those of them that wait for a thread.
        slot: Seconds that each of them gets.
        outside: What the tasks count that are in no part, since no vehicle can serve them.
        wholes: Stints on the whole problem.
        running: Threads at work.
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

    @property
    def has_ended(self) -> bool:
        """Whether no thread has anything left to do in it."""
        return not self.waiting and not self.running

    def standing(self, model: Model) -> Known | None:
        """Where the searches of a round have ended: those of its parts together, or the best of the whole."""
        plans = [stint.standing for stint in self.wholes if stint.standing is not None]
        if self.parts:
            plans = [[route for stint in self.parts for route in stint.standing_in_whole()]]
        ranked = [(plan, rank) for plan in plans if (rank := worth(model, plan)) is not None]
        return min(ranked, key=lambda known: known[1], default=None)

    def best(self) -> Known | None:
        """The best plan of the round so far: its parts put together, or what a search of the whole found."""
        candidates = [found for stint in self.wholes if (found := stint.best()) is not None]
        together = [found for stint in self.parts if (found := stint.best()) is not None]
        if together:
            plan = [route for routes, _ in together for route in routes]
            ranks = [self.outside, *(rank for _, rank in together)]
            priority, unassigned, cost = map(sum, zip(*ranks, strict=True))
            candidates.append((plan, (priority, unassigned, cost)))
        return min(candidates, key=lambda candidate: candidate[1], default=None)
