"""The sweeper: starts what was never picked up, and takes back what its worker has lost."""

from collections import Counter
from collections.abc import Callable

from milkrun.clients.lambdas import WorkerInvoker
from milkrun.errors import RunNotFoundError, TransitionRefusedError
from milkrun.jobs.backlog import Due
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.reader import RunReader
from milkrun.observability import get_logger, get_metrics

PER_SHARD = 100
"""Runs of one shard that are read at a time, so that no owner's queue hides another's dead worker."""
STALLED_AFTER = 300.0
"""Seconds past its time after which a run counts as stalled: some sweeps have left it alone."""


def sweep(
    reader: RunReader, jobs: JobStateManager, invoker: WorkerInvoker, has_time: Callable[[], bool]
) -> Counter[str]:
    """Attends to every run whose time has come, and reports counts as metrics.

    Args:
        has_time: Whether one more run may be attended to.

    Returns:
        How many runs met which end: `expired`, `dispatched`, `waiting_or_ended`, `left_alone`.

    Raises:
        DependencyUnavailableError: Redis is away, or a server of a cluster, once the rest is attended to.
    """
    backlog = first = reader.backlog(per_shard=PER_SHARD, stalled_after=STALLED_AFTER)
    counts: Counter[str] = Counter()
    attended: set[Due] = set()
    while new := [due for due in backlog.due if due not in attended]:
        for due in new:
            if not has_time():
                break
            _attend(due, jobs, invoker, counts)
            attended.add(due)
        if not has_time():
            break
        backlog = reader.backlog(per_shard=PER_SHARD, stalled_after=STALLED_AFTER)
    metrics = get_metrics()
    metrics.add_metric(name="ActiveRuns", unit="Count", value=first.active)
    metrics.add_metric(name="DueRuns", unit="Count", value=len(attended))
    metrics.add_metric(name="OldestDue", unit="Seconds", value=first.oldest_due)
    metrics.add_metric(name="RunsExpired", unit="Count", value=counts["expired"])
    metrics.add_metric(name="RunsDispatched", unit="Count", value=counts["dispatched"])
    seen = {"active": first.active, "due": len(attended), "oldest": first.oldest_due}
    get_logger().info("swept", extra={**seen, **counts})
    if first.away:
        raise first.away
    return counts


def _attend(due: Due, jobs: JobStateManager, invoker: WorkerInvoker, counts: Counter[str]) -> None:
    owner, run_id = due
    try:
        expired = jobs.expire(owner, run_id)
    except TransitionRefusedError:
        pass  # Its lease has not lapsed: it is pending, and its worker never came.
    except RunNotFoundError:
        counts["left_alone"] += 1
        return
    else:
        counts["expired"] += 1
        get_logger().info("lease expired", run_id=run_id, owner=owner, goes_on=expired is not None)
        if expired is None:
            return
    try:
        run = jobs.dispatch(owner, run_id)
    except (RunNotFoundError, TransitionRefusedError):
        counts["left_alone"] += 1
        return
    if run is None:
        counts["waiting_or_ended"] += 1
        return
    counts["dispatched"] += 1
    failure = invoker.invoke(run)
    get_logger().info(
        "run dispatched",
        run_id=run_id,
        owner=owner,
        run_correlation_id=run.correlation_id,
        invoked=failure is None,
        invoke_error=failure,
    )
