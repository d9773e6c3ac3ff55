"""Logs and metrics about a run, under the run's own correlation id, whoever writes them."""

from typing import Any

from milkrun.jobs.run import Run
from milkrun.jobs.states import Status
from milkrun.observability import get_logger, measure


def say_about(run: Run, message: str, **fields: Any) -> None:
    """Logs a line about a run under the correlation id of the request that submitted it."""
    get_logger().info(
        message, correlation_id=run.correlation_id, run_id=run.run_id, owner=run.owner, **fields
    )


def report_end(run: Run) -> None:
    """Reports a run that ended without a worker: lost, never started, or stopped after its worker was lost.

    Also reports a run whose worker ended it but could not confirm that. The worker may have reported it too.
    So may another sweep that confirms the same end: `finished_at` tells that it is the same.
    """
    if run.status is Status.FAILED and run.error_code:
        measure("RunsFailed", code=run.error_code)
    elif run.status is Status.COMPLETED:
        measure("RunsCompleted")
    message = "end confirmed" if run.ended_by else "run ended"
    say_about(run, message, status=run.status, code=run.error_code, finished_at=run.finished_at)
