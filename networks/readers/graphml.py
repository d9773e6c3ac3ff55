"""Reads street networks that OSMnx saved as GraphML in longitude and latitude, simplified or not."""

import ast
import math
import re
import warnings
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import networkx

from networks.errors import NetworkFileError
from networks.profiles import ACCESS_KEYS, CLOSED, DENIED, BothWays, Tags, way_speeds
from networks.readers.bounds import MOST_METRES, check_place
from networks.ways import Ways, WaysBuilder

Place = tuple[float, float]
Data = Mapping[str, Any]

_ACCESS = {key for keys in ACCESS_KEYS for key in keys}
_ALONG = {"true", "yes", "1"}
_LINE = re.compile(r"LINESTRING\s*(?:(?:Z|M|ZM)\s*)?\(([^()]*)\)", re.IGNORECASE)


def read_graphml(path: Path) -> Ways:
    """The ways of a file, one for each open edge.

    Raises:
        NetworkFileError: The file is not GraphML, or not a street network of OSMnx in degrees.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # about types that it guesses
            graph = networkx.read_graphml(path)
    except ElementTree.ParseError as error:
        raise NetworkFileError(f"{path.name} is not a complete XML file: {error}") from error
    except OSError:
        raise
    except KeyError as error:
        raise NetworkFileError(f"{path.name} is not a GraphML file: {error} is not declared") from error
    except Exception as error:  # networkx fails on unusual XML in many ways and documents none
        raise NetworkFileError(f"{path.name} is not a GraphML file: {error}") from error
    try:
        return _ways(graph.to_directed())
    except ValueError as error:
        raise NetworkFileError(f"{path.name} is not a street network of OSMnx: {error}") from error


def _ways(graph: Any) -> Ways:
    places = {}
    for node, data in graph.nodes(data=True):
        with _about(f"node {node}"):
            places[node] = _number(data, "x"), _number(data, "y")
            check_place(places[node])
    keys = {node: key for key, node in enumerate(places)}
    fresh = count(len(keys))  # a point between the ends belongs to one road only
    builder = WaysBuilder()
    closed = 0
    for tail, head, data in graph.edges(data=True):
        with _about(f"edge from {tail} to {head}"):
            speeds, between, metres = _speeds(_tags(data)), _between(data), _metres(data)
        if speeds == (CLOSED, CLOSED):
            closed += 1
            continue
        points = [keys[tail], *(next(fresh) for _ in between), keys[head]]
        builder.add(points, [places[tail], *between, places[head]], speeds, metres)
    note = f"Edges left out because they are not roads or are closed to all: {closed:,}."
    return builder.build([note] if closed else ())


@contextmanager
def _about(what: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{error} ({what[:80]})") from error


def _speeds(tags: Tags) -> BothWays:
    """An edge is one direction of a street. A one-way street has a single edge, which walkers may use
    backwards."""
    if "highway" not in tags:
        raise ValueError("'highway' is missing")
    if _ALONG & set(tags.get("oneway", "").lower().split(";")):
        return way_speeds({**tags, "oneway": "yes"})
    return way_speeds({**tags, "oneway": "no"})[0], CLOSED


def _tags(data: Data) -> Tags:
    """An edge's attributes as the tags of an OpenStreetMap way. Where several ways were joined to an edge, an
    access that closes one of them closes the edge."""
    tags = {}
    for key, value in data.items():
        values = _values(str(value))
        denied = DENIED.intersection(values) if key in _ACCESS else None
        tags[key] = min(denied) if denied else ";".join(values)
    return tags


def _values(text: str) -> list[str]:
    """A tag's values. OSMnx writes a list such as `['30', '50']` for several ways that it joined. Any other
    text is one value, even a street's name in brackets."""
    if text.startswith("["):
        try:
            parsed = ast.literal_eval(text)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return [text]
        if isinstance(parsed, list):
            return [str(value) for value in parsed]
    return [text]


def _metres(data: Data) -> float:
    """The stated length, or NaN."""
    if "length" not in data:
        return math.nan
    metres = _number(data, "length")
    if not 0 <= metres <= MOST_METRES:
        raise ValueError(f"length cannot be {metres:g}")
    return metres


def _number(data: Data, key: str) -> float:
    if key not in data:
        raise ValueError(f"{key!r} is missing")
    try:
        return float(data[key])
    except (TypeError, ValueError):
        raise ValueError(f"{key} is not a number: {_short(data[key])}") from None


def _short(value: object) -> str:
    return repr(str(value)[:40])


def _between(data: Data) -> list[Place]:
    """The points of `LINESTRING (lon lat, …)` without its ends."""
    if "geometry" not in data:
        return []
    text = str(data["geometry"])
    line = _LINE.fullmatch(text.strip())
    if line is None:
        raise ValueError(f"geometry is not a LINESTRING: {_short(text)}")
    points = []
    for numbers in line[1].split(",")[1:-1]:
        try:
            longitude, latitude = map(float, numbers.split()[:2])
        except ValueError:
            raise ValueError(f"geometry has an invalid point: {_short(numbers)}") from None
        check_place((longitude, latitude))
        points.append((longitude, latitude))
    return points
