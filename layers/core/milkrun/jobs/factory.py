"""Cached factories of a handler's dependencies, which a test can replace."""

from functools import cache

from milkrun.clients.redis import get_redis
from milkrun.jobs.calls import WaitingCalls
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.reader import RunReader
from milkrun.settings import get_settings


@cache
def get_jobs() -> JobStateManager:
    """The state machine of this process."""
    return JobStateManager(get_redis(), get_settings().jobs)


@cache
def get_reader() -> RunReader:
    """The reader of this process."""
    return RunReader(get_redis(), get_settings().jobs)


@cache
def get_waiting_calls() -> WaitingCalls:
    """The counter of waiting calls, which all processes share through Redis."""
    return WaitingCalls(get_redis(), get_settings().waiting)
