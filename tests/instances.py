"""CVRPLIB and DIMACS instances, with an evaluation of routes that knows nothing of the project."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import vrplib


@dataclass(frozen=True)
class Instance:
    """A body for `POST /optimize`, its distances by location, and what each customer takes."""

    body: dict[str, Any]
    distances: np.ndarray
    demand: np.ndarray
    capacity: int

    def cost(self, routes: Iterable[Iterable[int]]) -> int:
        """What routes come to, from the order of their stops alone; fails where they are no solution."""
        visited: list[int] = []
        total = 0
        for route in routes:
            stops = list(route)
            assert sum(self.demand[stop] for stop in stops) <= self.capacity
            total += sum(int(self.distances[a, b]) for a, b in pairwise([0, *stops, 0]))
            visited += stops
        assert sorted(visited) == list(range(1, len(self.demand)))
        return total


def read_instance(path: Path, **options: Any) -> Instance:
    """Reads an instance; its travel times are its distances, so that its cost is VROOM's."""
    instance = vrplib.read_instance(path, compute_edge_weights=False)
    where = instance["node_coord"]
    exact = np.sqrt(((where[:, None] - where[None, :]) ** 2).sum(axis=2))
    timed = "time_window" in instance
    # X instances round to the nearest; those with time windows count tenths, truncated (DIMACS).
    distances = np.floor(10 * exact).astype(int) if timed else np.floor(exact + 0.5).astype(int)
    count = instance.get("vehicles", len(where) - 1)
    capacity = int(instance["capacity"])
    vehicle: dict[str, Any] = {"start_index": 0, "end_index": 0, "capacity": [capacity]}
    if timed:
        vehicle["time_window"] = [10 * int(time) for time in instance["time_window"][0]]
    body = {
        "vehicles": [{"id": number, **vehicle} for number in range(count)],
        "jobs": [_job(instance, row) for row in range(1, len(where))],
        "matrices": {"car": {"durations": distances.tolist()}},
        "options": options,
    }
    return Instance(body, distances, instance["demand"], capacity)


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
