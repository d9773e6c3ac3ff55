"""Passes a turn on: a worker whose run has ended starts the next run."""

from milkrun.clients.lambdas import WorkerInvoker
from milkrun.errors import MilkrunError, RunNotFoundError, TransitionRefusedError
from milkrun.jobs.keys import Name
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.run import Run
from milkrun.observability import get_logger
from milkrun.runs.invoke import MAX_CHAIN, invoke_in_chain
from milkrun.runs.report import report_end

_TRIED = 10
"""The most runs that are tried: some may be gone and need no worker."""


def wake(jobs: JobStateManager, invoker: WorkerInvoker, next_run: Name | None, *, chain: int) -> None:
    """Starts the run whose turn has come. If that fails, the sweeper does it, because the run is due.

    Args:
        chain: The length of the chain of invokes that led to this worker.
    """
    log = get_logger()
    for _ in range(_TRIED):
        if next_run is None:
            return
        if chain >= MAX_CHAIN:
            log.info("next run left to the sweeper", next_run_id=next_run[1], chain=chain)
            return
        try:
            waiting = jobs.dispatch(*next_run, early=True, chain=chain + 1)
        except (RunNotFoundError, TransitionRefusedError) as error:
            log.info("next run not woken", next_run_id=next_run[1], reason=error.detail)
            next_run = jobs.next_after(next_run)
        except MilkrunError as error:
            log.info("next run not woken", next_run_id=next_run[1], reason=error.detail)
            return
        else:
            _start(invoker, waiting)
            return


def _start(invoker: WorkerInvoker, run: Run | None) -> None:
    if run is None:
        return
    if run.status.ended:
        report_end(run)
    else:
        invoke_in_chain(invoker, run)
