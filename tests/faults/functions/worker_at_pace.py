"""The worker as deployed, at the harness's pace and with its search. It writes a note of the run it
works on."""

import os
from pathlib import Path
from typing import Any

import pace  # noqa: F401

# isort: split
import worker_handler
from quick_search import search

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution


def _note() -> Path:
    return Path(os.environ["FAULTS_WORKERS"]) / str(os.getpid())


def _noted_search(problem: Problem, **given: Any) -> Solution:
    if problem.options.stall_limit is None:
        with _note().open("a") as note:
            note.write(" at length")
    return search(problem, **given)


vars(worker_handler).update(solve=_noted_search)


def lambda_handler(event: dict[str, Any], context: Any) -> None:
    """Works on a run. The note has this process's name, and remains if the process is killed."""
    _note().write_text(event["run_id"])
    try:
        worker_handler.lambda_handler(event, context)
    finally:
        _note().unlink()
