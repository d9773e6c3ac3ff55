"""Invokes from worker to worker. Lambda stops a chain of about 16: before that the sweeper begins anew."""

from milkrun.clients.lambdas import WorkerInvoker
from milkrun.jobs.run import Run
from milkrun.observability import get_logger

MAX_CHAIN = 12


def invoke_in_chain(invoker: WorkerInvoker, run: Run) -> None:
    """Starts a worker for a run unless the chain is long enough: then the sweeper does, a little later."""
    sent = run.chain <= MAX_CHAIN
    failure = invoker.invoke(run) if sent else None
    get_logger().info(
        "worker invoked",
        run_id=run.run_id,
        owner=run.owner,
        chain=run.chain,
        invoked=sent and failure is None,
        invoke_error=failure,
    )
