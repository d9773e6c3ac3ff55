"""Networks in a real Neo4j: stored whole, replaced atomically, deleted completely."""

from collections.abc import Callable
from typing import Any

import neo4j
import numpy as np
import pytest

from milkrun.networks.store import NetworkStore
from milkrun_solver.roads.compiled import CompiledNetwork
from networks import store
from networks.compile import compile_ways
from networks.errors import NetworkStoreError
from networks.profiles import way_speeds
from networks.store import drop_network, import_network, list_networks
from networks.town import town
from networks.ways import WaysBuilder

SMALL = town(1, columns=13)
OTHER = town(2, columns=13)


def quietly(_what: str, _done: int, _total: int) -> None:
    """Reports no progress."""


def count(driver: neo4j.Driver, label: str, **properties: str) -> int:
    query = (
        f"MATCH (n:{label}) WHERE all(k IN keys($wanted) WHERE n[k] = $wanted[k]) RETURN count(n) AS found"
    )
    return int(driver.execute_query(query, wanted=properties).records[0]["found"])


def stored(driver: neo4j.Driver, name: str) -> bytes | None:
    """The network as a worker reads it."""
    reader = NetworkStore(driver)
    return reader.read(reader.current(name))


def break_off(at: str) -> Callable[[str, int, int], None]:
    """Interrupts an import once the first batch of this kind is written."""

    def progress(what: str, done: int, _total: int) -> None:
        if what == at and done > 0:
            raise KeyboardInterrupt

    return progress


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BATCH", 50)
    monkeypatch.setattr(store, "CHUNK_BYTES", 4_000)


def test_a_worker_reads_back_what_was_imported(driver: neo4j.Driver) -> None:
    import_network(driver, "town", SMALL, quietly)
    assert count(driver, "NetworkChunk") > 1
    assert stored(driver, "town") == SMALL.to_bytes()


def test_the_graph_has_every_junction_and_road_of_the_compiled_network(driver: neo4j.Driver) -> None:
    version = import_network(driver, "town", SMALL, quietly)
    junctions = driver.execute_query("MATCH (j:Junction) RETURN j ORDER BY j.index").records
    assert [it["j"]["key"] for it in junctions] == [f"{version}:{i}" for i in range(len(SMALL.longitude))]
    places = np.array([tuple(it["j"]["location"]) for it in junctions])
    assert np.array_equal(places, np.stack((SMALL.longitude, SMALL.latitude), axis=1))
    roads = driver.execute_query(
        "MATCH (tail:Junction)-[road:ROAD]->(head:Junction)"
        " RETURN tail.index AS tail, head.index AS head, properties(road) AS road"
    ).records
    assert sorted(map(_found, roads)) == sorted(_expected(SMALL))


def _found(record: neo4j.Record) -> tuple[Any, ...]:
    road = record["road"]
    times = [road.get(profile, np.inf) for profile in ("car", "bike", "foot")]
    return (record["tail"], record["head"], road["metres"], *times, road.get("shape", ""))


def _expected(network: CompiledNetwork) -> list[tuple[Any, ...]]:
    tails = np.repeat(np.arange(len(network.longitude)), np.diff(network.first_road)).tolist()
    times = [network.seconds[profile].tolist() for profile in ("car", "bike", "foot")]
    bounds = network.shape_start.tolist()
    shapes = [network.shapes[bounds[i] : bounds[i + 1]].decode() for i in range(len(tails))]
    return list(zip(tails, network.target.tolist(), network.metres.tolist(), *times, shapes, strict=True))


def test_the_network_node_describes_the_network(driver: neo4j.Driver) -> None:
    version = import_network(driver, "town", SMALL, quietly)
    (network,) = list_networks(driver)
    assert network["name"] == "town"
    assert network["version"] == version
    assert network["junctions"] == len(SMALL.longitude) == count(driver, "Junction")
    assert network["roads"] == len(SMALL.target)
    assert network["profiles"] == ["car", "bike", "foot"]
    assert network["compiled_bytes"] == len(SMALL.to_bytes())
    west, north = SMALL.longitude.min(), SMALL.latitude.max()
    assert (network["west"], network["north"]) == (west, north)


