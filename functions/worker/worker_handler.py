"""The worker: improves the routes of one run. Invoked asynchronously."""

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from milkrun.clients.lambdas import get_invoker
from milkrun.errors import DependencyUnavailableError
from milkrun.jobs.factory import get_jobs
from milkrun.networks.store import get_store
from milkrun.observability import begin, flush_metrics, report_down, traced
from milkrun.runs.travel import NetworkTravel
from milkrun.runs.work import Tools, Worker
from milkrun.settings import get_settings
from milkrun_solver.model.network_travel import network_source
from milkrun_solver.roads.compiled import CompiledNetwork
from milkrun_solver.roads.network import RoadNetwork
from milkrun_solver.search.watchdog import give_up_endless_searches
from milkrun_solver.solve import solve


def read_network(compiled: bytes) -> RoadNetwork:
    """Reads a road network from its compiled form."""
    return RoadNetwork(CompiledNetwork.from_bytes(compiled), get_settings().snap_limit_m)


@cache
def get_travel() -> NetworkTravel[RoadNetwork]:
    """The travel times on road networks, with the networks that this process has read."""
    return NetworkTravel(get_store, read_network, network_source)


@cache
def get_tools(function: str) -> Tools:
    """The worker's dependencies; `function` is the ARN that the worker was invoked by."""
    return Tools(get_jobs(), get_invoker(function), solve, get_travel().times_of, get_settings().limits)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point of the function.

    Args:
        event: `owner`, `run_id` and `correlation_id` of a run.
    """
    begin(context, event["correlation_id"], run_id=event["run_id"], owner=event["owner"])
    tools = get_tools(context.invoked_function_arn)
    left = context.get_remaining_time_in_millis

    def work(*_: Any) -> None:
        Worker(tools, event["owner"], event["run_id"], lambda: left() / 1000).work()

    try:
        traced(work)(event, context)
    except DependencyUnavailableError as error:
        report_down(error.dependencies)
        raise
    finally:
        flush_metrics()
        give_up_endless_searches(context.get_remaining_time_in_millis() / 2_000)
