"""Measures the steps of a run on a road network.

PYTHONPATH=layers/core:layers/solver:. python -m bench.network.steps
"""

import argparse
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from bench.network.generated import generated
from milkrun_solver.roads.compiled import CompiledNetwork
from milkrun_solver.roads.network import RoadNetwork
from milkrun_solver.roads.streets import Streets


@contextmanager
def step(name: str) -> Iterator[None]:
    """Prints the time that the block takes."""
    started = time.perf_counter()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {name} | {time.perf_counter() - started:.2f} | {peak:.0f} |", flush=True)


def main() -> None:
    """Prints a table with a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=317, help="a network of side * side junctions")
    parser.add_argument("--stops", type=int, nargs="*", default=[200, 1_000])
    parser.add_argument("--near", type=float, default=1.0, help="share of each side that has stops")
    given = parser.parse_args()
    network = generated(given.side)
    print(f"{len(network.longitude):,} junctions, {len(network.target):,} roads\n")
    print("| step | seconds | peak MB |")
    print("|---|---|---|", flush=True)
    with step("to bytes"):
        data = network.to_bytes()
    with step(f"from bytes ({len(data) / 2**20:.1f} MB)"):
        roads = RoadNetwork(CompiledNetwork.from_bytes(data))
    with step("a profile's graph, with SciPy's import"):
        roads.snap("car", np.array([[2.1, 48.1]]))
    for stops in given.stops:
        _run(roads, given.side, stops, given.near)


def _run(roads: RoadNetwork, side: int, stops: int, near: float) -> None:
    rng = np.random.default_rng(stops)
    places = rng.uniform(0, near, (stops, 2)) * (side * 0.0015, side * 0.001) + (2, 48)
    with step(f"snap {stops:,} locations"):
        junctions, _ = roads.snap("car", places)
    with step(f"matrices of {stops:,}"):
        seconds, _ = roads.matrices("car", junctions, lambda: False)
    streets = Streets(roads, {"car": junctions}, {"car": seconds}, {"car": "car"})
    routes = [("car", route) for route in _nearest_neighbours(seconds)]
    with step(f"geometry of {stops:,} stops, first answer"):
        geometry = streets.draw(routes)
    with step(f"geometry of the same ({sum(map(len, geometry)) / 1024:.0f} KB)"):
        streets.draw(routes)


def _nearest_neighbours(seconds: np.ndarray) -> list[list[int]]:
    """Routes of 20 stops that start and end at the first place. Each stop is the nearest one left."""
    left = np.ones(len(seconds), dtype=np.bool_)
    left[0] = False
    routes = []
    while left.any():
        route = [0]
        while left.any() and len(route) <= 20:
            route.append(int(np.where(left, seconds[route[-1]], np.inf).argmin()))
            left[route[-1]] = False
        routes.append([*route, 0])
    return routes


if __name__ == "__main__":
    main()
