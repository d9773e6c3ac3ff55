"""The lease that a worker has on a run: what it writes under its token, tried until Redis is there."""

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
    """Every method raises RunNotFoundError or TransitionRefusedError where the lease is lost.

    Args:
        run: As it was claimed.
        may_try_again: Whether one more try may begin while Redis is away.
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
        """Extends the lease, in one try; `best` only where it is new. Whether the run is to stop.

        Raises:
            DependencyUnavailableError: Redis is away.
        """
        progress = _MOST_PROGRESS * spent_ms / self.run.time_limit_ms
        return self._jobs.renew(*self._holder, progress=progress, spent_ms=spent_ms, best=to_best(best))

    def complete(self, spent_ms: int, best: Solution | None) -> Name | None:
        """Ends the run with its result, if it has one; gives the run whose turn has come."""
        result = to_best(best)
        return self._patiently(lambda: self._jobs.complete(*self._holder, spent_ms=spent_ms, best=result))

    def fail(self, spent_ms: int, error: MilkrunError) -> Name | None:
        """Ends the run as failed; gives the run whose turn has come."""
        return self._patiently(
            lambda: self._jobs.fail(
                *self._holder, code=error.code, detail=error.detail, spent_ms=spent_ms, errors=error.errors
            )
        )

    def hand_over(self, spent_ms: int, best: Solution | None) -> Run | None:
        """Stores the best routes and gives the lease up to a successor; None if the run is to stop."""
        self._patiently(lambda: self.renew(spent_ms, best))
        return self._patiently(lambda: self._jobs.hand_over(*self._holder, spent_ms=spent_ms))

    def retry_later(self, spent_ms: int) -> Run | None:
        """Gives the lease up because a dependency is away; None if the run is to stop."""
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
