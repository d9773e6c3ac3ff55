"""Reads OpenStreetMap files, also those saved by an editor: `.osm.pbf`, and `.osm` zipped or not."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import osmium

from networks.barriers import PASSED, stopped_by
from networks.errors import NetworkFileError
from networks.profiles import CLOSED, way_speeds
from networks.readers.osm_deleted import Deleted, deleted_in
from networks.ways import Ways, WaysBuilder

Place = tuple[float, float]

_FORMATS = {".pbf": "pbf", ".osm": "osm", ".gz": "osm.gz", ".bz2": "osm.bz2"}


def read_osm(path: Path) -> Ways:
    """The ways of a file that any profile may use. Nodes and ways may come in any order and with any ids.

    Raises:
        NetworkFileError: The file is not an OpenStreetMap file, or is damaged.
    """
    try:
        return _Reader(path).read()
    except UnicodeDecodeError as error:
        raise NetworkFileError(f"{path.name} contains text that is not UTF-8") from error
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise NetworkFileError(f"{path.name} is not a complete OpenStreetMap file: {error}") from error


class _Reader:
    """Reads all nodes before the ways, so that their order in the file does not matter."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = osmium.io.File(str(path), _FORMATS[path.suffix.lower()])
        self._locations = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
        self._locations.ignore_errors()
        self._builder = WaysBuilder()
        self._deleted = Deleted()
        self._roads = 0
        self._incomplete = 0
        self._missing: set[int] = set()

    def read(self) -> Ways:
        with osmium.io.Reader(self._file, osmium.osm.NOTHING) as reader:
            if reader.header().has_multiple_object_versions:
                raise NetworkFileError(f"{self._path.name} is a history or a file of changes, not a map")
        barriers = osmium.FileProcessor(self._file, osmium.osm.NODE).with_filter(self._locations)
        for node in barriers.with_filter(osmium.filter.KeyFilter("barrier")):
            stops = stopped_by(dict(node.tags))
            if stops != PASSED:
                self._builder.stop_at(node.id, stops)
        if self._path.suffix.lower() != ".pbf":
            self._deleted = deleted_in(self._path)
        roads = osmium.FileProcessor(self._file, osmium.osm.WAY).with_filter(self._locations)
        for way in roads.with_filter(osmium.filter.KeyFilter("highway")):
            if isinstance(way, osmium.osm.Way):
                self._add(way)
        return self._builder.build(self._notes())

    def _add(self, way: osmium.osm.Way) -> None:
        speeds = way_speeds(dict(way.tags))
        if way.id in self._deleted.ways or speeds == (CLOSED, CLOSED):
            return
        self._roads += 1
        stretches = list(self._stretches(way.nodes))
        self._incomplete += not stretches
        for refs, places in stretches:
            self._builder.add(refs, places, speeds)

    def _stretches(self, nodes: osmium.osm.WayNodeList) -> Iterator[tuple[list[int], list[Place]]]:
        """The parts of a way whose nodes are in the file. An extract may end in the middle of a way."""
        refs: list[int] = []
        places: list[Place] = []
        for node in nodes:
            place = self._place(node)
            if place is None:
                self._missing.add(node.ref)
                if len(refs) > 1:
                    yield refs, places
                refs, places = [], []
            elif not refs or refs[-1] != node.ref:
                refs.append(node.ref)
                places.append(place)
        if len(refs) > 1:
            yield refs, places

    def _place(self, node: osmium.osm.NodeRef) -> Place | None:
        if node.ref in self._deleted.nodes:
            return None
        if node.ref < 0:
            return self._unsaved.get(node.ref)
        return (node.lon, node.lat) if node.location.valid() else None

    @cached_property
    def _unsaved(self) -> dict[int, Place]:
        """Places of nodes that an editor created and has not uploaded. Their ids are negative, which osmium's
        index cannot hold."""
        return {
            node.id: (node.lon, node.lat)
            for node in osmium.FileProcessor(self._file, osmium.osm.NODE)
            if isinstance(node, osmium.osm.Node) and node.id < 0 and node.location.valid()
        }

    def _notes(self) -> list[str]:
        notes = []
        if deleted := len(self._deleted.nodes) + len(self._deleted.ways):
            notes.append(f"Nodes and ways left out because they are marked as deleted: {deleted:,}.")
        if missing := len(self._missing):
            notes.append(f"Road nodes that are missing from the file: {missing:,}. Roads end there.")
        if self._incomplete:
            notes.append(f"Roads left out because too many of their nodes are missing: {self._incomplete:,}.")
        if not self._roads:
            notes.append("No way in the file is open to car, bike or foot.")
        return notes
