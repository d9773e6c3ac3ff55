"""The worker as it is deployed, but its process crashes when it solves a problem that says so.

The first job's description tells how, and whether that is to be after the first routes: `memory`, `killed`,
`killed later`. With `endless` it leaves a search at work that ends with the process alone.
"""

import ctypes
import os
import signal
import threading
import time
from dataclasses import replace
from functools import cache
from typing import Any

import worker_handler

from milkrun.clients.redis import get_redis
from milkrun.jobs.manager import JobStateManager
from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun.settings import get_settings
from milkrun_solver import endless
from milkrun_solver.improver import SearchThread

_STORED_AFTER = 2.0
"""Seconds after which routes that were found have been stored: the worker does so every one."""
_solve = worker_handler.solve


def _crash(how: str) -> None:
    if how == "memory":
        ctypes.string_at(0)
    os.kill(os.getpid(), signal.SIGKILL)


def _solve_or_crash(problem: Problem, *, on_best: Any, initial: Solution | None, **given: Any) -> Solution:
    how, _, when = (problem.jobs[0].description or "").partition(" ")
    if how == "endless":
        SearchThread(threading.Event().wait, "pyvrp-endless").start()
        how = ""
    if how and not when:
        _crash(how)
    found = threading.Event()

    def reported(solution: Solution) -> None:
        on_best(solution)
        found.set()

    def crash_once_stored() -> None:
        found.wait()
        time.sleep(_STORED_AFTER)
        _crash(how)

    if initial is not None:
        found.set()
    if how:
        threading.Thread(target=crash_once_stored, daemon=True).start()
    return _solve(problem, on_best=reported, initial=initial, **given)


@cache
def _jobs_with_short_leases() -> JobStateManager:
    policy = get_settings().jobs
    return JobStateManager(get_redis(), replace(policy, lease=float(os.environ.get("LEASE") or policy.lease)))


endless.PATIENCE = 1.0
worker_handler.solve = _solve_or_crash
worker_handler.get_jobs = _jobs_with_short_leases
lambda_handler = worker_handler.lambda_handler
