"""Travel times and ways on a network agree with an independent library."""

from itertools import pairwise, product

import networkx as nx
import numpy as np
import polyline
import pytest

from milkrun_solver.errors import NoAnswerError, ProfileNotInNetworkError
from milkrun_solver.roads.compiled import CompiledNetwork
from milkrun_solver.roads.graph import ProfileGraph
from milkrun_solver.roads.network import UNREACHABLE, RoadNetwork
from tests.nonempty import nonempty
from tests.solver.networks import Road, as_networkx, both_ways, compiled, line, never, random_network

SEEDS = range(6)


def expected(graph: nx.MultiDiGraph, origin: int, target: int) -> tuple[int, int]:
    """The seconds and metres of the fastest way by networkx."""
    seconds, nodes = nx.single_source_dijkstra(graph, origin, target, weight="seconds")
    legs = pairwise(nodes)
    chosen = [min(graph[a][b].values(), key=lambda road: road["seconds"]) for a, b in legs]
    return round(seconds), round(sum(road["metres"] for road in chosen))


@pytest.mark.parametrize("profile", ["car", "bike"])
@pytest.mark.parametrize("seed", SEEDS)
def test_matrices_agree_with_networkx_to_the_second_and_the_metre(seed: int, profile: str) -> None:
    network = random_network(seed)
    junctions = np.random.default_rng(seed).choice(80, 25, replace=False).astype(np.int32)
    seconds, metres = RoadNetwork(network).matrices(profile, junctions, never)
    graph = as_networkx(network, profile)
    for (row, origin), (column, target) in product(nonempty(enumerate(junctions.tolist())), repeat=2):
        assert (seconds[row, column], metres[row, column]) == expected(graph, origin, target)


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    network, junctions = random_network(7), np.arange(0, 80, 3, dtype=np.int32)
    at_once = RoadNetwork(network).matrices("car", junctions, never)
    monkeypatch.setattr(ProfileGraph, "batch", 2)
    in_twos = RoadNetwork(network).matrices("car", junctions, never)
    assert np.array_equal(at_once, in_twos)


def test_a_junction_may_occur_several_times() -> None:
    seconds, metres = RoadNetwork(line(3)).matrices("car", np.array([2, 0, 2], dtype=np.int32), never)
    assert seconds.tolist() == [[0, 100, 0], [100, 0, 100], [0, 100, 0]]
    assert metres.tolist() == [[0, 1000, 0], [1000, 0, 1000], [0, 1000, 0]]


def test_metres_are_those_of_the_fastest_way_not_of_the_shortest() -> None:
    places = [(2.0, 48.0), (2.01, 48.0), (2.02, 48.0)]
    ways = [Road(0, 2, 100, {"car": 90}), Road(0, 1, 400, {"car": 20}), Road(1, 2, 500, {"car": 30})]
    network = compiled(places, [way for road in ways for way in both_ways(road)], ["car"])
    seconds, metres = RoadNetwork(network).matrices("car", np.array([0, 2], dtype=np.int32), never)
    assert (seconds[0, 1], metres[0, 1]) == (50, 900)


def test_a_road_may_take_no_time() -> None:
    places = [(2.0, 48.0), (2.0, 48.0), (2.02, 48.0)]
    ways = [Road(0, 1, 0, {"car": 0}), Road(1, 2, 500, {"car": 30})]
    network = compiled(places, [way for road in ways for way in both_ways(road)], ["car"])
    seconds, _ = RoadNetwork(network).matrices("car", np.arange(3, dtype=np.int32), never)
    assert seconds.tolist() == [[0, 0, 30], [0, 0, 30], [30, 30, 0]]


def test_seconds_and_metres_are_rounded_once_at_the_end() -> None:
    network = line(11, metres=10.45, seconds=1.25)
    seconds, metres = RoadNetwork(network).matrices("car", np.array([0, 10], dtype=np.int32), never)
    assert (seconds[0, 1], metres[0, 1]) == (12, 104)


def test_one_way_streets_are_driven_one_way() -> None:
    places = [(2.0, 48.0), (2.01, 48.0), (2.02, 48.0)]
    ring = [Road(number, (number + 1) % 3, 100, {"car": 10}) for number in range(3)]
    roads = RoadNetwork(compiled(places, ring, ["car"]))
    seconds, _ = roads.matrices("car", np.array([0, 1], dtype=np.int32), never)
    assert seconds.tolist() == [[0, 10], [20, 0]]


def test_matrices_mark_pairs_without_a_way() -> None:
    places = [(7.40, 43.73), (7.41, 43.73), (7.50, 43.73), (7.51, 43.73)]
    ways = [*both_ways(Road(0, 1, 100, {"car": 10})), *both_ways(Road(2, 3, 100, {"car": 10}))]
    ways.append(Road(1, 2, 900, {"car": 90}))
    roads = RoadNetwork(compiled(places, ways, ["car"]))
    seconds, metres = roads.matrices("car", np.array([0, 3], dtype=np.int32), never)
    assert seconds.tolist() == [[0, 110], [UNREACHABLE, 0]]
    assert metres.tolist() == [[0, 1100], [UNREACHABLE, 0]]


def test_a_profile_without_roads_is_named() -> None:
    network = compiled([(2.0, 48.0), (2.1, 48.0)], both_ways(Road(0, 1, 9, {"car": 1})), ["car", "foot"])
    for profile in ("foot", "truck"):
        with pytest.raises(ProfileNotInNetworkError, match=profile) as error:
            RoadNetwork(network).snap(profile, np.array([[2.0, 48.0]]))
        assert error.value.code == "profile_not_in_network"


def test_travel_times_are_abandoned_once_the_search_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ProfileGraph, "batch", 1)
    answers = iter([False, False, True])
    with pytest.raises(NoAnswerError):
        RoadNetwork(line(9)).matrices("car", np.arange(9, dtype=np.int32), lambda: next(answers))
    assert list(answers) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_paths_follow_the_roads_and_their_shapes(seed: int) -> None:
    network = random_network(seed)
    graph = as_networkx(network, "car")
    junctions = np.arange(0, 80, 9, dtype=np.int32)
    roads = RoadNetwork(network)
    seconds, _ = roads.matrices("car", junctions, never)
    legs = np.random.default_rng(seed).permutation([(a, b) for a in range(9) for b in range(9)])[:50]
    paths = roads.paths("car", junctions[legs], seconds[legs[:, 0], legs[:, 1]].astype(np.float64))
    for (origin, target), path in zip(nonempty(junctions[legs].tolist()), paths, strict=True):
        nodes = nx.dijkstra_path(graph, origin, target, weight="seconds")
        points = [place(network, origin)]
        for a, b in pairwise(nodes):
            road = min(graph[a][b], key=lambda key: graph[a][b][key]["seconds"])
            points += [*shape(network, road), place(network, b)]
        assert path == pytest.approx(np.array(points))


def place(network: CompiledNetwork, junction: int) -> tuple[float, float]:
    return float(network.longitude[junction]), float(network.latitude[junction])


def shape(network: CompiledNetwork, road: int) -> list[tuple[float, float]]:
    first, last = network.shape_start[road : road + 2]
    return polyline.decode(network.shapes[first:last].decode(), 6, geojson=True)
