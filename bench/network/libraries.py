"""Compares libraries for many-to-many shortest paths: seconds and metres between the stops of a problem.

Each library runs in its own process, one after the other, on the same network and stops:

    pip install igraph==1.0.0 rustworkx==0.18.1 networkit==11.3 routingkit_cch==0.1.4
    PYTHONPATH=layers/core:layers/solver:. python -m bench.network.libraries
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import distribution
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bench.network.generated import generated
from milkrun_solver.roads.compiled import CompiledNetwork
from milkrun_solver.roads.network import RoadNetwork

Matrices = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
"""Seconds and metres, `[from, to]`."""
Solve = Callable[[npt.NDArray[np.int32]], Matrices]

_CENTRE, _STOPS = (2.23, 48.155), 2


def _tails(network: CompiledNetwork) -> npt.NDArray[np.int64]:
    return np.repeat(np.arange(len(network.longitude)), np.diff(network.first_road))


def _from_paths(network: CompiledNetwork, paths: list[list[list[int]]]) -> Matrices:
    """The sums over the roads of each path, for each source and target."""
    seconds, metres = network.seconds["car"], network.metres
    return (
        np.array([[seconds[road].sum() for road in row] for row in paths]),
        np.array([[metres[road].sum() for road in row] for row in paths]),
    )


def scipy(network: CompiledNetwork) -> Solve:
    """The solver's own method: whole trees, in batches, summed with numpy."""
    roads = RoadNetwork(network)
    roads.snap("car", np.array([_CENTRE]))
    return lambda stops: roads.matrices("car", stops, lambda: False)  # type: ignore[return-value]


def igraph(network: CompiledNetwork) -> Solve:
    import igraph as ig

    edges = np.stack((_tails(network), network.target), axis=1)
    graph = ig.Graph(n=len(network.longitude), edges=edges, directed=True)
    weights = network.seconds["car"].tolist()

    def solve(stops: npt.NDArray[np.int32]) -> Matrices:
        targets = stops.tolist()
        paths = [graph.get_shortest_paths(stop, targets, weights, output="epath") for stop in targets]
        return _from_paths(network, paths)

    return solve


def rustworkx(network: CompiledNetwork) -> Solve:
    import rustworkx as rx

    graph = rx.PyDiGraph()
    graph.add_nodes_from(range(len(network.longitude)))
    tails, seconds = _tails(network).tolist(), network.seconds["car"].tolist()
    graph.add_edges_from(list(zip(tails, network.target.tolist(), seconds, strict=True)))
    number = {ends: road for road, ends in enumerate(zip(tails, network.target.tolist(), strict=True))}

    def solve(stops: npt.NDArray[np.int32]) -> Matrices:
        paths = []
        for stop in stops.tolist():
            ways = rx.dijkstra_shortest_paths(graph, stop, weight_fn=float)
            nodes = [list(ways[target]) if target != stop else [stop] for target in stops.tolist()]
            paths.append([[number[leg] for leg in pairwise(way)] for way in nodes])
        return _from_paths(network, paths)

    return solve


def networkit(network: CompiledNetwork) -> Solve:
    import networkit as nk

    nk.setNumberOfThreads(1)
    tails = _tails(network)
    entries = (network.seconds["car"], (tails, network.target.astype(np.int64)))
    graph = nk.GraphFromCoo(entries, n=len(network.longitude), weighted=True, directed=True)
    number = {ends: r for r, ends in enumerate(zip(tails.tolist(), network.target.tolist(), strict=True))}

    def solve(stops: npt.NDArray[np.int32]) -> Matrices:
        paths = []
        for stop in stops.tolist():
            search = nk.distance.Dijkstra(graph, stop, storePaths=True, storeNodesSortedByDistance=False)
            search.run()
            nodes = [search.getPath(target) for target in stops.tolist()]
            paths.append([[number[leg] for leg in pairwise(way)] for way in nodes])
        return _from_paths(network, paths)

    return solve


def routingkit_cch(network: CompiledNetwork) -> Solve:
    """A customizable contraction hierarchy. It needs whole numbers, so times are in milliseconds."""
    import routingkit_cch as rk

    tails, heads = _tails(network).tolist(), network.target.tolist()
    places = network.latitude.tolist(), network.longitude.tolist()
    order = rk.compute_order_inertial(len(network.longitude), tails, heads, *places)
    weights = np.rint(network.seconds["car"] * 1_000).astype(int).tolist()
    metric = rk.CCHMetric(rk.CCH(order, tails, heads, False), weights)

    def solve(stops: npt.NDArray[np.int32]) -> Matrices:
        query = rk.CCHQuery(metric)

        def path(stop: int, target: int) -> list[int]:
            # A result must be deleted before the next query.
            roads: list[int] = query.run(stop, target).arc_path
            return roads

        return _from_paths(network, [[path(stop, target) for target in stops.tolist()] for stop in stops])

    return solve


LIBRARIES = (scipy, igraph, rustworkx, networkit, routingkit_cch)


def _measure(library: Callable[[CompiledNetwork], Solve], side: int, stops: int) -> None:
    network = generated(side)
    junctions = _stops(network, stops)
    before = _peak()
    started = time.perf_counter()
    solve = library(network)
    built = time.perf_counter()
    seconds, metres = solve(junctions)
    solved = time.perf_counter()
    name = library.__name__
    print(
        f"| {name} {distribution(name).version} | {built - started:.1f} | {solved - built:.1f} "
        f"| {_peak() - before:.0f} | {_unzipped(name):.0f} | {seconds.mean():.2f} | {metres.mean():.1f} |",
        flush=True,
    )


def _stops(network: CompiledNetwork, count: int) -> npt.NDArray[np.int32]:
    """Junctions that cars can reach and leave."""
    rng = np.random.default_rng(_STOPS)
    places = np.stack((network.longitude, network.latitude), axis=1)[
        rng.choice(len(network.longitude), 2 * count, replace=False)
    ]
    return np.unique(RoadNetwork(network).snap("car", places)[0])[:count]


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _unzipped(name: str) -> float:
    files = distribution(name).files or []
    return sum(file.size or 0 for file in files) / 2**20


def main() -> None:
    """Prints a table with a line for each library."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=317, help="a network of side * side junctions")
    parser.add_argument("--stops", type=int, default=200)
    parser.add_argument("--only", choices=[library.__name__ for library in LIBRARIES])
    given = parser.parse_args()
    if given.only:
        _measure({lib.__name__: lib for lib in LIBRARIES}[given.only], given.side, given.stops)
        return
    print("| library | prepare (s) | matrices (s) | memory (MB) | unzipped (MB) | mean s | mean m |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for library in LIBRARIES:
        command = [sys.executable, "-m", "bench.network.libraries", "--only", library.__name__]
        subprocess.run([*command, "--side", str(given.side), "--stops", str(given.stops)], check=True)


if __name__ == "__main__":
    main()
