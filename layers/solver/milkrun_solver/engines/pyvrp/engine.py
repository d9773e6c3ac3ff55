"""PyVRP as an engine: threads that search the problem and its parts, in rounds from the best plan known."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from milkrun_solver.answer.solution import planned, timed_routes
from milkrun_solver.decomposition.parts import Part
from milkrun_solver.decomposition.subproblems import HANDFUL
from milkrun_solver.engines.pyvrp.annealing import Heat, Search, Stop
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.pyvrp.penalties import Penalties
from milkrun_solver.engines.vroom.process import VroomProcess
from milkrun_solver.errors import EngineError
from milkrun_solver.model.problem import Model, Plan
from milkrun_solver.routes.schedule import TimedRoute
from milkrun_solver.search.events import EngineName, Post
from milkrun_solver.search.improver import Improver
from milkrun_solver.search.rounds import Rounds
from milkrun_solver.search.search_task import Stint
from milkrun_solver.search.vroom_parts import solved

if TYPE_CHECKING:
    import pyvrp

PATIENCE = 400
"""Iterations a task without a better answer, after which the search of a handful of tasks ends."""


class PyvrpEngine(Improver):
    """Each thread searches the problem, or a part of it, in rounds.

    Args:
        model: The problem.
        encoding: The problem in PyVRP's terms.
        post: Takes an `Ended` for each thread.
        deadline: When to stop, in `time.monotonic()` seconds.
        seed: Start of the random numbers; each thread adds its own number.
        whole: Whether the whole problem may be searched, or only parts of an answer of VROOM.
        few: Whether VROOM may solve a few routes at a time in between.
    """

    engine: EngineName = "pyvrp"

    def __init__(
        self, model: Model, encoding: Encoding, post: Post, deadline: float, seed: int, whole: bool, few: bool
    ) -> None:
        super().__init__(post, deadline)
        self.finds_first = whole
        self._model = model
        self._encoding = encoding
        self._seed = seed
        self._rounds = Rounds(model, encoding.possible, deadline, seed, self._is_over, whole, few)

    def start(self, threads: int) -> None:
        """Starts so many more threads."""
        self._rounds.threads += threads
        super().start(threads)

    def take(self) -> list[TimedRoute] | None:
        """The best routes that were found, if they are better than the last ones taken."""
        plan = self._rounds.take()
        return None if plan is None else timed_routes(self._model, plan)

    def offer(self, routes: Sequence[TimedRoute]) -> None:
        """Names routes to go on from. The searches under way are given up for them."""
        plan = planned(routes)
        if self._encoding.knows(plan):
            self._rounds.offer(plan)

    def restart(self, routes: Sequence[TimedRoute] | None) -> None:
        """Goes back to these routes, since what was made of them is none; to nothing if they serve what PyVRP
        knows nothing of."""
        plan = None if routes is None else planned(routes)
        self._rounds.restart(plan if plan is not None and self._encoding.knows(plan) else None)

    def _search(self, number: int, process: VroomProcess) -> None:
        whole = _Whole(self._encoding, self._seed + number, self._rounds.heat, hurries=number == 0)
        patience = _Patience(len(self._encoding.possible))
        learned: Penalties | None = None
        count = 0
        while not patience.is_lost() and (stint := self._rounds.next()) is not None:
            count += 1
            if stint.few:
                self._search_few(process, stint)
            elif stint.part is None:
                self._search_whole(whole, stint, patience)
            else:
                seed = self._seed + number + count * len(self._threads)
                learned = self._search_part(stint.part, stint, seed, learned) or learned
            self._rounds.ended(stint)

    def _search_few(self, process: VroomProcess, stint: Stint) -> None:
        resolves = self._rounds.resolves
        while not self._is_done(stint) and (resolve := resolves.next()) is not None:
            found: list[TimedRoute] | None = None
            try:
                found = solved(process, resolve, self._deadline)
            except (EngineError, OSError):
                self._rounds.without_few()  # PyVRP goes on without it
            finally:
                resolves.ended(resolve, found)

    def _search_whole(self, whole: "_Whole", stint: Stint, patience: "_Patience") -> None:
        def stop() -> bool:
            return patience.is_lost() or self._is_done(stint)

        def found(plan: Plan) -> None:
            patience.regain()
            stint.found(plan)

        was_complete = whole.complete
        stint.standing = whole.search(stint.plan, stop, found) or stint.plan
        if whole.complete != was_complete:
            patience.regain()  # not every task can be served: what follows is another search

    def _search_part(
        self, part: Part, stint: Stint, seed: int, learned: Penalties | None
    ) -> Penalties | None:
        """Searches a part from what an earlier search has learned; what it has learned itself."""
        encoding = Encoding(part.model)
        if not encoding.possible or (stint.must_serve_all and not _can_serve_all(encoding, part)):
            return None
        search = Search(encoding, stint.must_serve_all or _serves_all(encoding, part.plan), seed, learned)
        start = search.completed(part.plan) if stint.must_serve_all else search.solution(part.plan)
        end = search.round(
            start, lambda: self._is_done(stint), lambda it: stint.found(encoding.plan(it)), self._rounds.heat
        )
        if encoding.keeps_rules(end.standing):
            stint.standing = encoding.plan(end.standing)
        return search.learned

    def _is_done(self, stint: Stint) -> bool:
        return self._is_over() or time.monotonic() >= stint.until or not self._rounds.is_current(stint)


class _Whole:
    """One thread's searches of the whole: every task is required, or worth a prize where that fails.

    One that `hurries` begins with prizes where nothing is known: the first routes that keep the rules then
    serve far more tasks, and from them it is not far to serve all.
    """

    def __init__(self, encoding: Encoding, seed: int, heat: Heat, hurries: bool) -> None:
        self._encoding = encoding
        self._seed = seed
        self._heat = heat
        self._hurries = hurries
        self._searches: dict[bool, Search] = {}
        self.complete = True

    def search(self, plan: Plan | None, stop: Stop, found: Callable[[Plan], None]) -> Plan | None:
        """Searches from a plan, or from nothing, until `stop` says so; `found` gets each better plan.

        Returns:
            Where the search has ended; None where that keeps not all rules.
        """
        if plan is not None:
            self.complete = _serves_all(self._encoding, plan)
        complete = self.complete
        if plan is None and complete and self._hurries:
            soon = self._soon()
            if soon:
                found(soon)
            if stop():
                return None
            start = self._search_with(complete).completed(soon)
        else:
            start = _start(self._search_with(complete), plan)
        search = self._search_with(complete)
        part = search.feasible_part(start) if plan is None else []
        if part and (self._encoding.keeps_rules(start) or not self._hurries):
            found(part)
        end = search.round(start, stop, lambda it: found(self._encoding.plan(it)), self._heat)
        self.complete = complete and self._encoding.keeps_rules(end.best)
        return self._encoding.plan(end.standing) if self._encoding.keeps_rules(end.standing) else None

    def _soon(self) -> Plan:
        """Routes that keep the rules, found in little time."""
        with_prizes = self._search_with(complete=False)
        return with_prizes.feasible_part(with_prizes.first_solution())

    def _search_with(self, complete: bool) -> Search:
        if complete not in self._searches:
            self._searches[complete] = Search(self._encoding, complete, self._seed)
        return self._searches[complete]


def _serves_all(encoding: Encoding, plan: Plan) -> bool:
    return {task for route in plan for task in route.tasks}.issuperset(encoding.possible)


def _can_serve_all(encoding: Encoding, part: Part) -> bool:
    return len(encoding.possible) == len(part.tasks)


class _Patience:
    """Counts the iterations of a small problem's search that found nothing better."""

    def __init__(self, tasks: int) -> None:
        self._limit = PATIENCE * tasks if tasks <= HANDFUL else None
        self._idle = 0

    def is_lost(self) -> bool:
        """Counts one more iteration; says whether it was one too many."""
        self._idle += 1
        return self._limit is not None and self._idle > self._limit

    def regain(self) -> None:
        """Something better was found."""
        self._idle = 0


def _start(search: Search, plan: Plan | None) -> "pyvrp.Solution":
    """Where a round starts: the plan, or else a solution made from nothing."""
    if plan is not None:
        return search.solution(plan)
    first = search.first_solution()
    if not search.complete and not search.encoding.keeps_rules(first):
        return search.solution(search.feasible_part(first))
    return first
