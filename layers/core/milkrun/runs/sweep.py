"""The sweeper: starts runs that no worker has picked up, and takes back runs whose worker is lost."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from milkrun.clients.lambdas import INVOKES_AT_ONCE, WorkerInvoker
from milkrun.errors import DependencyUnavailableError, RunNotFoundError, TransitionRefusedError
from milkrun.jobs.backlog import Backlog
from milkrun.jobs.codes import Code
from milkrun.jobs.keys import Name, shard_of
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.reader import RunReader
from milkrun.jobs.run import Run
from milkrun.observability import get_logger, measure
from milkrun.runs.invoke import invoke_workers
from milkrun.runs.report import report_end, say_about

PER_SHARD = 100
"""Runs of a shard that are read at a time, so that one owner's queue hides no dead worker of another."""
AT_ONCE = 100
"""How many runs are handled in one pipeline."""
STALLED_AFTER = 120.0
"""Seconds after which an overdue run counts as stalled: two sweeps, one each minute, have then missed it."""

T = TypeVar("T")


def sweep(
    reader: RunReader, jobs: JobStateManager, invoker: WorkerInvoker, has_time: Callable[[], bool]
) -> Counter[str]:
    """Handles every run that is due, first those that have lost their worker.

    Reports what it finds and does as metrics.

    Args:
        has_time: Whether there is time for more runs.

    Returns:
        How many runs had which outcome: `expired`, `dispatched`, `waiting_or_ended`, `left_alone`, `failed`.

    Raises:
        DependencyUnavailableError: Redis, or a part of a cluster, is down. The other runs are handled first.
        Exception: A run could not be handled. The other runs are handled first.
    """
    first = reader.backlog(per_shard=PER_SHARD, stalled_after=STALLED_AFTER)
    sweeper = _Sweeper(jobs, invoker, has_time)
    try:
        for backlog in _until_none_is_new(first, reader, has_time):
            sweeper.attend(backlog)
    finally:
        _report(first, sweeper.counts)
    if failure := first.away or next(iter(sweeper.failures.values()), None):
        raise failure
    return sweeper.counts


def _until_none_is_new(
    backlog: Backlog, reader: RunReader, has_time: Callable[[], bool]
) -> Iterator[Backlog]:
    """The runs that are due, each once, until there are no more or time is up."""
    seen: set[Name] = set()
    while True:
        lapsed, due = (
            [it for it in runs if it not in seen and has_time()] for runs in (backlog.lapsed, backlog.due)
        )
        if not lapsed and not due and not backlog.expired:
            return
        yield backlog._replace(lapsed=lapsed, due=due)
        seen.update(lapsed, due)
        if not has_time() or not (lapsed or due):
            return
        backlog = reader.backlog(per_shard=PER_SHARD, stalled_after=STALLED_AFTER)


def _report(found: Backlog, counts: Counter[str]) -> None:
    """Reports what the sweep found and did, zeros too: an alarm fires if nothing is reported."""
    due = len(found.lapsed) + len(found.due)
    measure("ActiveRuns", found.active)
    measure("PendingRuns", found.pending)
    measure("DueRuns", due)
    measure("StalledRuns", found.stalled)
    measure("OldestPending", found.oldest_pending)
    measure("OldestDue", found.oldest_due)
    measure("RunsExpired", counts["expired"])
    measure("RunsDispatched", counts["dispatched"])
    seen = {"active": found.active, "pending": found.pending, "due": due, "stalled": found.stalled}
    get_logger().info("swept", extra={**seen, **counts})


class _Sweeper:
    """Handles runs and counts outcomes. `failures` holds the errors by run, or by shard that is down."""

    def __init__(self, jobs: JobStateManager, invoker: WorkerInvoker, has_time: Callable[[], bool]) -> None:
        self._jobs = jobs
        self._invoker = invoker
        self._has_time = has_time
        self.counts: Counter[str] = Counter()
        self.failures: dict[int | Name, Exception] = {}

    def attend(self, backlog: Backlog) -> None:
        """Takes back runs whose worker is lost, starts those that are due, then releases bytes of expired
        runs."""
        for chunk in _chunks(backlog.lapsed):
            if self._has_time():
                taken, others = self._take_back(chunk)
                self._start(taken + others)
        for chunk in _chunks(backlog.due):
            if self._has_time():
                self._start(chunk)
        for owner in backlog.expired:
            if self._has_time() and shard_of(owner) not in self.failures:
                self._release(owner)

    def _take_back(self, names: Sequence[Name]) -> tuple[list[Name], list[Name]]:
        """Takes back lapsed leases. Returns the runs that are now pending, and those without such a lease."""
        taken: list[Name] = []
        others: list[Name] = []
        for name, found in self._jobs.expire_each(self._reachable(names)).items():
            match found:
                case TransitionRefusedError():
                    others.append(name)
                case RunNotFoundError():
                    self.counts["left_alone"] += 1
                case Exception():
                    self._note(name, found)
                case run:
                    self.counts["expired"] += 1
                    say_about(run, "lease expired", attempt=run.attempt)
                    if run.status.ended:
                        report_end(run)
                    else:
                        taken.append(name)
        return taken, others

    def _start(self, names: Sequence[Name]) -> None:
        """Dispatches runs, and invokes workers for those whose turn has come."""
        if not names:
            return
        started: list[Run] = []
        held: list[Name] = []
        for name, found in self._jobs.dispatch_each(self._reachable(names)).items():
            match found:
                case TransitionRefusedError(reason=Code.HELD):
                    held.append(name)
                case TransitionRefusedError() | RunNotFoundError():
                    self.counts["left_alone"] += 1
                case Exception():
                    self._note(name, found)
                case Run(status=status) if not status.ended:
                    self.counts["dispatched"] += 1
                    started.append(found)
                case run:
                    self.counts["waiting_or_ended"] += 1
                    if run is not None:
                        report_end(run)
        for few in _chunks(started, INVOKES_AT_ONCE):
            invoke_workers(self._invoker, few, "run dispatched")
        if held:  # A release without the index of leases runs them.
            self._start(self._take_back(held)[0])

    def _release(self, owner: str) -> None:
        try:
            self._jobs.release(owner)
        except Exception as error:  # It must not hold up the others.
            self.failures[shard_of(owner)] = error

    def _reachable(self, names: Sequence[Name]) -> list[Name]:
        """The runs whose shard is up: another try on one that is down could cost another timeout."""
        return [name for name in names if shard_of(name[0]) not in self.failures]

    def _note(self, name: Name, error: Exception) -> None:
        """Notes why a run could not be handled. If Redis is down, this holds for the whole shard."""
        if isinstance(error, DependencyUnavailableError):
            self.failures[shard_of(name[0])] = error
            return
        self.counts["failed"] += 1
        self.failures[name] = error
        get_logger().error("run not handled", run_id=name[1], owner=name[0], exc_info=error)


def _chunks(items: list[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
