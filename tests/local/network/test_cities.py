"""Real cities, from the file through Neo4j to travel times."""

import random
from pathlib import Path

import neo4j
import networkx
import numpy as np
import pytest

from local.network import command
from milkrun.networks.store import NetworkStore
from milkrun_solver.network.compiled import CompiledNetwork
from milkrun_solver.network.roads import RoadNetwork
from tests.conftest import DATA
from tests.local.network.independent import graph_of

MONACO = DATA / "osm" / "monaco.osm.gz"
ANDORRA = DATA / "osm" / "andorra.osm.pbf"


def imported(path: Path, uri: str, driver: neo4j.Driver, monkeypatch: pytest.MonkeyPatch) -> CompiledNetwork:
    """The network that a worker would read after an import of a file."""
    if not path.exists():
        pytest.skip(f"no {path.name} beside the repository")
    monkeypatch.setenv("NEO4J_URI", uri)
    assert command.main(["import", str(path), "--name", "city"]) == 0
    store = NetworkStore(driver)
    data = store.read(store.current("city"))
    assert data is not None
    return CompiledNetwork.from_bytes(data)


@pytest.mark.parametrize("profile", ["car", "bike", "foot"])
def test_ten_pairs_of_monaco_agree_with_an_independent_shortest_path(
    profile: str, neo4j_uri: str, driver: neo4j.Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = imported(MONACO, neo4j_uri, driver, monkeypatch)
    graph = graph_of(MONACO, profile)
    seconds = network.seconds[profile]
    tails = np.repeat(np.arange(len(network.longitude)), np.diff(network.first_road))
    open_to_it = np.unique(tails[np.isfinite(seconds)]).tolist()
    places = list(zip(network.longitude.tolist(), network.latitude.tolist(), strict=True))
    choose = random.Random(4)
    for _ in range(10):
        pair = choose.sample(open_to_it, 2)
        times, lengths = RoadNetwork(network).matrices(profile, np.array(pair, dtype=np.int32), lambda: False)
        way = networkx.dijkstra_path(graph, places[pair[0]], places[pair[1]], "seconds")
        assert times[0, 1] == round(networkx.path_weight(graph, way, "seconds"))
        assert lengths[0, 1] == round(networkx.path_weight(graph, way, "metres"))


def test_monacos_largest_part_is_the_independent_graphs(
    neo4j_uri: str, driver: neo4j.Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = imported(MONACO, neo4j_uri, driver, monkeypatch)
    largest = max(networkx.strongly_connected_components(graph_of(MONACO, "car")), key=len)
    tails = np.repeat(np.arange(len(network.longitude)), np.diff(network.first_road))
    kept = np.unique(tails[np.isfinite(network.seconds["car"])])
    places = zip(network.longitude[kept].tolist(), network.latitude[kept].tolist(), strict=True)
    assert set(places) <= largest


def test_andorra_is_imported(neo4j_uri: str, driver: neo4j.Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    network = imported(ANDORRA, neo4j_uri, driver, monkeypatch)
    assert set(network.seconds) == {"car", "bike", "foot"}
    assert len(network.longitude) > 1_000
    assert 1.4 < network.longitude.min() < network.longitude.max() < 1.8
