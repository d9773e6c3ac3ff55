"""VROOM at its most thorough, in a fresh process, for comparison with Milkrun.

It gets the plain problem, not the one that Milkrun prepares for its own use of VROOM. As a program, this
module reads a pickled `Task` and writes VROOM's JSON.
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
    """A problem in VROOM's JSON, its matrices by profile, and the threads and seconds that VROOM may use."""

    problem: dict[str, Any]
    matrices: dict[str, Travel]
    threads: int
    seconds: float


def indexed(body: dict[str, Any], rows: dict[tuple[float, float], int]) -> dict[str, Any]:
    """The body with coordinates replaced by rows of a matrix, because VROOM has no router to ask."""

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
    """VROOM's output at exploration level 5, however long it takes, and the seconds it took."""
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
