"""Real cities, from the file through Neo4j to travel times."""

import random
from pathlib import Path

import neo4j
import networkx
import numpy as np
import pytest

from milkrun.networks.store import NetworkStore
from milkrun_solver.roads.compiled import CompiledNetwork
from milkrun_solver.roads.network import RoadNetwork
from tests.conftest import DATA
from tests.networks.conftest import run
from tests.networks.independent import graph_of

MONACO = DATA / "osm" / "monaco.osm.gz"
ANDORRA = DATA / "osm" / "andorra.osm.pbf"


def imported(path: Path, uri: str, driver: neo4j.Driver) -> CompiledNetwork:
    """The network as a worker reads it after an import of the file into an empty Neo4j."""
    if not path.exists():
        pytest.skip(f"no {path}, whose folder MILKRUN_DATA chooses")
    driver.execute_query("MATCH (n) DETACH DELETE n")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("NEO4J_URI", uri)
        assert run("import", str(path), "--name", "city") == 0
    store = NetworkStore(driver)
    data = store.read(store.current("city"))
    assert data is not None
    return CompiledNetwork.from_bytes(data)


@pytest.fixture(scope="module")
def monaco(neo4j_uri: str, session_driver: neo4j.Driver) -> CompiledNetwork:
    return imported(MONACO, neo4j_uri, session_driver)


@pytest.mark.parametrize("profile", ["car", "bike", "foot"])
def test_ten_pairs_of_monaco_agree_with_an_independent_shortest_path(
    profile: str, monaco: CompiledNetwork
) -> None:
    graph = graph_of(MONACO, profile)
    seconds = monaco.seconds[profile]
    tails = np.repeat(np.arange(len(monaco.longitude)), np.diff(monaco.first_road))
    open_to_it = np.unique(tails[np.isfinite(seconds)]).tolist()
    places = list(zip(monaco.longitude.tolist(), monaco.latitude.tolist(), strict=True))
    choose = random.Random(4)
    for _ in range(10):
        pair = choose.sample(open_to_it, 2)
        times, lengths = RoadNetwork(monaco).matrices(profile, np.array(pair, dtype=np.int32), lambda: False)
        way = networkx.dijkstra_path(graph, places[pair[0]], places[pair[1]], "seconds")
        assert times[0, 1] == round(networkx.path_weight(graph, way, "seconds"))
        assert lengths[0, 1] == round(networkx.path_weight(graph, way, "metres"))


def test_monacos_largest_part_is_the_independent_graphs(monaco: CompiledNetwork) -> None:
    largest = max(networkx.strongly_connected_components(graph_of(MONACO, "car")), key=len)
    tails = np.repeat(np.arange(len(monaco.longitude)), np.diff(monaco.first_road))
    kept = np.unique(tails[np.isfinite(monaco.seconds["car"])])
    places = zip(monaco.longitude[kept].tolist(), monaco.latitude[kept].tolist(), strict=True)
    assert set(places) <= largest


@pytest.mark.long
def test_andorra_is_imported(neo4j_uri: str, session_driver: neo4j.Driver) -> None:
    network = imported(ANDORRA, neo4j_uri, session_driver)
    assert set(network.seconds) == {"car", "bike", "foot"}
    assert len(network.longitude) > 1_000
    assert 1.4 < network.longitude.min() < network.longitude.max() < 1.8
