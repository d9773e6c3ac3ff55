"""The worker: improves the routes of one run. Invoked asynchronously."""

import time
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from milkrun.clients.lambdas import get_invoker
from milkrun.clients.neo4j import get_neo4j
from milkrun.errors import DependencyUnavailableError, NetworkNotFoundError
from milkrun.jobs.factory import get_jobs
from milkrun.networks.cache import NetworkCache
from milkrun.networks.store import NetworkStore
from milkrun.observability import begin, flush_metrics, report_down, traced
from milkrun.runs.work import Tools, Worker
from milkrun.schema.problem import Problem
from milkrun.settings import get_settings
from milkrun_solver.model.network_travel import network_source
from milkrun_solver.model.travel import TravelSource
from milkrun_solver.roads.compiled import CompiledNetwork
from milkrun_solver.roads.network import RoadNetwork
from milkrun_solver.search.watchdog import give_up_endless_searches
from milkrun_solver.solve import solve

_TRAVEL_SECONDS = 300.0
"""A third of the longest invocation: what takes longer would take every attempt."""


@cache
def get_networks() -> NetworkCache[RoadNetwork] | None:
    """The road networks of this process; None where no Neo4j is configured."""
    driver = get_neo4j()
    if driver is None:
        return None
    limit = get_settings().snap_limit_m
    return NetworkCache(
        NetworkStore(driver), lambda data: RoadNetwork(CompiledNetwork.from_bytes(data), limit)
    )


def travel_of(problem: Problem) -> TravelSource | None:
    """Travel times on the road network that a problem names, if it names one."""
    if problem.network is None:
        return None
    networks = get_networks()
    if networks is None:
        raise NetworkNotFoundError(f"There is no road network {problem.network!r}: no Neo4j is configured.")
    roads = networks.get(problem.network)
    latest = time.monotonic() + _TRAVEL_SECONDS
    return network_source(problem, roads, lambda: time.monotonic() >= latest)


@cache
def get_tools(function: str) -> Tools:
    """What the worker of this process works with; `function` is the ARN that it was invoked by."""
    return Tools(get_jobs(), get_invoker(function), solve, travel_of, get_settings().limits)


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
