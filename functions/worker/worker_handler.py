"""The worker: improves the routes of one run. Invoked asynchronously."""

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from milkrun.clients.lambdas import get_invoker
from milkrun.jobs.factory import get_jobs
from milkrun.observability import flush_metrics, get_logger, get_tracer
from milkrun.runs.work import Tools, Worker
from milkrun.settings import get_settings
from milkrun_solver.solve import solve


@cache
def get_tools() -> Tools:
    """What the worker of this process works with."""
    return Tools(jobs=get_jobs(), invoker=get_invoker(), solve=solve, limits=get_settings().limits)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point of the function.

    Args:
        event: `owner`, `run_id` and `correlation_id` of a run.
    """
    get_logger().set_correlation_id(event["correlation_id"])
    worker = Worker(
        get_tools(), event["owner"], event["run_id"], lambda: context.get_remaining_time_in_millis() / 1000
    )

    def work(*_: Any) -> None:
        worker.work()

    try:
        get_tracer().capture_lambda_handler(work)(event, context)
    finally:
        flush_metrics()
