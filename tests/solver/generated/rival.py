"""VROOM at its most thorough in a fresh process: what Milkrun is measured against.

It gets the plain problem, not what Milkrun makes of it for its own use of VROOM. Run as a program it reads a
pickled `Task` and writes VROOM's JSON.
"""

import io
import json
import os
import pickle
import subprocess
import sys
import time
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from milkrun_solver.engines.libraries import load_vroom
from milkrun_solver.model.travel import Travel

_DESCRIBED = ("vehicles", "jobs", "shipments")


@dataclass(frozen=True)
class Task:
    """A problem in VROOM's JSON, its matrices apart by profile, and what VROOM may use."""

    problem: dict[str, Any]
    matrices: dict[str, Travel]
    threads: int
    seconds: float


def indexed(body: dict[str, Any], rows: dict[tuple[float, float], int]) -> dict[str, Any]:
    """A body whose coordinates have become rows of a matrix, which VROOM needs where it asks no router."""

    def placed(item: dict[str, Any], *keys: str) -> dict[str, Any]:
        names = {"location": "location_index", "start": "start_index", "end": "end_index"}
        rest = {key: value for key, value in item.items() if key not in keys}
        return rest | {names[key]: rows[tuple(item[key])] for key in keys if key in item}

    return {
        "vehicles": [placed(vehicle, "start", "end") for vehicle in body["vehicles"]],
        "jobs": [placed(job, "location") for job in body["jobs"]],
        "shipments": [
            {**s, "pickup": placed(s["pickup"], "location"), "delivery": placed(s["delivery"], "location")}
            for s in body["shipments"]
        ],
    }


def vroom_alone(task: Task) -> tuple[dict[str, Any], float]:
    """VROOM's output at exploration level 5, however late it comes, and how many seconds it took."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tests.solver.generated.rival"],
        input=pickle.dumps(task),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
        check=True,
    )
    output: dict[str, Any] = json.loads(done.stdout)
    return output, time.monotonic() - started


def _solve(task: Task) -> str:
    vroom = load_vroom()
    problem = vroom.Input()
    for profile, travel in task.matrices.items():
        problem.set_durations_matrix(profile, travel.durations)
        problem.set_distances_matrix(profile, travel.distances)
        if travel.costs is not None:
            problem.set_costs_matrix(profile, travel.costs)
    described = {key: value for key, value in task.problem.items() if key in _DESCRIBED}
    problem._from_json(json.dumps(described), False)
    solved = problem._solve(
        exploration_level=5, nb_threads=task.threads, timeout=timedelta(seconds=task.seconds)
    )
    stream = io.StringIO()
    with redirect_stdout(stream):
        solved._geometry_solution_json()
    return stream.getvalue()


if __name__ == "__main__":
    sys.stdout.write(_solve(pickle.load(sys.stdin.buffer)))  # noqa: S301  # from our own parent
