"""Street networks as OSMnx saves them: attributes are text, and each edge is one direction."""

from pathlib import Path

import networkx
import polyline
import pytest

from networks.compile import compile_ways
from networks.errors import NetworkFileError
from networks.readers import read_ways


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "town.graphml"


def street_network(*edges: tuple[int, int, dict[str, str]]) -> networkx.MultiDiGraph:
    graph = networkx.MultiDiGraph(crs="epsg:4326", simplified="True")
    for node in {node for tail, head, _ in edges for node in (tail, head)}:
        graph.add_node(node, x=str(7 + 0.001 * node), y="43.0", street_count="3")
    for tail, head, data in edges:
        graph.add_edge(tail, head, 0, **{"highway": "residential", "oneway": "False", **data})
    return graph


def test_edges_are_roads_with_length_limit_and_shape(path: Path) -> None:
    shape = "LINESTRING (7.001 43, 7.0015 43.0005, 7.002 43)"
    there = {"length": "180.0", "maxspeed": "36", "geometry": shape}
    networkx.write_graphml(street_network((1, 2, there), (2, 1, {"length": "90"})), path)
    network, _ = compile_ways(read_ways(path))
    assert network.longitude.tolist() == pytest.approx([7.001, 7.002])
    assert network.metres.tolist() == [180, 90]
    assert network.seconds["car"].tolist() == pytest.approx([18, 90 / (30 / 3.6)])
    assert polyline.decode(network.shapes[: network.shape_start[1]].decode(), 6) == [(43.0005, 7.0015)]
    assert network.shape_start[1] == network.shape_start[2] == len(network.shapes)


def test_without_a_length_it_is_measured(path: Path) -> None:
    networkx.write_graphml(street_network((1, 2, {}), (2, 1, {})), path)
    network, _ = compile_ways(read_ways(path))
    assert network.metres == pytest.approx([81.3, 81.3], abs=0.1)


def test_walkers_may_go_against_a_one_way_edge(path: Path) -> None:
    networkx.write_graphml(street_network((1, 2, {"oneway": "True"})), path)
    assert read_ways(path).kmh[0].tolist() == [[30, 16, 5], [0, 0, 5]]


def test_a_merged_edge_has_its_first_class_and_its_lowest_limit(path: Path) -> None:
    joined = {"highway": "['tertiary', 'primary']", "maxspeed": "['70', '40']"}
    networkx.write_graphml(street_network((1, 2, joined)), path)
    assert read_ways(path).kmh[0, 0, 0] == 40


@pytest.mark.parametrize(
    "name", ["[Rue]", "[Private road]", "[", "['a'", "[1, ", "[" * 500, "['Rue', 'Allée']"]
)
@pytest.mark.parametrize("key", ["name", "ref", "osmid", "access", "maxspeed", "junction"])
def test_a_value_that_begins_with_a_bracket_is_a_value(path: Path, key: str, name: str) -> None:
    networkx.write_graphml(street_network((1, 2, {key: name}), (2, 1, {})), path)
    assert read_ways(path).kmh[0, 0].tolist() == [30, 16, 5]


def test_an_access_value_that_closes_a_part_closes_a_merged_edge(path: Path) -> None:
    networkx.write_graphml(street_network((1, 2, {"access": "['yes', 'private']"}), (2, 1, {})), path)
    ways = read_ways(path)
    assert len(ways.metres) == 1
    assert ways.notes == ("Edges left out because they are not roads or are closed to all: 1.",)


def test_walkers_may_go_against_an_edge_that_is_one_way_in_part(path: Path) -> None:
    networkx.write_graphml(street_network((1, 2, {"oneway": "[False, True]"})), path)
    assert read_ways(path).kmh[0].tolist() == [[30, 16, 5], [0, 0, 5]]


def test_heights_in_a_shape_are_ignored(path: Path) -> None:
    shape = "LINESTRING Z (7.001 43 5, 7.0015 43.0005 6, 7.002 43 7)"
    networkx.write_graphml(street_network((1, 2, {"geometry": shape}), (2, 1, {})), path)
    assert 7.0015 in read_ways(path).longitude


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"length": "-5"}, "length cannot be -5"),
        ({"length": "inf"}, "length cannot be inf"),
        ({"length": "nan"}, "length cannot be nan"),
        ({"length": "[10, 20]"}, r"length is not a number: '\[10, 20\]'"),
        ({"geometry": "POINT (7 43)"}, r"geometry is not a LINESTRING: 'POINT \(7 43\)'"),
        ({"geometry": ""}, "geometry is not a LINESTRING: ''"),
        ({"geometry": "LINESTRING (7 43, 8, 7 43)"}, "geometry has an invalid point: ' 8'"),
        ({"geometry": "LINESTRING (7 43, 7 91, 7 43)"}, "not a longitude and latitude"),
    ],
)
def test_a_bad_value_is_reported_with_its_edge(path: Path, data: dict[str, str], message: str) -> None:
    networkx.write_graphml(street_network((1, 2, data), (2, 1, {})), path)
    with pytest.raises(NetworkFileError, match=rf"{message}.* \(edge from 1 to 2\)$"):
        read_ways(path)


def test_a_missing_node_is_reported(path: Path) -> None:
    graph = street_network((1, 2, {}))
    del graph.nodes[2]["x"]
    networkx.write_graphml(graph, path)
    with pytest.raises(NetworkFileError, match=r"'x' is missing \(node 2\)"):
        read_ways(path)


def test_a_projected_network_is_refused(path: Path) -> None:
    graph = street_network((1, 2, {}))
    graph.nodes[1]["x"] = "371422.5"
    networkx.write_graphml(graph, path)
    with pytest.raises(NetworkFileError, match="not a longitude and latitude in degrees"):
        read_ways(path)


def test_a_graph_of_something_else_is_refused(path: Path) -> None:
    networkx.write_graphml(networkx.path_graph(3), path)
    with pytest.raises(NetworkFileError, match="not a street network of OSMnx: 'x' is missing"):
        read_ways(path)


@pytest.mark.parametrize("text", ["hello", "<graphml", "<html></html>", "a,b\n1,2\n"])
def test_a_file_that_is_not_graphml_is_refused(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(NetworkFileError, match=r"town\.graphml is not a "):
        read_ways(path)
