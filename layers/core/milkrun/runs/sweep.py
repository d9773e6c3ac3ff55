"""The sweeper: starts what was never picked up, and takes back what its worker has lost."""

from collections import Counter
from collections.abc import Callable, Iterator

from milkrun.clients.lambdas import INVOKES_AT_ONCE, WorkerInvoker
from milkrun.errors import DependencyUnavailableError, RunNotFoundError, TransitionRefusedError
from milkrun.jobs.backlog import Backlog, Due
from milkrun.jobs.keys import shard_of
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.reader import RunReader
from milkrun.jobs.run import Run
from milkrun.observability import get_logger, measure
from milkrun.runs.invoke import invoke_workers
from milkrun.runs.report import report_end, say_about

PER_SHARD = 100
"""Runs of one shard that are read at a time, so that no owner's queue hides another's dead worker."""
STALLED_AFTER = 120.0
"""Seconds past its time after which a run counts as stalled: a sweep each minute has left it alone twice."""


def sweep(
    reader: RunReader, jobs: JobStateManager, invoker: WorkerInvoker, has_time: Callable[[], bool]
) -> Counter[str]:
    """Attends to every run whose time has come, and reports counts as metrics.

    Args:
        has_time: Whether one more run may be attended to.

    Returns:
        How many runs met which end: `expired`, `dispatched`, `waiting_or_ended`, `left_alone`, `failed`.

    Raises:
        DependencyUnavailableError: Redis is away, or a part of a cluster, once the rest is attended to.
        Exception: What kept a run from being attended to, once the rest is.
    """
    first = reader.backlog(per_shard=PER_SHARD, stalled_after=STALLED_AFTER)
    counts: Counter[str] = Counter()
    failures: dict[int | Due, Exception] = {}
    try:
        for chunk in _all_due(first, reader, has_time):
            dispatched = [run for due in chunk if has_time() and (run := _try(due, jobs, counts, failures))]
            invoke_workers(invoker, dispatched, "run dispatched")
    finally:
        _report(first, counts)
    if failure := first.away or next(iter(failures.values()), None):
        raise failure
    return counts


def _all_due(backlog: Backlog, reader: RunReader, has_time: Callable[[], bool]) -> Iterator[list[Due]]:
    """The runs that are due, each once, a few at a time, until there are no more or there is no time."""
    seen: set[Due] = set()
    while new := [due for due in backlog.due if due not in seen]:
        seen.update(new)
        for start in range(0, len(new), INVOKES_AT_ONCE):
            if not has_time():
                return
            yield new[start : start + INVOKES_AT_ONCE]
        if not has_time():
            return
        backlog = reader.backlog(per_shard=PER_SHARD, stalled_after=STALLED_AFTER)


def _report(found: Backlog, counts: Counter[str]) -> None:
    """What the sweep found and did, zeros too: silence is an alarm of its own."""
    measure("ActiveRuns", found.active)
    measure("PendingRuns", found.pending)
    measure("DueRuns", len(found.due))
    measure("StalledRuns", found.stalled)
    measure("OldestPending", found.oldest_pending)
    measure("OldestDue", found.oldest_due)
    measure("RunsExpired", counts["expired"])
    measure("RunsDispatched", counts["dispatched"])
    seen = {"active": found.active, "pending": found.pending, "due": len(found.due), "stalled": found.stalled}
    get_logger().info("swept", extra={**seen, **counts})


def _try(
    due: Due, jobs: JobStateManager, counts: Counter[str], failures: dict[int | Due, Exception]
) -> Run | None:
    """As `_attend`. What keeps it from that is noted, for the whole shard where Redis is away."""
    shard = shard_of(due.owner)
    if shard in failures:  # another try could cost another timeout
        return None
    try:
        return _attend(due, jobs, counts)
    except DependencyUnavailableError as error:
        failures[shard] = error
    except Exception as error:  # It must not keep back the others.
        counts["failed"] += 1
        failures[due] = error
        get_logger().error("run not attended to", run_id=due.run_id, owner=due.owner, exc_info=error)
    return None


def _attend(due: Due, jobs: JobStateManager, counts: Counter[str]) -> Run | None:
    """Moves a run on, and gives it if a worker is to be invoked for it."""
    owner, run_id = due
    try:
        expired = jobs.expire(owner, run_id)
    except TransitionRefusedError:
        pass  # Its lease has not lapsed: it is pending, and its worker never came.
    except RunNotFoundError:
        counts["left_alone"] += 1
        return None
    else:
        counts["expired"] += 1
        say_about(expired, "lease expired", attempt=expired.attempt)
        if expired.status.ended:
            report_end(expired)
            return None
    try:
        run = jobs.dispatch(owner, run_id)
    except (RunNotFoundError, TransitionRefusedError):
        counts["left_alone"] += 1
        return None
    if run is None or run.status.ended:
        counts["waiting_or_ended"] += 1
        if run is not None:
            report_end(run)
        return None
    counts["dispatched"] += 1
    return run
