"""Readers of road files: one module for each format."""

from collections.abc import Callable
from pathlib import Path

from networks.errors import NetworkFileError
from networks.readers.graphml import read_graphml
from networks.readers.osm import read_osm
from networks.readers.table import read_table
from networks.ways import Ways

_READERS: dict[str, Callable[[Path], Ways]] = {
    ".osm.pbf": read_osm,
    ".osm": read_osm,
    ".osm.gz": read_osm,
    ".osm.bz2": read_osm,
    ".graphml": read_graphml,
    ".csv": read_table,
}


def read_ways(path: Path) -> Ways:
    """The ways of a file. Its extension decides which reader it gets.

    Raises:
        NetworkFileError: The extension is unknown, or the file is missing, malformed or without roads.
    """
    reader = next((it for extension, it in _READERS.items() if path.name.lower().endswith(extension)), None)
    if reader is None:
        raise NetworkFileError(f"{path.name} has none of the extensions {', '.join(_READERS)}")
    try:
        if path.stat().st_size == 0:
            raise NetworkFileError(f"{path.name} is empty")
        ways = reader(path)
    except OSError as error:
        raise NetworkFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    if not len(ways.metres):
        raise NetworkFileError(f"{path.name} has no roads", ways.notes)
    return ways
