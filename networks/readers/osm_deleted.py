"""Finds what is marked as deleted in an OpenStreetMap XML file. osmium ignores these marks."""

import bz2
import gzip
import zlib
from dataclasses import dataclass, field
from io import BufferedIOBase
from pathlib import Path
from xml.parsers import expat

from networks.errors import NetworkFileError

BLOCK = 1 << 20
_MARKS = (b"delete", b"false")


@dataclass(frozen=True)
class Deleted:
    """Ids of deleted nodes and ways."""

    nodes: set[int] = field(default_factory=set)
    ways: set[int] = field(default_factory=set)


def deleted_in(path: Path) -> Deleted:
    """The nodes and ways with `action="delete"`, JOSM's mark until it uploads, or with `visible="false"`,
    that of the server.

    Raises:
        NetworkFileError: The file is not a complete XML file.
    """
    deleted = Deleted()

    def element(name: str, attributes: dict[str, str]) -> None:
        if attributes.get("action") == "delete" or attributes.get("visible") == "false":
            if name == "node":
                deleted.nodes.add(int(attributes.get("id", 0)))
            elif name == "way":
                deleted.ways.add(int(attributes.get("id", 0)))

    try:
        if _has_marks(path):
            parser = expat.ParserCreate()
            parser.StartElementHandler = element
            with _opened(path) as file:
                parser.ParseFile(file)
    except (expat.ExpatError, EOFError, zlib.error, ValueError) as error:
        raise NetworkFileError(f"{path.name} is not a complete OpenStreetMap file: {error}") from error
    return deleted


def _opened(path: Path) -> BufferedIOBase:
    match path.suffix.lower():
        case ".gz":
            return gzip.GzipFile(path)
        case ".bz2":
            return bz2.BZ2File(path)
        case _:
            return path.open("rb")


def _has_marks(path: Path) -> bool:
    """Whether a mark's word occurs in the file. Most files have none, and to search for words is far quicker
    than to parse the elements of a country."""
    kept = max(map(len, _MARKS)) - 1
    tail = b""
    with _opened(path) as file:
        while block := file.read(BLOCK):
            block = tail + block
            if any(mark in block for mark in _MARKS):
                return True
            tail = block[-kept:]
    return False
