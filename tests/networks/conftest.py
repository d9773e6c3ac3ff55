"""Small road files, and the import command."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from networks.command import main
from networks.server import Server


def run(*arguments: str) -> int:
    """The exit status of a command, with NEO4J_URI set or without a server."""
    return main(list(arguments), _no_default_server)


def _no_default_server() -> AbstractContextManager[Server]:
    raise AssertionError("the command asks for the default server")


class OsmFile:
    """Builds an OpenStreetMap file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: list[str] = []
        self._ways: list[str] = []

    def node(
        self, number: int, lon: float, lat: float, tags: Mapping[str, str] | None = None, **attributes: str
    ) -> None:
        head = f'<node id="{number}" version="1" lat="{lat}" lon="{lon}"{_attributes(attributes)}>'
        self._lines.append(head + _tags(tags or {}) + "</node>")

    def way(
        self, nodes: Sequence[int], tags: Mapping[str, str], number: int | None = None, **attributes: str
    ) -> None:
        refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
        number = len(self._ways) + 1 if number is None else number
        head = f'<way id="{number}" version="1"{_attributes(attributes)}>'
        self._ways.append(f"{head}{refs}{_tags(tags)}</way>")

    def write(self, ways_first: bool = False) -> Path:
        head = '<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">'
        parts = [*self._ways, *self._lines] if ways_first else [*self._lines, *self._ways]
        self.path.write_text("\n".join([head, *parts, "</osm>"]), encoding="utf-8")
        return self.path


def _attributes(attributes: Mapping[str, str]) -> str:
    return "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


@pytest.fixture
def osm_file(tmp_path: Path) -> OsmFile:
    return OsmFile(tmp_path / "roads.osm")
