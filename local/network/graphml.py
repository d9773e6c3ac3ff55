"""Reads street networks that OSMnx saved as GraphML, in longitude and latitude, simplified or not."""

import ast
import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import networkx

from local.network.errors import NetworkFileError
from local.network.places import check_place
from local.network.rules import CLOSED, BothWays, way_speeds
from local.network.ways import Ways, WaysBuilder

Place = tuple[float, float]


def read_graphml(path: Path) -> Ways:
    """All roads of a file.

    Raises:
        NetworkFileError: It is no GraphML, or not a street network of OSMnx in degrees.
    """
    try:
        graph = networkx.read_graphml(path)
    except ElementTree.ParseError as error:
        raise NetworkFileError(f"{path.name} is no whole XML file: {error}") from error
    except (networkx.NetworkXError, KeyError, ValueError) as error:
        raise NetworkFileError(f"{path.name} is no GraphML file: {error}") from error
    try:
        return _ways(graph.to_directed())
    except KeyError as error:
        raise NetworkFileError(f"{path.name} is no street network of OSMnx: no {error} is stated") from error
    except ValueError as error:
        raise NetworkFileError(f"{path.name} is no street network of OSMnx: {error}") from error


def _ways(graph: Any) -> Ways:
    places: dict[str, Place] = {}
    for node, data in graph.nodes(data=True):
        places[node] = float(data["x"]), float(data["y"])
        check_place(places[node])
    keys = {node: key for key, node in enumerate(places)}
    fresh = count(len(keys))  # points between belong to one road alone
    builder = WaysBuilder()
    for tail, head, data in graph.edges(data=True):
        speeds = _speeds(data)
        if speeds != (CLOSED, CLOSED):
            between = _between(data.get("geometry"))
            builder.add(
                [keys[tail], *(next(fresh) for _ in between), keys[head]],
                [places[tail], *between, places[head]],
                speeds,
                float(data.get("length", math.nan)),
            )
    return builder.build()


def _speeds(data: Mapping[str, Any]) -> BothWays:
    """An edge is one direction of a street; what may go against a one-way has no edge of its own."""
    tags = {key: _text(value) for key, value in data.items()}
    if "highway" not in tags:
        raise KeyError("highway")
    if tags.get("oneway", "").lower() in ("true", "yes", "1"):
        return way_speeds({**tags, "oneway": "yes"})
    return way_speeds({**tags, "oneway": "no"})[0], CLOSED


def _text(value: object) -> str:
    """A tag's value. Where OSMnx joined several ways to one, it has written a list: `['30', '50']`."""
    text = str(value)
    if text.startswith("["):
        parsed = ast.literal_eval(text)
        if isinstance(parsed, list):
            return ";".join(map(str, parsed))
    return text


def _between(geometry: str | None) -> list[Place]:
    """The points of `LINESTRING (lon lat, …)` without its ends."""
    if geometry is None:
        return []
    numbers = geometry.upper().removeprefix("LINESTRING").strip(" ()")
    points = []
    for text in numbers.split(",")[1:-1]:
        longitude, latitude = map(float, text.split())
        check_place((longitude, latitude))
        points.append((longitude, latitude))
    return points
