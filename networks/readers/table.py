"""Reads a table of roads: a CSV file with one road a line. docs/networks.md describes its columns."""

import csv
import math
from collections.abc import Mapping
from pathlib import Path

from milkrun_solver.roads.compiled import PROFILES
from networks.errors import NetworkFileError
from networks.profiles import CLOSED, Speeds, way_speeds
from networks.readers.bounds import MOST_METRES, check_place
from networks.readers.joining import with_ends_joined
from networks.ways import Ways, WaysBuilder

_ENDS = ("from_lon", "from_lat", "to_lon", "to_lat")
_ALONG = {"yes", "true", "1"}
_BOTH_WAYS = {"", "no", "false", "0"}
_LEAST, _MOST = 0.1, 1_000.0
"""Bounds of a speed in km/h that is not 0. Beyond them, travel times would not fit a matrix."""
_RESIDENTIAL = dict(zip(PROFILES, way_speeds({"highway": "residential"})[0], strict=True))

Line = Mapping[str, str | None]


def read_table(path: Path) -> Ways:
    """The ways of a table. Roads meet where their ends are within a decimetre of each other.

    Raises:
        NetworkFileError: The file is not such a table. The message names the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            # Without `strict`, a quotation mark that is never closed swallows all roads after it.
            table = csv.DictReader(file, strict=True)
            try:
                return _read(table, path.name)
            except csv.Error as error:
                place = f"after line {table.line_num}"
                raise NetworkFileError(f"{path.name} is not a table of roads: {place}: {error}") from error
    except UnicodeDecodeError as error:
        raise NetworkFileError(f"{path.name} is not UTF-8") from error


def _read(table: "csv.DictReader[str]", name: str) -> Ways:
    columns = _columns(table, name)
    builder = WaysBuilder()
    keys: dict[tuple[float, float], int] = {}
    closed = 0
    for line in table:
        try:
            from_lon, from_lat, to_lon, to_lat = (_number(line, column) for column in _ENDS)
            places = [(from_lon, from_lat), (to_lon, to_lat)]
            for place in places:
                check_place(place)
            along = _speeds(line, columns)
            against = (0.0, 0.0, along[2]) if _is_oneway(line) else along
            metres = _number(line, "metres") if line.get("metres") else math.nan
        except ValueError as error:
            raise NetworkFileError(f"{name}, line {table.line_num}: {error}") from error
        if (along, against) == (CLOSED, CLOSED):
            closed += 1
        else:
            ends = [keys.setdefault(place, len(keys)) for place in places]
            builder.add(ends, places, (along, against), metres)
    ways = builder.build([f"Roads left out because they are closed to all: {closed:,}."] if closed else ())
    try:
        return with_ends_joined(ways)
    except ValueError as error:
        raise NetworkFileError(f"{name} is not a table of roads: {error}") from error


def _columns(table: "csv.DictReader[str]", name: str) -> set[str]:
    headings = table.fieldnames or ()
    missing = [column for column in _ENDS if column not in headings]
    if missing:
        raise NetworkFileError(f"{name} is not a table of roads: it has no column {', '.join(missing)}")
    for column in (*_ENDS, *PROFILES, "metres", "oneway"):
        if headings.count(column) > 1:
            raise NetworkFileError(f"{name} is not a table of roads: it has the column {column} twice")
    return set(headings)


def _speeds(line: Line, columns: set[str]) -> Speeds:
    """km/h by profile: that of a residential street without a column, 0 for an empty cell."""
    car, bike, foot = (
        _RESIDENTIAL[profile] if profile not in columns else _number(line, profile) if line[profile] else 0.0
        for profile in PROFILES
    )
    return car, bike, foot


def _is_oneway(line: Line) -> bool:
    text = (line.get("oneway") or "").strip().lower()
    if text not in _ALONG | _BOTH_WAYS:
        raise ValueError(f"oneway must be yes or no, not {text!r}")
    return text in _ALONG


def _number(line: Line, column: str) -> float:
    text = line[column] or ""
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{column} is not a number: {text!r}") from None
    if not math.isfinite(number):
        raise ValueError(f"{column} cannot be {text}")
    if column == "metres" and not 0 <= number <= MOST_METRES:
        raise ValueError(f"{column} cannot be {text}")
    if column in PROFILES and number != 0 and not _LEAST <= number <= _MOST:
        raise ValueError(f"{column} cannot be {text}: a speed is {_LEAST:g} to {_MOST:,.0f} km/h, or 0")
    return number