def test_a_network_for_walkers_alone_says_so(driver: neo4j.Driver) -> None:
    builder = WaysBuilder()
    builder.add([1, 2], [(7.0, 43.0), (7.001, 43.0)], way_speeds({"highway": "footway"}))
    import_network(driver, "park", compile_ways(builder.build())[0], quietly)
    assert list_networks(driver)[0]["profiles"] == ["foot"]


def test_a_second_import_replaces_the_first(driver: neo4j.Driver) -> None:
    import_network(driver, "town", SMALL, quietly)
    version = import_network(driver, "town", OTHER, quietly)
    assert stored(driver, "town") == OTHER.to_bytes()
    assert count(driver, "Network") == 1
    for label in ("Junction", "NetworkChunk"):
        assert count(driver, label) == count(driver, label, version=version)


def test_readers_get_the_old_network_until_the_new_one_is_complete(driver: neo4j.Driver) -> None:
    import_network(driver, "town", SMALL, quietly)
    seen = []
    import_network(driver, "town", OTHER, lambda _what, _done, _total: seen.append(stored(driver, "town")))
    assert len(seen) > 10
    assert set(seen) == {SMALL.to_bytes()}


def test_other_networks_are_left_alone(driver: neo4j.Driver) -> None:
    import_network(driver, "town", SMALL, quietly)
    import_network(driver, "other-town", OTHER, quietly)
    drop_network(driver, "other-town")
    assert stored(driver, "town") == SMALL.to_bytes()
    assert count(driver, "Junction") == len(SMALL.longitude)


@pytest.mark.parametrize("at", ["compiled form", "junctions", "roads"])
def test_an_interrupted_import_harms_nothing(driver: neo4j.Driver, at: str) -> None:
    import_network(driver, "town", SMALL, quietly)
    with pytest.raises(KeyboardInterrupt):
        import_network(driver, "town", OTHER, break_off(at))
    assert stored(driver, "town") == SMALL.to_bytes()


def test_the_next_import_deletes_what_an_interrupted_one_left(driver: neo4j.Driver) -> None:
    with pytest.raises(KeyboardInterrupt):
        import_network(driver, "town", OTHER, break_off("roads"))
    assert list_networks(driver) == []
    assert count(driver, "Junction") == len(OTHER.longitude)
    version = import_network(driver, "town", SMALL, quietly)
    assert count(driver, "Junction") == count(driver, "Junction", version=version) == len(SMALL.longitude)


@pytest.mark.parametrize("at", ["compiled form", "junctions", "roads"])
def test_one_of_two_simultaneous_imports_is_refused_and_the_other_completes(
    driver: neo4j.Driver, at: str
) -> None:
    overtaken: list[str] = []

    def overtake(what: str, done: int, _total: int) -> None:
        if what == at and done > 0 and not overtaken:
            overtaken.append(import_network(driver, "town", OTHER, quietly))

    with pytest.raises(NetworkStoreError, match="ran at the same time"):
        import_network(driver, "town", SMALL, overtake)
    assert [it["version"] for it in list_networks(driver)] == overtaken
    assert stored(driver, "town") == OTHER.to_bytes()
    assert count(driver, "Junction", version=overtaken[0]) == len(OTHER.longitude)


def test_a_dropped_network_is_gone(driver: neo4j.Driver) -> None:
    import_network(driver, "town", SMALL, quietly)
    drop_network(driver, "town")
    assert [count(driver, label) for label in ("Network", "Junction", "NetworkChunk")] == [0, 0, 0]


def test_a_missing_network_cannot_be_dropped(driver: neo4j.Driver) -> None:
    with pytest.raises(NetworkStoreError, match="There is no road network named 'town'"):
        drop_network(driver, "town")
