"""Public instances through the API: the cost that comes back is that of the routes that come back."""

import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import vrplib

from .conftest import Json, ended, result, status, submit


def as_problem(instance: Json, *, seconds: float) -> Json:
    """A CVRPLIB instance as a VROOM problem whose cost is the distance."""
    distances = np.rint(instance["edge_weight"]).astype(int).tolist()
    capacity, demands = instance["capacity"], instance["demand"]
    vehicles = -(-2 * int(sum(demands)) // int(capacity))
    return {
        "vehicles": [
            {"id": v, "start_index": 0, "end_index": 0, "capacity": [int(capacity)]} for v in range(vehicles)
        ],
        "jobs": [
            {"id": i, "location_index": i, "delivery": [int(demands[i])]} for i in range(1, len(demands))
        ],
        "matrices": {"car": {"durations": distances}},
        "options": {"time_limit": seconds},
    }


def evaluated(instance: Json, solution: Json) -> int:
    """The cost of the routes, from the instance alone; fails where they are no solution of it."""
    distances: Any = np.rint(instance["edge_weight"]).astype(int)
    visited, cost = [], 0
    for route in solution["routes"]:
        stops = [step["id"] for step in route["steps"] if step["type"] == "job"]
        assert sum(instance["demand"][stop] for stop in stops) <= instance["capacity"]
        path = [0, *stops, 0]
        cost += sum(int(distances[a][b]) for a, b in pairwise(path))
        visited += stops
    assert sorted(visited) == list(range(1, len(instance["demand"])))
    return cost


@pytest.mark.parametrize("name", ["X-n106-k14", "X-n303-k21"])
def test_the_returned_cost_is_that_of_the_returned_routes(
    name: str, vrp_data: Path, api: httpx.Client
) -> None:
    instance = vrplib.read_instance(vrp_data / f"{name}.vrp")
    run_id = submit(api, as_problem(instance, seconds=5))
    ended(api, run_id, seconds=60)
    solution = result(api, run_id)
    assert solution["summary"]["cost"] == evaluated(instance, solution)
    known = vrplib.read_solution(vrp_data / f"{name}.sol")["cost"]
    assert known <= solution["summary"]["cost"] < 1.1 * known


def test_a_time_limit_is_kept_with_a_thousand_jobs(vrp_data: Path, api: httpx.Client) -> None:
    instance = vrplib.read_instance(vrp_data / "X-n819-k171.vrp")
    run_id = submit(api, as_problem(instance, seconds=5))
    while status(api, run_id)["status"] == "pending":
        time.sleep(0.05)
    state = ended(api, run_id, seconds=60)
    assert 5 <= _seconds(state) <= 7


def _seconds(state: Json) -> float:
    from datetime import datetime

    started, finished = (datetime.fromisoformat(state[key]) for key in ("started_at", "finished_at"))
    return (finished - started).total_seconds()
