"""The worker as deployed, except that its process crashes when a problem says so.

The first job's description says how it crashes, and whether only after the first routes: `memory`,
`killed` or `killed later`. A run that crashes at once crashes a second time only once the file CRASH_ON
exists in the worker's folder; until then its worker just holds it. With `endless`, the worker leaves a
search running that ends only with the process.
"""

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import worker_handler

from milkrun.clients.redis import get_redis
from milkrun.jobs.manager import JobStateManager
from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun.settings import get_settings
from milkrun_solver.search import watchdog as endless
from milkrun_solver.search.threads import SearchThread

CRASH_ON = "crash-on"
_solve = worker_handler.solve
_stored = threading.Event()
"""Set once routes have been stored."""


def _crash(how: str) -> None:
    if how == "memory":
        ctypes.string_at(0)
    os.kill(os.getpid(), signal.SIGKILL)


def _never_end() -> None:
    threading.Event().wait()


def _solve_or_crash(problem: Problem, *, initial: Solution | None, **given: Any) -> Solution:
    how, _, when = (problem.jobs[0].description or "").partition(" ")
    if how == "endless":
        SearchThread(_never_end, "pyvrp-endless").start()
        how = ""
    if how and not when:
        _wait_after_the_first_time(how, given["should_stop"])
        _crash(how)

    def crash_once_stored() -> None:
        if initial is None:
            _stored.wait()
        _crash(how)

    _stored.clear()
    if how:
        threading.Thread(target=crash_once_stored, daemon=True).start()
    return _solve(problem, initial=initial, **given)


def _wait_after_the_first_time(how: str, should_stop: Callable[[], bool]) -> None:
    before = Path(f"crashed-by-{how}")
    while before.exists() and not Path(CRASH_ON).exists() and not should_stop():
        time.sleep(0.1)
    before.touch()


class _Noting(JobStateManager):
    """Records that routes have been stored."""

    def renew(self, *args: Any, **options: Any) -> bool:
        stop = super().renew(*args, **options)
        if options.get("best") is not None:
            _stored.set()
        return stop


@cache
def _jobs_with_short_leases() -> JobStateManager:
    policy = get_settings().jobs
    return _Noting(get_redis(), replace(policy, lease=float(os.environ.get("LEASE") or policy.lease)))


endless.PATIENCE = 1.0
vars(worker_handler).update(solve=_solve_or_crash, get_jobs=_jobs_with_short_leases)
lambda_handler = worker_handler.lambda_handler
