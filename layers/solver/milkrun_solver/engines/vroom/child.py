"""The child process that runs VROOM. VROOM holds the interpreter's lock while it solves and does not keep its
time limit, but a process can be killed.

Reads pickled `Request`s from standard input until that is closed. For each answer, writes a line to standard
output: `+` and VROOM's JSON, or `-` and a message if VROOM refuses. An empty line ends each request. Only
this file uses pyvroom's private names.
"""

import ctypes
import io
import json
import os
import pickle
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import timedelta
from itertools import chain
from typing import Any

from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.libraries import load_vroom
from milkrun_solver.engines.vroom.child_request import Request

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serves requests until standard input is closed."""
    parent = os.getppid()
    _die_with_parent()
    if os.getppid() != parent:
        return
    # Send what libraries print to standard error, away from the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    while True:
        try:
            request = pickle.load(sys.stdin.buffer)  # noqa: S301  # from our own parent
        except EOFError:
            return
        for line in chain(_lines(request), "\n"):
            answers.write(line)
            answers.flush()


def _lines(request: Request) -> Iterator[str]:
    deadline = time.monotonic() + request.seconds
    for effort in request.efforts:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        yield _line(request, effort, left)


def _die_with_parent() -> None:
    """Asks Linux to kill this process when the thread that started it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _line(request: Request, effort: Effort, seconds: float) -> str:
    vroom = load_vroom()
    try:
        return f"+{answer(vroom, request, effort, seconds)}\n"
    except vroom._vroom.VroomInputException as error:
        return f"-{' '.join(str(error).split())}\n"


def input_of(vroom: Any, request: Request) -> Any:
    """VROOM's input for a request."""
    problem = vroom.Input()
    for profile, (durations, distances, costs) in request.matrices.items():
        problem.set_durations_matrix(profile, durations)
        if distances is not None:
            problem.set_distances_matrix(profile, distances)
        if costs is not None:
            problem.set_costs_matrix(profile, costs)
    problem._from_json(json.dumps(request.problem), False)
    return problem


def answer(vroom: Any, request: Request, effort: Effort, seconds: float) -> str:
    """VROOM's answer for one effort, as JSON on one line."""
    timeout = timedelta(0) if effort.level is None else timedelta(seconds=seconds)
    common = {"nb_threads": request.threads, "timeout": timeout}
    problem = input_of(vroom, request)
    if effort.searches is None:
        return output_of(problem._solve(exploration_level=effort.level or 0, **common))
    return output_of(problem._solve(nb_searches=effort.searches, depth=effort.level or 0, **common))


def output_of(solved: Any) -> str:
    """pyvroom's solution as VROOM's JSON, with distances."""
    stream = io.StringIO()
    with redirect_stdout(stream):
        solved._geometry_solution_json()
    return stream.getvalue().strip()


if __name__ == "__main__":
    main()
