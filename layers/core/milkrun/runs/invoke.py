"""Starts workers for runs."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from milkrun.clients.lambdas import INVOKES_AT_ONCE, WorkerInvoker
from milkrun.jobs.run import Run
from milkrun.observability import measure
from milkrun.runs.report import say_about

MAX_CHAIN = 12
"""The longest chain of invokes from worker to worker. Lambda stops one at about 16."""


def invoke_worker(invoker: WorkerInvoker, run: Run, message: str, **fields: Any) -> None:
    """Starts a worker and logs a line about it. If that fails, the sweeper does it a little later."""
    _report(run, invoker.invoke(run), message, **fields)


def invoke_workers(invoker: WorkerInvoker, runs: list[Run], message: str) -> None:
    """As `invoke_worker` for each run, INVOKES_AT_ONCE at a time."""
    with ThreadPoolExecutor(INVOKES_AT_ONCE) as pool:
        for run, failure in zip(runs, pool.map(invoker.invoke, runs), strict=True):
            _report(run, failure, message)


def _report(run: Run, failure: str | None, message: str, **fields: Any) -> None:
    measure("InvokesFailed", int(failure is not None))
    say_about(run, message, invoked=failure is None, invoke_error=failure, **fields)


def invoke_in_chain(invoker: WorkerInvoker, run: Run) -> None:
    """Starts a worker from a worker. If the chain is too long, the sweeper starts a new one instead."""
    if run.chain > MAX_CHAIN:
        say_about(run, "worker left to the sweeper", chain=run.chain)
        return
    invoke_worker(invoker, run, "worker invoked", chain=run.chain)
