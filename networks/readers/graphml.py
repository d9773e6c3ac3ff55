"""Reads street networks that OSMnx saved as GraphML, in longitude and latitude, simplified or not."""

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
    """All roads of a file.

    Raises:
        NetworkFileError: It is no GraphML, or not a street network of OSMnx in degrees.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of types that it guesses
            graph = networkx.read_graphml(path)
    except ElementTree.ParseError as error:
        raise NetworkFileError(f"{path.name} is no whole XML file: {error}") from error
    except OSError:
        raise
    except KeyError as error:
        raise NetworkFileError(f"{path.name} is no GraphML file: nothing says what {error} is") from error
    except Exception as error:  # networkx trips over unlikely XML in many ways, and promises none of them
        raise NetworkFileError(f"{path.name} is no GraphML file: {error}") from error
    try:
        return _ways(graph.to_directed())
    except ValueError as error:
        raise NetworkFileError(f"{path.name} is no street network of OSMnx: {error}") from error


def _ways(graph: Any) -> Ways:
    places = {}
    for node, data in graph.nodes(data=True):
        with _about(f"node {node}"):
            places[node] = _number(data, "x"), _number(data, "y")
            check_place(places[node])
    keys = {node: key for key, node in enumerate(places)}
    fresh = count(len(keys))  # points between belong to one road alone
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
    return builder.build([f"Edges left out, being no roads or closed to all: {closed:,}."] if closed else ())


@contextmanager
def _about(what: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{error} ({what[:80]})") from error


def _speeds(tags: Tags) -> BothWays:
    """An edge is one direction of a street; what may go against a one-way has no edge of its own."""
    if "highway" not in tags:
        raise ValueError("no 'highway' is stated")
    if _ALONG & set(tags.get("oneway", "").lower().split(";")):
        return way_speeds({**tags, "oneway": "yes"})
    return way_speeds({**tags, "oneway": "no"})[0], CLOSED


def _tags(data: Data) -> Tags:
    """An edge's values as an OpenStreetMap way has them. Of several accesses, one that closes a part of the
    edge closes all of it."""
    tags = {}
    for key, value in data.items():
        values = _values(str(value))
        denied = DENIED.intersection(values) if key in _ACCESS else None
        tags[key] = min(denied) if denied else ";".join(values)
    return tags


def _values(text: str) -> list[str]:
    """A tag's values. Where OSMnx joined several ways to one, it has written a list: `['30', '50']`. A street
    may also be called [so]: what is not such a list is a value as it stands."""
    if text.startswith("["):
        try:
            parsed = ast.literal_eval(text)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return [text]
        if isinstance(parsed, list):
            return [str(value) for value in parsed]
    return [text]


def _metres(data: Data) -> float:
    """The length stated, not a number where there is none."""
    if "length" not in data:
        return math.nan
    metres = _number(data, "length")
    if not 0 <= metres <= MOST_METRES:
        raise ValueError(f"length cannot be {metres:g}")
    return metres


def _number(data: Data, key: str) -> float:
    if key not in data:
        raise ValueError(f"no {key!r} is stated")
    try:
        return float(data[key])
    except (TypeError, ValueError):
        raise ValueError(f"{key} is no number: {_short(data[key])}") from None


def _short(value: object) -> str:
    return repr(str(value)[:40])


def _between(data: Data) -> list[Place]:
    """The points of `LINESTRING (lon lat, …)` without its ends."""
    if "geometry" not in data:
        return []
    text = str(data["geometry"])
    line = _LINE.fullmatch(text.strip())
    if line is None:
        raise ValueError(f"geometry is no LINESTRING: {_short(text)}")
    points = []
    for numbers in line[1].split(",")[1:-1]:
        try:
            longitude, latitude = map(float, numbers.split()[:2])
        except ValueError:
            raise ValueError(f"geometry has a point that is none: {_short(numbers)}") from None
        check_place((longitude, latitude))
        points.append((longitude, latitude))
    return points
