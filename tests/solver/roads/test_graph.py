import networkx as nx
import numpy as np
import pytest

from milkrun_solver.roads.graph import ProfileGraph
from tests.solver.networks import Road, as_networkx, both_ways, compiled, line, random_network

PLACES = [(7.40 + 0.005 * number, 43.73) for number in range(12)]


def graph_of(*roads: Road) -> ProfileGraph:
    return ProfileGraph(compiled(PLACES, roads, ["car"]), "car")


def ring(first: int, last: int) -> list[Road]:
    """Roads in both directions along these junctions."""
    return [way for it in range(first, last) for way in both_ways(Road(it, it + 1, 500, {"car": 50}))]


def test_of_parallel_roads_the_fastest_and_then_the_shortest_is_kept() -> None:
    slow, fast, short = (Road(0, 1, metres, {"car": s}) for metres, s in ((90, 30), (100, 20), (80, 20)))
    graph = graph_of(slow, fast, short, Road(1, 0, 70, {"car": 10}))
    assert graph.metres.tolist() == [80, 70]


def test_forbidden_roads_and_loops_are_left_out() -> None:
    graph = graph_of(*ring(0, 1), Road(0, 2, 500, {}), Road(1, 1, 500, {"car": 9}))
    assert graph.metres.tolist() == [500, 500]


def test_no_vehicle_starts_on_an_island_or_where_no_way_leads_back() -> None:
    island, dead_end = ring(10, 11), Road(4, 9, 500, {"car": 50})
    large = ring(0, 8)
    assert graph_of(*large, *island, dead_end).junctions.tolist() == [*range(9), 10, 11]
    assert ProfileGraph(line(30), "car").junctions.tolist() == list(range(30))


def test_a_part_with_less_than_a_tenth_of_the_largest_is_an_island() -> None:
    places = [(7 + 0.001 * number, 43.0) for number in range(40)]
    roads = [*ring(0, 20), *ring(21, 22), *ring(30, 31)]
    graph = ProfileGraph(compiled(places, roads, ["car"]), "car")
    assert graph.junctions.tolist() == list(range(21))


def test_without_two_junctions_joined_both_ways_no_junction_can_be_used() -> None:
    assert graph_of(Road(0, 1, 500, {"car": 50})).junctions.tolist() == []


@pytest.mark.parametrize("backwards", [False, True])
def test_a_tree_has_the_fastest_times_of_an_independent_library(backwards: bool) -> None:
    network = random_network(4)
    reference = as_networkx(network, "car")
    seconds, before = ProfileGraph(network, "car").trees(np.array([3, 17]), np.inf, backwards)
    for row, root in enumerate((3, 17)):
        known = nx.single_source_dijkstra_path_length(
            reference.reverse() if backwards else reference, root, weight="seconds"
        )
        assert {n: seconds[row, n] for n in known} == pytest.approx(known)
        assert before[row, root] < 0


def test_a_tree_ends_at_its_limit() -> None:
    seconds, _ = ProfileGraph(line(5), "car").trees(np.array([0]), 120)
    assert seconds.tolist() == [[0, 50, 100, np.inf, np.inf]]


def test_the_bound_through_a_hub_covers_every_distance() -> None:
    graph = ProfileGraph(random_network(5), "car")
    junctions = graph.junctions[:10]
    farthest = graph.trees(junctions, np.inf)[0][:, junctions].max()
    assert farthest <= graph.reach(junctions, int(junctions[0])) < np.inf


def test_entries_find_the_road_that_joins_two_junctions() -> None:
    graph = ProfileGraph(line(4), "car")
    ends = np.array([[0, 1], [2, 1], [2, 3]])
    entries = graph.entries(ends[:, 0], ends[:, 1])
    assert graph.roads[entries].tolist() == [0, 3, 4]
