"""Small road networks for the tests, made by hand or at random."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import networkx as nx
import numpy as np
import polyline

from milkrun_solver.roads.compiled import CompiledNetwork

Point = tuple[float, float]


class Road(NamedTuple):
    """A road in one direction, with its seconds by profile."""

    origin: int
    target: int
    metres: float
    seconds: Mapping[str, float]
    between: Sequence[Point] = ()


def compiled(places: Sequence[Point], roads: Iterable[Road], profiles: Sequence[str]) -> CompiledNetwork:
    """The network with junctions at these `[lon, lat]` places and these roads, in any order."""
    ordered = sorted(roads, key=lambda road: road.origin)
    shapes = [polyline.encode(list(r.between), 6, geojson=True) if r.between else "" for r in ordered]
    origins = [road.origin for road in ordered]
    longitude, latitude = np.array(places, dtype=np.float64).T
    network = CompiledNetwork(
        longitude=longitude,
        latitude=latitude,
        first_road=np.searchsorted(origins, range(len(places) + 1)).astype(np.int32),
        target=np.array([road.target for road in ordered], dtype=np.int32),
        metres=np.array([road.metres for road in ordered], dtype=np.float64),
        seconds={name: np.array([r.seconds.get(name, np.inf) for r in ordered]) for name in profiles},
        shape_start=np.cumsum([0, *map(len, shapes)], dtype=np.int64),
        shapes="".join(shapes).encode(),
    )
    network.check()
    return network


def both_ways(road: Road) -> tuple[Road, Road]:
    """A road and the same road back."""
    back = Road(road.target, road.origin, road.metres, road.seconds, tuple(reversed(road.between)))
    return road, back


def line(count: int, metres: float = 500.0, seconds: float = 50.0) -> CompiledNetwork:
    """Junctions in a row from west to east, with a car's roads both ways between neighbours."""
    places = [(7.40 + 0.005 * number, 43.73) for number in range(count)]
    roads = [Road(number, number + 1, metres, {"car": seconds}) for number in range(count - 1)]
    return compiled(places, [way for road in roads for way in both_ways(road)], ["car"])


def random_network(seed: int, junctions: int = 80) -> CompiledNetwork:
    """Random roads between random places. A ring in both directions connects them all. Many random roads are
    added: one-way roads, some twice, some from a junction to itself, some for only one profile."""
    rng = np.random.default_rng(seed)
    places = [(2 + x, 48 + y) for x, y in rng.uniform(0, 0.05, (junctions, 2)).tolist()]
    roads: list[Road] = []
    for number in range(junctions):
        roads += both_ways(_random_road(rng, number, (number + 1) % junctions, {"car", "bike"}))
    for origin, target in rng.integers(0, junctions, (4 * junctions, 2)).tolist():
        profiles = {"car", "bike"} - {str(rng.choice(["car", "bike", "none"]))}
        roads.append(_random_road(rng, origin, target, profiles))
        if rng.random() < 0.2:
            roads.append(_random_road(rng, origin, target, profiles))
    return compiled(places, roads, ["car", "bike"])


def _random_road(rng: np.random.Generator, origin: int, target: int, profiles: set[str]) -> Road:
    metres = float(rng.uniform(20, 3_000))
    seconds = {profile: metres / float(rng.uniform(3, 15)) for profile in sorted(profiles)}
    between = [(2 + x, 48 + y) for x, y in rng.uniform(0, 0.05, (int(rng.integers(0, 4)), 2)).tolist()]
    return Road(origin, target, metres, seconds, [(round(x, 6), round(y, 6)) for x, y in between])


def as_networkx(network: CompiledNetwork, profile: str) -> nx.MultiDiGraph:
    """The same network for an independent library; an edge's key is the number of its road."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(network.longitude)))
    tails = np.repeat(np.arange(len(network.longitude)), np.diff(network.first_road))
    for road, (tail, seconds) in enumerate(zip(tails, network.seconds[profile], strict=True)):
        if np.isfinite(seconds):
            graph.add_edge(
                int(tail), int(network.target[road]), key=road, seconds=seconds, metres=network.metres[road]
            )
    return graph


def never() -> bool:
    """A stop that never comes."""
    return False
