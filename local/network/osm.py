"""Reads OpenStreetMap files: `.osm.pbf` and `.osm`, the latter zipped or not."""

from collections.abc import Iterator
from pathlib import Path

import osmium

from local.network.errors import NetworkFileError
from local.network.rules import CLOSED, stops_cars, way_speeds
from local.network.ways import Ways, WaysBuilder

Places = list[tuple[float, float]]


def read_osm(path: Path) -> Ways:
    """All ways of a file that some profile may use.

    Raises:
        NetworkFileError: It is no OpenStreetMap file, or is damaged.
    """
    builder = WaysBuilder()
    entities = osmium.osm.NODE | osmium.osm.WAY
    try:
        objects = osmium.FileProcessor(str(path), entities).with_locations()
        for found in objects.with_filter(osmium.filter.KeyFilter("highway", "barrier")):
            tags = dict(found.tags)
            if isinstance(found, osmium.osm.Way):
                speeds = way_speeds(tags)
                if speeds != (CLOSED, CLOSED):
                    for refs, places in _stretches(found.nodes):
                        builder.add(refs, places, speeds)
            elif stops_cars(tags):
                builder.stop_cars_at(found.id)
    except UnicodeDecodeError as error:
        raise NetworkFileError(f"{path.name} has text that is not UTF-8") from error
    except RuntimeError as error:
        raise NetworkFileError(f"{path.name} is no whole OpenStreetMap file: {error}") from error
    return builder.build()


def _stretches(nodes: osmium.osm.WayNodeList) -> Iterator[tuple[list[int], Places]]:
    """The parts of a way whose nodes are in the file: an extract may end in the middle of a way."""
    refs: list[int] = []
    places: Places = []
    for node in nodes:
        if not node.location.valid():
            if len(refs) > 1:
                yield refs, places
            refs, places = [], []
        elif not refs or refs[-1] != node.ref:
            refs.append(node.ref)
            places.append((node.lon, node.lat))
    if len(refs) > 1:
        yield refs, places
