"""The sweeper: runs every minute and handles the runs that are due."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from milkrun.clients.lambdas import get_invoker
from milkrun.errors import DependencyUnavailableError
from milkrun.jobs.factory import get_jobs, get_reader
from milkrun.observability import begin, flush_metrics, report_down, traced
from milkrun.runs.sweep import sweep

_RESERVE_MS = 5_000


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Entry point of the function. Returns how many runs had which outcome."""
    begin(context, context.aws_request_id)

    def run(*_: Any) -> dict[str, int]:
        counts = sweep(
            get_reader(),
            get_jobs(),
            get_invoker(),
            has_time=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS,
        )
        return dict(counts)

    try:
        counts: dict[str, int] = traced(run)(event, context)
    except DependencyUnavailableError as error:
        report_down(error.dependencies)
        raise
    finally:
        flush_metrics()
    return counts
