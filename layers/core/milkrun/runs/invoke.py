"""Starting a worker for a run."""

from typing import Any

from milkrun.clients.lambdas import WorkerInvoker
from milkrun.jobs.run import Run
from milkrun.observability import measure
from milkrun.runs.report import say_about

MAX_CHAIN = 12
"""Invokes from worker to worker. Lambda stops a chain of about 16: before that the sweeper begins anew."""


def invoke_worker(invoker: WorkerInvoker, run: Run, message: str, **fields: Any) -> None:
    """Starts a worker and logs a line about it. Where that fails, the sweeper does it a little later."""
    failure = invoker.invoke(run)
    measure("InvokesFailed", int(failure is not None))
    say_about(run, message, invoked=failure is None, invoke_error=failure, **fields)


def invoke_in_chain(invoker: WorkerInvoker, run: Run) -> None:
    """Starts a worker from a worker, unless the chain is long enough: then the sweeper does it."""
    if run.chain > MAX_CHAIN:
        say_about(run, "worker left to the sweeper", chain=run.chain)
        return
    invoke_worker(invoker, run, "worker invoked", chain=run.chain)
