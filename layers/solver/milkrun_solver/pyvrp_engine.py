"""PyVRP as an engine: threads that search in rounds and go on from the best answer known, whoever has it."""

import threading
import time
from typing import TYPE_CHECKING

from milkrun_solver.encoding import Encoding
from milkrun_solver.events import Ended, Post
from milkrun_solver.model import Plan
from milkrun_solver.search import Search, cost

if TYPE_CHECKING:
    import pyvrp

ROUND_SECONDS = 5.0
"""A round ends after so long and the next goes on from the best answer of all."""
PATCH_SECONDS = 2.0
"""A round that has to mend what it starts from gets so long before some tasks are left out instead."""
HANDFUL = 25
"""Up to so many tasks, a thread ends by itself once it finds nothing better."""
PATIENCE = 400
"""Iterations a task without a better answer, after which it does."""


class PyvrpEngine:
    """Search threads over one encoding: `take` hands out what they found, `offer` tells them of better.

    Args:
        encoding: The problem.
        post: Takes an `Ended` for each thread.
        deadline: When to stop, in `time.monotonic()` seconds.
        seed: Start of the random numbers; each thread adds its own number.
    """

    def __init__(self, encoding: Encoding, post: Post, deadline: float, seed: int) -> None:
        self._encoding = encoding
        self._post = post
        self._deadline = deadline
        self._seed = seed
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._found: dict[int, Plan] = {}
        self._known: Plan | None = None
        self._version = 0

    @property
    def threads(self) -> int:
        """How many threads were started."""
        return len(self._threads)

    def start(self, threads: int) -> None:
        """Starts so many more threads."""
        for _ in range(threads):
            number = len(self._threads)
            thread = threading.Thread(target=self._run, args=(number,), name=f"pyvrp-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def take(self) -> list[Plan]:
        """The best plan of each thread that found one since the last call."""
        with self._lock:
            found, self._found = self._found, {}
        return list(found.values())

    def offer(self, plan: Plan, interrupt: bool) -> None:
        """Names the best answer known. `interrupt` ends the rounds under way, which then go on from it."""
        with self._lock:
            self._known = plan
            self._version += interrupt

    def stop(self) -> None:
        """Asks all threads to end; each does within an iteration."""
        self._stopping.set()

    def join(self, timeout: float) -> None:
        """Waits for the threads, `timeout` seconds in all. One in a long step ends by itself soon after."""
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _run(self, number: int) -> None:
        error: Exception | None = None
        try:
            self._rounds(number)
        except Exception as caught:  # an engine's failure is an event: the other engine goes on
            error = caught
        self._post(Ended("pyvrp", error))

    def _rounds(self, number: int) -> None:
        searches: dict[bool, Search] = {}
        patience = _Patience(len(self._encoding.possible))
        complete, last = True, None
        while not self._is_over() and not patience.is_lost():
            with self._lock:
                plan, version = self._known, self._version
            if plan is not None:
                complete = self._serves_all(plan)
            if complete not in searches:
                searches[complete] = Search(self._encoding, complete, self._seed + number)
                last = None
            search = searches[complete]
            start = _start(search, plan, last)
            part = search.feasible_part(start) if plan is None else []
            if part:
                self._keep(number, part)
            seconds = ROUND_SECONDS if start.is_feasible() else PATCH_SECONDS
            last = self._round(number, search, start, version, time.monotonic() + seconds, patience)
            complete = complete and last.is_feasible()

    def _round(
        self,
        number: int,
        search: Search,
        start: "pyvrp.Solution",
        version: int,
        end: float,
        patience: "_Patience",
    ) -> "pyvrp.Solution":
        def stop(_best_cost: int) -> bool:
            return (
                patience.is_lost() or self._version != version or self._is_over() or time.monotonic() >= end
            )

        def found(solution: "pyvrp.Solution") -> None:
            patience.regain()
            self._keep(number, self._encoding.plan(solution))

        return search.round(start, stop, found)

    def _keep(self, number: int, plan: Plan) -> None:
        with self._lock:
            self._found[number] = plan

    def _serves_all(self, plan: Plan) -> bool:
        return {task for route in plan for task in route.tasks}.issuperset(self._encoding.possible)

    def _is_over(self) -> bool:
        return self._stopping.is_set() or time.monotonic() >= self._deadline


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


def _start(search: Search, plan: Plan | None, last: "pyvrp.Solution | None") -> "pyvrp.Solution":
    """Where a round starts: the better of what is known and the same search's last end, else from nothing."""
    known = None if plan is None else search.solution(plan)
    if last is not None and last.is_feasible() and (known is None or cost(last) <= cost(known)):
        return last
    if known is not None:
        return known
    first = search.first_solution()
    if not search.complete and not first.is_feasible():
        return search.solution(search.feasible_part(first))
    return first
