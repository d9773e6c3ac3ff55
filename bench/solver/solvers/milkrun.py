"""Milkrun's optimiser, called as the worker calls it."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from bench.solver.instances import Instance
from bench.solver.registry import Found
from milkrun import __version__
from milkrun.schema.problem import Problem
from milkrun.schema.rules import breaches
from milkrun.schema.solution import Solution
from milkrun_solver.engines.libraries import load_pyvrp, load_vroom
from milkrun_solver.solve import solve


def body_of(instance: Instance, **options: Any) -> dict[str, Any]:
    """The body of a `POST /optimize`; each job's id is its customer's row."""
    vehicle: dict[str, Any] = {"start_index": 0, "end_index": 0, "capacity": [instance.capacity]}
    if instance.windows is not None:
        vehicle["time_window"] = instance.windows[0].tolist()
    return {
        "vehicles": [{"id": number, **vehicle} for number in range(instance.fleet)],
        "jobs": [_job(instance, row) for row in range(1, instance.customers + 1)],
        "matrices": {"car": {"durations": instance.distances.tolist()}},
        "options": options,
    }


def _job(instance: Instance, row: int) -> dict[str, Any]:
    job: dict[str, Any] = {"id": row, "location_index": row, "delivery": [int(instance.demand[row])]}
    if instance.windows is not None:
        job["time_windows"] = [instance.windows[row].tolist()]
        job["service"] = int(instance.service[row])
    return job


class Milkrun:
    """One problem, parsed and checked."""

    def __init__(self, instance: Instance) -> None:
        load_pyvrp()
        load_vroom()
        self.version = f"{__version__}{_commit()}"
        self._problem = Problem.model_validate_json(json.dumps(body_of(instance)))
        broken = list(breaches(self._problem))
        if broken:
            raise ValueError(f"Milkrun refuses {instance.name}: {broken[0]}")

    def search(self, seconds: float, seed: int, found: Found) -> None:
        """Searches on all cores that the process may use."""
        solve(
            self._problem,
            deadline=time.monotonic() + seconds,
            on_best=lambda best: found(_routes(best)),
            should_stop=lambda: False,
            seed=seed,
        )


def _routes(solution: Solution) -> list[list[int]]:
    return [
        [step.id for step in route.steps if step.type == "job" and step.id is not None]
        for route in solution.routes
    ]


def _commit() -> str:
    """The commit of the code, with `-dirty` if files have changed; nothing outside a clone."""
    described = subprocess.run(
        ["git", "--no-optional-locks", "describe", "--always", "--dirty"],  # noqa: S607
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return f"+{described.stdout.strip()}" if described.returncode == 0 else ""


def make(instance: Instance, cores: int) -> Milkrun:  # noqa: ARG001  # it finds its cores by itself
    """Milkrun, ready to search."""
    return Milkrun(instance)
