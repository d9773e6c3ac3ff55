"""A solution as GeoJSON (RFC 7946), for maps."""

from collections.abc import Mapping, Sequence
from typing import Any

import polyline

_PRECISION = 5
_STOPS = frozenset(("job", "pickup", "delivery", "reload"))
_DRAWN = frozenset(("steps", "geometry", "location", "violations"))
"""Keys that do not become properties: they become the geometry, or are always empty."""

_Json = dict[str, Any]
_Position = Sequence[float]


def to_geojson(solution: Mapping[str, Any]) -> _Json:
    """Makes a FeatureCollection of a stored solution.

    It has a line for each route, a point for each of its tasks and reloads, and a point for each unassigned
    task, with `"unassigned": true`. Properties have the names and units of the solution. A line follows the
    route's polyline if it has one; else it is straight from stop to stop. A feature without a known place has
    the geometry null.
    """
    features = []
    for route in solution["routes"]:
        features.append(_feature(_line(route), route))
        features += [
            _feature(_point(step), step, vehicle=route["vehicle"])
            for step in route["steps"]
            if step["type"] in _STOPS
        ]
    features += [_feature(_point(task), task, unassigned=True) for task in solution["unassigned"]]
    return {"type": "FeatureCollection", "features": features}


def _feature(geometry: _Json | None, described: Mapping[str, Any], **more: Any) -> _Json:
    properties = {name: value for name, value in described.items() if name not in _DRAWN}
    return {"type": "Feature", "geometry": geometry, "properties": {**more, **properties}}


def _point(described: Mapping[str, Any]) -> _Json | None:
    place = described.get("location")
    return None if place is None else {"type": "Point", "coordinates": place}


def _line(route: Mapping[str, Any]) -> _Json | None:
    positions = _positions(route)
    if not positions:
        return None
    # A line needs two positions, so a vehicle that stays in one place gets the same one twice.
    return {"type": "LineString", "coordinates": positions if len(positions) > 1 else positions * 2}


def _positions(route: Mapping[str, Any]) -> list[_Position]:
    if route.get("geometry"):
        return [list(position) for position in polyline.decode(route["geometry"], _PRECISION, geojson=True)]
    stops = [step for step in route["steps"] if step["type"] != "break"]
    places = [step.get("location") for step in stops]
    return [] if None in places else places
