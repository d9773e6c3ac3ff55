"""What an editor has marked as deleted in an OpenStreetMap XML file. osmium does not look at that mark."""

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
    """Numbers of what is no longer there."""

    nodes: set[int] = field(default_factory=set)
    ways: set[int] = field(default_factory=set)


def deleted_in(path: Path) -> Deleted:
    """The nodes and ways with `action="delete"`, as JOSM marks them until they are uploaded, or with
    `visible="false"`: gone from the server.

    Raises:
        NetworkFileError: The file is no whole XML file.
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
        raise NetworkFileError(f"{path.name} is no whole OpenStreetMap file: {error}") from error
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
    """Whether either word is anywhere in the file. Most files have neither, and to look is quick; to go
    through the elements of a country is not."""
    kept = max(map(len, _MARKS)) - 1
    tail = b""
    with _opened(path) as file:
        while block := file.read(BLOCK):
            block = tail + block
            if any(mark in block for mark in _MARKS):
                return True
            tail = block[-kept:]
    return False
