"""The worker: holds the lease of one run while a search improves its routes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from milkrun.clients.lambdas import WorkerInvoker
from milkrun.errors import (
    DependencyUnavailableError,
    MilkrunError,
    RunFailedError,
    RunNotFoundError,
    TransitionRefusedError,
)
from milkrun.ids import new_id
from milkrun.jobs.codes import Code
from milkrun.jobs.holding import Claimed
from milkrun.jobs.keys import Name
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.run import Run
from milkrun.jobs.states import Status
from milkrun.observability import get_logger, measure, report_down
from milkrun.runs.invoke import invoke_in_chain
from milkrun.runs.lease import Lease
from milkrun.runs.search import Search, Solve, TravelOf
from milkrun.runs.wake import wake
from milkrun.schema.parse import parse_problem
from milkrun.schema.solution import Solution
from milkrun.settings import Limits

RENEW_EVERY = 0.9
"""Seconds: a caller sees progress move every second."""
HAND_OVER_BEFORE = 10.0
"""Seconds reserved before the function's deadline for storing and handing over. A short invocation reserves a
tenth of its time, at least two seconds."""

_STOP_GRACE = 5.0
_WORTH_A_HOP_MS = 1_000
_UNEXPECTED = (
    "The run failed because of an unexpected error. The logs contain it under the run's correlation id."
)
_LAST_TRY = 0.4
"""The share of the reserved seconds that must be left for another try while Redis is down: 4 of 10
seconds."""


@dataclass(frozen=True)
class Tools:
    """The worker's dependencies.

    Attributes:
        clock: A monotonic clock, in seconds, which `solve` reads too.
        new_id: Makes the token of a lease.
        renew_every: Seconds between renewals of a lease, and between tries while Redis is down.
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
        remaining: Returns the seconds until the function's deadline.
    """

    def __init__(self, tools: Tools, owner: str, run_id: str, remaining: Callable[[], float]) -> None:
        self._tools = tools
        self._jobs = tools.jobs
        self._name = owner, run_id
        self._remaining = remaining
        self._margin = min(HAND_OVER_BEFORE, max(2.0, remaining() / 10))
        self._token = tools.new_id()
        self._log = get_logger()

    def work(self) -> None:
        """Claims the run and works on it until it ends or is handed over.

        If the run is gone, ended, held by another worker or waiting for its turn, this returns at once. If an
        older run of the owner waits for a worker, this worker takes that one and starts another for its own.
        """
        try:
            claimed = self._jobs.claim(*self._name, self._token)
        except (RunNotFoundError, TransitionRefusedError) as refusal:
            self._log.info("run not claimed", reason=refusal.detail)
            return
        if claimed is None:
            self._log.info("run waits for its turn")
            return
        run = claimed.run
        if (run.owner, run.run_id) != self._name:
            self._send_for_another(run)
        self._tell_claim(run)
        try:
            self._hold(claimed)
        except (RunNotFoundError, TransitionRefusedError) as refusal:
            measure("LeasesLost")
            self._log.info("lease lost", reason=refusal.detail)
            if isinstance(refusal, RunNotFoundError):  # It was erased: its place is free.
                self._wake(run, self._jobs.next_after((run.owner, run.run_id)))

    def _send_for_another(self, older: Run) -> None:
        """Starts another worker for the run of this event, because this worker works on an older one."""
        self._log.info("older run claimed", older_run_id=older.run_id)
        self._wake(older, self._name)
        self._log.append_keys(run_id=older.run_id, correlation_id=older.correlation_id)

    def _tell_claim(self, run: Run) -> None:
        self._log.info("run claimed", attempt=run.attempt, hops=run.hops)
        if run.attempt == 1 and not run.hops and run.started_at is not None:
            measure("QueueSeconds", (run.started_at - run.created_at) / 1000)

    def _hold(self, claimed: Claimed) -> None:
        lease = self._lease(claimed.run)
        try:
            search = self._search(claimed)
        except Exception as error:  # No later attempt could read what is stored either.
            self._log.error("run cannot be read", exc_info=error)
            self._fail(lease, error, lease.run.spent_ms)
            return
        search.start()
        try:
            self._renew_until_done(lease, search)
        except Exception:  # The lease is lost, or may be: discard the search.
            search.stop()
            search.wait(_STOP_GRACE)
            raise
        self._end(lease, search)

    def _lease(self, run: Run) -> Lease:
        """The lease on a run, whose transitions are tried for as long as this invocation lasts."""
        return Lease(
            self._jobs,
            run,
            self._token,
            may_try_again=lambda: self._remaining() >= _LAST_TRY * self._margin,
            pause=lambda: self._tools.sleep(self._tools.renew_every),
        )

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
        """The best routes so far; None if another release's format is unreadable, and the search starts
        again."""
        try:
            return Solution.model_validate_json(claimed.best) if claimed.best else None
        except ValueError as error:
            self._log.error("best routes cannot be read", exc_info=error)
            return None

    def _renew_until_done(self, lease: Lease, search: Search) -> None:
        """Renews the lease every second. While Redis is down, the search continues: the lease may last
        longer."""
        stored = search.initial
        while not search.wait(self._tools.renew_every):
            best = search.best
            try:
                stop = lease.renew(_spent_ms(lease.run, search), best if best is not stored else None)
            except DependencyUnavailableError as error:
                report_down(error.dependencies, "lease not renewed")
                continue
            stored = best
            if stop:
                search.stop()
                if not search.solving:
                    return

    def _end(self, lease: Lease, search: Search) -> None:
        """Completes the run, fails it or hands it over, depending on how the search ended."""
        spent_ms = _spent_ms(lease.run, search)
        if search.error is not None:
            self._log.error("search failed", exc_info=search.error)
        if isinstance(search.error, DependencyUnavailableError):
            self._retry_later(lease, search.error, search.best)
            return
        try:
            solution = search.outcome()
        except Exception as error:
            self._fail(lease, error, spent_ms)
            return
        if search.ran_out and lease.run.time_limit_ms - spent_ms > _WORTH_A_HOP_MS:
            successor = lease.hand_over(spent_ms, solution)
            if successor is not None:
                measure("Hops")
                invoke_in_chain(self._tools.invoker, successor)
                return
        self._complete(lease, solution, spent_ms)

    def _retry_later(self, lease: Lease, error: DependencyUnavailableError, best: Solution | None) -> None:
        """Gives the run back until the dependency is up. Fails it if the dependency was down too long."""
        spent_ms = lease.run.spent_ms
        try:
            pending = lease.retry_later(spent_ms)
        except TransitionRefusedError as refusal:
            if refusal.reason is not Code.EXHAUSTED:
                raise
            detail = f"{error.names} was unavailable for a day. Submit the problem again once it is back."
            self._fail(lease, RunFailedError(error.code, detail), spent_ms)
            return
        if pending is None:  # The caller has asked it to stop.
            self._complete(lease, best, spent_ms)
            return
        measure("RunsDelayed")
        report_down(error.dependencies, "run delayed", attempt=pending.attempt)

    def _complete(self, lease: Lease, solution: Solution | None, spent_ms: int) -> None:
        next_run = lease.complete(spent_ms, solution)
        status = Status.COMPLETED if solution is not None else Status.CANCELLED
        self._log.info("run ended", status=status, seconds_spent=spent_ms / 1000)
        if solution is not None:
            measure("RunsCompleted")
            measure("SolveSeconds", spent_ms / 1000)
        self._wake(lease.run, next_run)

    def _fail(self, lease: Lease, error: Exception, spent_ms: int) -> None:
        known = error if isinstance(error, MilkrunError) else MilkrunError(_UNEXPECTED)
        next_run = lease.fail(spent_ms, known)
        self._log.info("run ended", status=Status.FAILED, code=known.code, seconds_spent=spent_ms / 1000)
        measure("RunsFailed", code=known.code)
        self._wake(lease.run, next_run)

    def _wake(self, run: Run, next_run: Name | None) -> None:
        wake(self._jobs, self._tools.invoker, next_run, chain=run.chain)


def _spent_ms(run: Run, search: Search) -> int:
    """Milliseconds of solving, over all attempts and hops."""
    return min(run.spent_ms + search.spent_ms, run.time_limit_ms)
