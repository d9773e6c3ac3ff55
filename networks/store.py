"""Networks in Neo4j: writes a version beside the current one, switches in one transaction, lists and drops.

docs/networks.md shows the graph. The statements are plain Cypher for Neo4j 5.15 and later.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, LiteralString, NamedTuple

import numpy as np
from neo4j import Driver, ManagedTransaction
from ulid import ULID

from milkrun_solver.roads.compiled import CompiledNetwork
from networks.errors import NetworkStoreError

Progress = Callable[[str, int, int], None]
"""Called with what is being written, how many of them are done (0 at first), and how many there are."""
Row = dict[str, Any]

CHUNK_BYTES = 1_000_000
BATCH = 5_000
_DELETE_BATCH = 5_000

_SCHEMA: tuple[LiteralString, ...] = (
    "CREATE CONSTRAINT network_name IF NOT EXISTS FOR (n:Network) REQUIRE n.name IS UNIQUE",
    "CREATE CONSTRAINT junction_key IF NOT EXISTS FOR (j:Junction) REQUIRE j.key IS UNIQUE",
    "CREATE CONSTRAINT network_chunk_key IF NOT EXISTS FOR (c:NetworkChunk) REQUIRE c.key IS UNIQUE",
    "CREATE INDEX junction_network IF NOT EXISTS FOR (j:Junction) ON (j.network)",
    "CREATE POINT INDEX junction_location IF NOT EXISTS FOR (j:Junction) ON (j.location)",
    "CREATE INDEX network_chunk_version IF NOT EXISTS FOR (c:NetworkChunk) ON (c.version)",
)
_WRITE_CHUNKS = "UNWIND $rows AS row CREATE (c:NetworkChunk) SET c = row"
_WRITE_JUNCTIONS = (
    "UNWIND $rows AS row CREATE (j:Junction {key: row.key, network: row.network, version: row.version,"
    " index: row.index, location: point({longitude: row.longitude, latitude: row.latitude})})"
)
_WRITE_ROADS = (
    "UNWIND $rows AS row MATCH (tail:Junction {key: row.tail}) MATCH (head:Junction {key: row.head})"
    " CREATE (tail)-[road:ROAD]->(head) SET road = row.road"
)
_COUNT: tuple[LiteralString, ...] = (
    "MATCH (c:NetworkChunk {version: $version}) RETURN count(c) AS found",
    "MATCH (j:Junction {network: $name}) WHERE j.version = $version RETURN count(j) AS found",
    "MATCH (j:Junction {network: $name})-[road:ROAD]->() WHERE j.version = $version"
    " RETURN count(road) AS found",
)
# Writing to the network's node takes its lock: a switch and a deletion of leftovers wait for each other.
_LOCK = "MATCH (n:Network {name: $name}) SET n.name = $name RETURN n.version AS version"
_SWITCH = "MERGE (n:Network {name: $name}) SET n = $network"
_LEFTOVERS: tuple[LiteralString, ...] = (
    "MATCH (j:Junction {network: $name}) WHERE j.version <> $kept"
    " WITH j LIMIT $most DETACH DELETE j RETURN count(*) AS deleted",
    "MATCH (c:NetworkChunk {network: $name}) WHERE c.version <> $kept"
    " WITH c LIMIT $most DETACH DELETE c RETURN count(*) AS deleted",
)
_DROP = "MATCH (n:Network {name: $name}) DELETE n RETURN count(*) AS deleted"
_LIST = "MATCH (n:Network) RETURN properties(n) AS network ORDER BY n.name"


def import_network(driver: Driver, name: str, network: CompiledNetwork, progress: Progress) -> str:
    """Write a network under a name, in place of the one that had it before. Returns its version.

    Nothing changes for readers until all of it is written. An error from `progress` aborts the import. The
    next import of that name deletes what an aborted one left.

    Raises:
        NetworkStoreError: Another import or drop of the same name ran at the same time.
        neo4j.exceptions.Neo4jError, neo4j.exceptions.DriverError: Neo4j is unavailable or refuses.
    """
    for statement in _SCHEMA:
        driver.execute_query(statement)
    _delete_leftovers(driver, name)
    ulid = ULID()
    writing = _Writing(name, str(ulid), network, network.to_bytes())
    parts = (
        _Part("compiled form", _WRITE_CHUNKS, writing.chunks(), writing.chunk_count, batch=1),
        _Part("junctions", _WRITE_JUNCTIONS, writing.junctions(), len(network.longitude), BATCH),
        _Part("roads", _WRITE_ROADS, writing.roads(), len(network.target), BATCH),
    )
    for part in parts:
        _write(driver, part, progress)
    with driver.session() as session:
        session.execute_write(_switch, writing.properties(ulid), [part.total for part in parts])
    _delete_leftovers(driver, name)
    return writing.version


def list_networks(driver: Driver) -> list[Row]:
    """The properties of each network, ordered by name."""
    records, _, _ = driver.execute_query(_LIST)
    return [record["network"] for record in records]


def drop_network(driver: Driver, name: str) -> None:
    """Delete a network, and what aborted imports of it left.

    Raises:
        NetworkStoreError: No network has that name.
    """
    records, _, _ = driver.execute_query(_DROP, name=name)
    _delete_leftovers(driver, name)
    if records[0]["deleted"] == 0:
        raise NetworkStoreError(f"There is no road network named {name!r}.")


class _Part(NamedTuple):
    """Rows of one kind, and how to write them."""

    what: str
    query: LiteralString
    rows: Iterator[Row]
    total: int
    batch: int


@dataclass(frozen=True)
class _Writing:
    """One version of a network as rows for Neo4j."""

    name: str
    version: str
    network: CompiledNetwork
    compiled: bytes

    @property
    def chunk_count(self) -> int:
        return -(-len(self.compiled) // CHUNK_BYTES)

    def chunks(self) -> Iterator[Row]:
        for number in range(self.chunk_count):
            data = self.compiled[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]
            key = f"{self.version}:{number}"
            yield self._owned(key) | {"number": number, "data": data}

    def junctions(self) -> Iterator[Row]:
        places = zip(self.network.longitude.tolist(), self.network.latitude.tolist(), strict=True)
        for index, (longitude, latitude) in enumerate(places):
            place = {"index": index, "longitude": longitude, "latitude": latitude}
            yield self._owned(f"{self.version}:{index}") | place

    def roads(self) -> Iterator[Row]:
        network = self.network
        counts = np.diff(network.first_road)
        tails = np.repeat(np.arange(len(counts)), counts).tolist()
        for road, (tail, head) in enumerate(zip(tails, network.target.tolist(), strict=True)):
            yield {
                "tail": f"{self.version}:{tail}",
                "head": f"{self.version}:{head}",
                "road": self._road(road),
            }

    def properties(self, ulid: ULID) -> Row:
        network = self.network
        return {
            "name": self.name,
            "version": self.version,
            "created_at": ulid.datetime,
            "west": float(network.longitude.min()),
            "south": float(network.latitude.min()),
            "east": float(network.longitude.max()),
            "north": float(network.latitude.max()),
            "junctions": len(network.longitude),
            "roads": len(network.target),
            "profiles": list(network.seconds),
            "compiled_bytes": len(self.compiled),
            "checksum": hashlib.sha256(self.compiled).hexdigest(),
        }

    def _owned(self, key: str) -> Row:
        return {"key": key, "network": self.name, "version": self.version}

    def _road(self, road: int) -> Row:
        network = self.network
        row: Row = {"metres": float(network.metres[road])}
        for profile, seconds in network.seconds.items():
            if np.isfinite(seconds[road]):
                row[profile] = float(seconds[road])
        shape = network.shapes[network.shape_start[road] : network.shape_start[road + 1]]
        if shape:
            row["shape"] = shape.decode("ascii")
        return row


def _write(driver: Driver, part: _Part, progress: Progress) -> None:
    done = 0
    progress(part.what, 0, part.total)
    while some := list(islice(part.rows, part.batch)):
        driver.execute_query(part.query, rows=some)
        done += len(some)
        progress(part.what, done, part.total)


def _switch(transaction: ManagedTransaction, network: Row, expected: list[int]) -> None:
    """Make a version the current one, if it is complete."""
    transaction.run(_LOCK, name=network["name"]).consume()
    for query, count in zip(_COUNT, expected, strict=True):
        found = transaction.run(query, name=network["name"], version=network["version"]).single(strict=True)
        if found["found"] != count:
            name = network["name"]
            raise NetworkStoreError(
                f"Another import or drop of {name!r} ran at the same time. Nothing has changed. Try again."
            )
    transaction.run(_SWITCH, name=network["name"], network=network).consume()


def _delete_leftovers(driver: Driver, name: str) -> None:
    """Delete what belongs to a name but not to its current version."""
    with driver.session() as session:
        for query in _LEFTOVERS:
            while session.execute_write(_delete_some, query, name):
                pass


def _delete_some(transaction: ManagedTransaction, query: LiteralString, name: str) -> int:
    current = transaction.run(_LOCK, name=name).single()
    kept = "" if current is None else current["version"]
    record = transaction.run(query, name=name, kept=kept, most=_DELETE_BATCH).single(strict=True)
    deleted: int = record["deleted"]
    return deleted
