"""A worker's lease on a run. Its transitions are retried while Redis is down."""

from collections.abc import Callable
from typing import TypeVar

from milkrun.errors import DependencyUnavailableError, MilkrunError
from milkrun.jobs.keys import Name
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.run import Run
from milkrun.observability import report_down
from milkrun.runs.search import to_best
from milkrun.schema.solution import Solution

_MOST_PROGRESS = 0.99
"""The last hundredth is for storing the result."""

T = TypeVar("T")


class Lease:
    """A worker's lease. Every method raises RunNotFoundError or TransitionRefusedError if the lease is lost.

    Args:
        run: The run as it was claimed.
        may_try_again: Whether there is time for another try while Redis is down.
        pause: Waits between two tries.
    """

    def __init__(
        self,
        jobs: JobStateManager,
        run: Run,
        token: str,
        *,
        may_try_again: Callable[[], bool],
        pause: Callable[[], None],
    ) -> None:
        self.run = run
        self._jobs = jobs
        self._holder = run.owner, run.run_id, token
        self._may_try_again = may_try_again
        self._pause = pause

    def renew(self, spent_ms: int, best: Solution | None) -> bool:
        """Extends the lease, in one try; `best` only if it is new. Returns whether the run should stop.

        Raises:
            DependencyUnavailableError: Redis is down.
        """
        progress = _MOST_PROGRESS * spent_ms / self.run.time_limit_ms
        return self._jobs.renew(*self._holder, progress=progress, spent_ms=spent_ms, best=to_best(best))

    def complete(self, spent_ms: int, best: Solution | None) -> Name | None:
        """Ends the run with its result, if it has one. Returns the run whose turn has come."""
        result = to_best(best)
        return self._patiently(lambda: self._jobs.complete(*self._holder, spent_ms=spent_ms, best=result))

    def fail(self, spent_ms: int, error: MilkrunError) -> Name | None:
        """Ends the run as failed. Returns the run whose turn has come."""
        return self._patiently(
            lambda: self._jobs.fail(
                *self._holder, code=error.code, detail=error.detail, spent_ms=spent_ms, errors=error.errors
            )
        )

    def hand_over(self, spent_ms: int, best: Solution | None) -> Run | None:
        """Stores the best routes and gives up the lease to a successor. None if the run should stop
        instead."""
        self._patiently(lambda: self.renew(spent_ms, best))
        return self._patiently(lambda: self._jobs.hand_over(*self._holder, spent_ms=spent_ms))

    def retry_later(self, spent_ms: int) -> Run | None:
        """Gives up the lease because a dependency is down. None if the run should stop instead."""
        return self._patiently(lambda: self._jobs.retry_later(*self._holder, spent_ms=spent_ms))

    def _patiently(self, transition: Callable[[], T]) -> T:
        while True:
            try:
                return transition()
            except DependencyUnavailableError as error:
                report_down(error.dependencies, "transition delayed")
                if not self._may_try_again():
                    raise
                self._pause()
