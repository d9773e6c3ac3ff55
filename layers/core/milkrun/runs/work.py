"""The worker: holds the lease of one run while a search improves its routes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from milkrun.clients.lambdas import WorkerInvoker
from milkrun.errors import (
    DependencyUnavailableError,
    MilkrunError,
    RunNotFoundError,
    TransitionRefusedError,
)
from milkrun.ids import new_id
from milkrun.jobs.codes import Code
from milkrun.jobs.holding import Best, Claimed
from milkrun.jobs.keys import Name
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.run import Run
from milkrun.jobs.states import Status
from milkrun.observability import get_logger, measure, report_down
from milkrun.runs.invoke import MAX_CHAIN, invoke_in_chain
from milkrun.runs.report import report_end
from milkrun.runs.search import Search, Solve, TravelOf, to_best
from milkrun.schema.parse import parse_problem
from milkrun.schema.solution import Solution
from milkrun.settings import Limits

RENEW_EVERY = 0.9
"""Seconds: a caller sees progress move every second."""
HAND_OVER_BEFORE = 10.0
"""Seconds that are kept for storing and handing over before the function's own deadline; of a short
invocation a tenth, but two at least."""

_MOST_PROGRESS = 0.99
"""The last hundredth is for storing the result."""
_STOP_GRACE = 5.0
_WORTH_A_HOP_MS = 1_000
_WOKEN = 10
"""Runs that are tried to be woken: those that are gone need no worker."""
_LAST_TRY = 0.4
"""Share of the seconds kept that one more try at a transition may take while Redis is away: 4 s of ten."""

T = TypeVar("T")


@dataclass(frozen=True)
class Tools:
    """What the worker works with.

    Attributes:
        clock: Seconds that never go back, as `solve` reads them.
        new_id: Makes the token of a lease.
        renew_every: Seconds between renewals of a lease, and between tries while Redis is away.
    """

    jobs: JobStateManager
    invoker: WorkerInvoker
    solve: Solve
    travel_of: TravelOf
    limits: Limits
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    new_id: Callable[[], str] = new_id
    renew_every: float = RENEW_EVERY


class Worker:
    """Works on one run, in one invocation.

    Args:
        remaining: Seconds until the function's own deadline, asked again whenever needed.
    """

    def __init__(self, tools: Tools, owner: str, run_id: str, remaining: Callable[[], float]) -> None:
        self._tools = tools
        self._jobs = tools.jobs
        self._owner = owner
        self._run_id = run_id
        self._remaining = remaining
        self._margin = min(HAND_OVER_BEFORE, max(2.0, remaining() / 10))
        self._token = tools.new_id()
        self._log = get_logger()

    def work(self) -> None:
        """Claims the run and brings it to its end, or to a successor.

        An event for a run that is gone, ended, held by another or waiting for its turn ends quietly. Where an
        older run of its owner waits for a worker it works on that one, and sends for another worker.
        """
        try:
            claimed = self._jobs.claim(self._owner, self._run_id, self._token)
        except (RunNotFoundError, TransitionRefusedError) as refusal:
            self._log.info("run not claimed", reason=refusal.detail)
            return
        if claimed is None:
            self._log.info("run waits for its turn")
            return
        if claimed.run.run_id != self._run_id:
            self._work_on_older(claimed.run)
        self._tell_claim(claimed.run)
        try:
            self._hold(claimed)
        except (RunNotFoundError, TransitionRefusedError) as refusal:
            measure("LeasesLost")
            self._log.info("lease lost", reason=refusal.detail)
            if isinstance(refusal, RunNotFoundError):  # It was erased: its place is free.
                self._wake(claimed.run, self._jobs.next_after((self._owner, self._run_id)))

    def _work_on_older(self, run: Run) -> None:
        """Takes up another run than it was invoked for, and has a worker invoked for that one again."""
        name, self._run_id = (self._owner, self._run_id), run.run_id
        self._log.info("older run claimed", older_run_id=run.run_id)
        self._wake(run, name)
        self._log.append_keys(run_id=run.run_id, correlation_id=run.correlation_id)

    def _tell_claim(self, run: Run) -> None:
        self._log.info("run claimed", attempt=run.attempt, hops=run.hops)
        if run.attempt == 1 and not run.hops and run.started_at is not None:
            measure("QueueSeconds", (run.started_at - run.created_at) / 1000)

    def _hold(self, claimed: Claimed) -> None:
        run = claimed.run
        try:
            search = self._search(claimed)
        except Exception as error:  # What is stored cannot be read: no attempt will.
            self._log.error("run cannot be read", exc_info=error)
            self._fail(run, error, run.spent_ms)
            return
        search.start()
        try:
            self._renew_until_done(run, search)
        except Exception:  # The lease is lost, or may be: nothing of this search counts any more.
            search.stop()
            search.wait(_STOP_GRACE)
            raise
        self._end(run, search)

    def _search(self, claimed: Claimed) -> Search:
        run = claimed.run
        problem = parse_problem(claimed.request, self._tools.limits)
        return Search(
            self._tools.solve,
            self._tools.travel_of,
            problem,
            seconds=run.remaining_ms / 1000,
            latest=self._tools.clock() + max(0.0, self._remaining() - self._margin),
            initial=self._initial(claimed),
            clock=self._tools.clock,
        )

    def _initial(self, claimed: Claimed) -> Solution | None:
        """The best routes so far; None where they are in the form of another release, and it begins anew."""
        try:
            return Solution.model_validate_json(claimed.best) if claimed.best else None
        except ValueError as error:
            self._log.error("best routes cannot be read", exc_info=error)
            return None

    def _renew_until_done(self, run: Run, search: Search) -> None:
        """Renews the lease every second. While Redis is away the search goes on: the lease may outlast it."""
        stored = search.initial
        while not search.wait(self._tools.renew_every):
            best = search.best
            spent_ms = min(run.spent_ms + search.spent_ms, run.time_limit_ms)
            try:
                stop = self._renew(
                    spent_ms / run.time_limit_ms, spent_ms, to_best(best) if best is not stored else None
                )
            except DependencyUnavailableError as error:
                report_down(error.dependencies, "lease not renewed")
                continue
            stored = best
            if stop:
                search.stop()
                if not search.solving:
                    return

    def _renew(self, progress: float, spent_ms: int, best: Best | None) -> bool:
        return self._jobs.renew(
            self._owner,
            self._run_id,
            self._token,
            progress=_MOST_PROGRESS * progress,
            spent_ms=spent_ms,
            best=best,
        )

    def _end(self, run: Run, search: Search) -> None:
        """Completes, fails or hands over, whichever the search's end asks for."""
        spent_ms = min(run.spent_ms + search.spent_ms, run.time_limit_ms)
        if search.error is not None:
            self._log.error("search failed", exc_info=search.error)
        if isinstance(search.error, DependencyUnavailableError):
            self._retry_later(run, search.error, search.best)
            return
        try:
            solution = search.outcome()
        except Exception as error:
            self._fail(run, error, spent_ms)
            return
        if search.ran_out and run.time_limit_ms - spent_ms > _WORTH_A_HOP_MS:
            successor = self._hand_over(solution, spent_ms, spent_ms / run.time_limit_ms)
            if successor is not None:
                measure("Hops")
                invoke_in_chain(self._tools.invoker, successor)
                return
        self._complete(run, solution, spent_ms)

    def _hand_over(self, solution: Solution | None, spent_ms: int, progress: float) -> Run | None:
        """Stores the best routes and gives up the lease; None if the run is to stop instead."""
        self._patiently(lambda: self._renew(progress, spent_ms, to_best(solution)))
        return self._patiently(
            lambda: self._jobs.hand_over(self._owner, self._run_id, self._token, spent_ms=spent_ms)
        )

    def _retry_later(self, run: Run, error: DependencyUnavailableError, best: Solution | None) -> None:
        """Gives the run back until the dependency is there, unless it has been away too long."""
        try:
            pending = self._patiently(
                lambda: self._jobs.retry_later(self._owner, self._run_id, self._token, spent_ms=run.spent_ms)
            )
        except TransitionRefusedError as refusal:
            if refusal.reason is not Code.EXHAUSTED:
                raise
            self._fail(run, error, run.spent_ms)
            return
        if pending is None:  # The caller has asked it to stop.
            self._complete(run, best, run.spent_ms)
            return
        measure("RunsDelayed")
        report_down(error.dependencies, "run delayed", attempt=pending.attempt)

    def _complete(self, run: Run, solution: Solution | None, spent_ms: int) -> None:
        best = to_best(solution)
        next_run = self._patiently(
            lambda: self._jobs.complete(self._owner, self._run_id, self._token, spent_ms=spent_ms, best=best)
        )
        status = Status.COMPLETED if best else Status.CANCELLED
        self._log.info("run ended", status=status, seconds_spent=spent_ms / 1000)
        if best:
            measure("RunsCompleted")
            measure("SolveSeconds", spent_ms / 1000)
        self._wake(run, next_run)

    def _fail(self, run: Run, error: Exception, spent_ms: int) -> None:
        known = error if isinstance(error, MilkrunError) else MilkrunError("The search failed.")
        next_run = self._patiently(
            lambda: self._jobs.fail(
                self._owner,
                self._run_id,
                self._token,
                code=known.code,
                detail=known.detail,
                spent_ms=spent_ms,
                errors=known.errors,
            )
        )
        self._log.info("run ended", status=Status.FAILED, code=known.code, seconds_spent=spent_ms / 1000)
        measure("RunsFailed", code=known.code)
        self._wake(run, next_run)

    def _wake(self, run: Run, next_run: Name | None) -> None:
        """Starts the run whose turn it is. It is due: what is left undone, the sweeper does."""
        for _ in range(_WOKEN):
            if next_run is None:
                return
            if run.chain >= MAX_CHAIN:
                self._log.info("next run left to the sweeper", next_run_id=next_run[1], chain=run.chain)
                return
            try:
                waiting = self._jobs.dispatch(*next_run, early=True, chain=run.chain + 1)
            except (RunNotFoundError, TransitionRefusedError) as error:
                self._log.info("next run not woken", next_run_id=next_run[1], reason=error.detail)
                next_run = self._jobs.next_after(next_run)
            except MilkrunError as error:
                self._log.info("next run not woken", next_run_id=next_run[1], reason=error.detail)
                return
            else:
                self._start(waiting)
                return

    def _start(self, run: Run | None) -> None:
        if run is None:
            return
        if run.status.ended:
            report_end(run)
        else:
            invoke_in_chain(self._tools.invoker, run)

    def _patiently(self, transition: Callable[[], T]) -> T:
        """Tries a transition until Redis is there, as long as this invocation lasts."""
        while True:
            try:
                return transition()
            except DependencyUnavailableError as error:
                report_down(error.dependencies, "transition delayed")
                if self._remaining() < _LAST_TRY * self._margin:
                    raise
                self._tools.sleep(self._tools.renew_every)
