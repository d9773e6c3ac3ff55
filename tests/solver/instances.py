"""CVRPLIB and DIMACS instances as problems, with the costs of their best known solutions."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import vrplib

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from tests.solver.problems import problem_of


def instance_problem(path: Path, **options: Any) -> tuple[Problem, np.ndarray]:
    """An instance as a problem with one matrix, and the distances that count."""
    instance = vrplib.read_instance(path, compute_edge_weights=False)
    where = instance["node_coord"]
    exact = np.sqrt(((where[:, None] - where[None, :]) ** 2).sum(axis=2))
    timed = "time_window" in instance
    # X instances round to the nearest; those with time windows count tenths, truncated (DIMACS).
    distances = np.floor(10 * exact).astype(int) if timed else np.floor(exact + 0.5).astype(int)
    count = instance.get("vehicles", len(where) - 1)
    vehicle: dict[str, Any] = {"start_index": 0, "end_index": 0, "capacity": [int(instance["capacity"])]}
    if timed:
        vehicle["time_window"] = [10 * int(time) for time in instance["time_window"][0]]
    jobs = [_job(instance, row) for row in range(1, len(where))]
    return problem_of(
        {
            "vehicles": [{"id": number, **vehicle} for number in range(count)],
            "jobs": jobs,
            "matrices": {"car": {"durations": distances.tolist()}},
            "options": options,
        }
    ), distances


def _job(instance: dict[str, Any], row: int) -> dict[str, Any]:
    job: dict[str, Any] = {"id": row, "location_index": row, "delivery": [int(instance["demand"][row])]}
    if "time_window" in instance:
        job["time_windows"] = [[10 * int(time) for time in instance["time_window"][row]]]
        job["service"] = 10 * int(np.broadcast_to(instance["service_time"], len(instance["demand"]))[row])
    return job


def best_known(path: Path) -> int:
    """The cost of the best known solution, in the unit of the problem's matrix."""
    cost = vrplib.read_solution(path.with_suffix(".sol"))["cost"]
    timed = "time_window" in vrplib.read_instance(path, compute_edge_weights=False)
    return round(10 * cost) if timed else round(cost)


def independent_cost(solution: Solution, distances: np.ndarray) -> int:
    """What the routes come to, from the order of their stops alone."""
    total = 0
    for route in solution.routes:
        stops = [0, *(step.id for step in route.steps if step.type == "job"), 0]
        total += sum(int(distances[a, b]) for a, b in pairwise(stops))
    return total
