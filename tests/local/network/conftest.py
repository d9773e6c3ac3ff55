"""A Neo4j for the importer's tests, and small files of roads."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import neo4j
import pytest

from tests.graph import driver_of, graph_at

PORT = "4000"


@pytest.fixture(scope="session")
def stack_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a stack on port 4000 would keep its state."""
    return tmp_path_factory.mktemp("root")


@pytest.fixture(scope="session")
def neo4j_uri(neo4j_at_hand: None, stack_root: Path) -> Iterator[str]:
    with graph_at(stack_root / ".local" / PORT / "neo4j") as uri:
        yield uri


@pytest.fixture(scope="session")
def session_driver(neo4j_uri: str) -> Iterator[neo4j.Driver]:
    with driver_of(neo4j_uri) as driver:
        yield driver


@pytest.fixture
def driver(session_driver: neo4j.Driver) -> neo4j.Driver:
    """Neo4j without data."""
    session_driver.execute_query("MATCH (n) DETACH DELETE n")
    return session_driver


class OsmFile:
    """An OpenStreetMap file in the making."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: list[str] = []
        self._ways: list[str] = []

    def node(self, number: int, lon: float, lat: float, tags: Mapping[str, str] | None = None) -> None:
        head = f'<node id="{number}" version="1" lat="{lat}" lon="{lon}">'
        self._lines.append(head + _tags(tags or {}) + "</node>")

    def way(self, nodes: Sequence[int], tags: Mapping[str, str]) -> None:
        refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
        number = len(self._ways) + 1
        self._ways.append(f'<way id="{number}" version="1">{refs}{_tags(tags)}</way>')

    def write(self) -> Path:
        head = '<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">'
        self.path.write_text("\n".join([head, *self._lines, *self._ways, "</osm>"]), encoding="utf-8")
        return self.path


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


@pytest.fixture
def osm_file(tmp_path: Path) -> OsmFile:
    return OsmFile(tmp_path / "roads.osm")
