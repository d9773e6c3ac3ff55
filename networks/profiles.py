"""How fast each profile travels along an OpenStreetMap way, and in which directions.

The rules are those that the field's routers have in common. docs/networks.md shows them as tables.
"""

from collections.abc import Mapping, Sequence

from networks.maxspeed import limit_kmh

Tags = Mapping[str, str]
Speeds = tuple[float, float, float]
"""km/h of car, bike and foot (the order of PROFILES), 0 where the way is closed to it."""
BothWays = tuple[Speeds, Speeds]
"""Speeds along a way, and against it."""

CLOSED: Speeds = (0.0, 0.0, 0.0)

# By class of road: km/h of a car and of a bike without a `maxspeed`, 0 where the class is closed to it.
_CLASSES = {
    "motorway": (110, 0),
    "motorway_link": (60, 0),
    "trunk": (85, 16),
    "trunk_link": (50, 16),
    "primary": (65, 16),
    "primary_link": (40, 16),
    "secondary": (55, 16),
    "secondary_link": (35, 16),
    "tertiary": (45, 16),
    "tertiary_link": (30, 16),
    "unclassified": (40, 16),
    "residential": (30, 16),
    "living_street": (15, 12),
    "service": (15, 14),
    "road": (30, 16),
    "track": (0, 12),
    "cycleway": (0, 18),
    "path": (0, 12),
    "pedestrian": (0, 0),
    "footway": (0, 0),
    "bridleway": (0, 0),
    "steps": (0, 0),
}
_NO_FOOT = {"motorway", "motorway_link"}
_FOOT = 5.0
_STEPS = 3.0
# km/h where the class is closed to a profile but its own access tag opens it.
_CAR_BY_PERMISSION = 10.0
_BIKE_BY_PERMISSION = 12.0

_CAR_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
_BIKE_KEYS = ("bicycle", "vehicle", "access")
_FOOT_KEYS = ("foot", "access")
ACCESS_KEYS = (_CAR_KEYS, _BIKE_KEYS, _FOOT_KEYS)
"""The access tags that apply to car, bike and foot, the most specific first."""
DENIED = {
    "no",
    "private",
    "agricultural",
    "forestry",
    "agricultural;forestry",
    "emergency",
    "military",
    "psv",
    "bus",
    "use_sidepath",
}
GRANTED = {"yes", "designated", "official", "permissive", "destination", "delivery", "customers"}

_ALONG, _AGAINST, _BOTH, _NEITHER = (True, False), (False, True), (True, True), (False, False)
_ONEWAY = {
    "yes": _ALONG,
    "true": _ALONG,
    "1": _ALONG,
    "-1": _AGAINST,
    "reverse": _AGAINST,
    "reversible": _NEITHER,
}
_CYCLEWAYS = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")


def way_speeds(tags: Tags) -> BothWays:
    """Speeds along and against a way, all 0 if it is not a road, not built yet, or closed."""
    road = tags.get("highway", "").partition(";")[0]
    if road not in _CLASSES or tags.get("route") == "ferry":
        return CLOSED, CLOSED
    directions = (_car_directions(tags, road), _bike_directions(tags, road), _foot_directions(tags))
    along, against = (
        (_car(tags, road, direction), _bike(tags, road, direction), _foot(tags, road))
        for direction in ("forward", "backward")
    )
    along_open, against_open = zip(*directions, strict=True)
    return _only_where(along, along_open), _only_where(against, against_open)


def access(tags: Tags, keys: tuple[str, ...]) -> str | None:
    """The value of the first of the keys that is there, or None."""
    return next((tags[key] for key in keys if key in tags), None)


def _only_where(speeds: Speeds, open_to: Sequence[bool]) -> Speeds:
    car, bike, foot = (speed if it else 0.0 for speed, it in zip(speeds, open_to, strict=True))
    return car, bike, foot


def _car(tags: Tags, road: str, direction: str) -> float:
    if access(tags, _CAR_KEYS) in DENIED:
        return 0.0
    speed = float(_CLASSES[road][0])
    if speed == 0 and road != "steps" and access(tags, _CAR_KEYS[:2]) in GRANTED:
        speed = _CAR_BY_PERMISSION
    limit = _limit(tags, direction)
    return limit if limit is not None and speed > _CAR_BY_PERMISSION else speed


def _bike(tags: Tags, road: str, direction: str) -> float:
    if access(tags, _BIKE_KEYS) in DENIED or tags.get("motorroad") == "yes":
        return 0.0
    if tags.get("bicycle") == "dismount":
        return _foot(tags, road)
    speed = float(_CLASSES[road][1])
    if speed == 0 and road != "steps" and tags.get("bicycle") in GRANTED:
        speed = _BIKE_BY_PERMISSION
    return min(speed, _limit(tags, direction) or speed)


def _foot(tags: Tags, road: str) -> float:
    if access(tags, _FOOT_KEYS) in DENIED or tags.get("motorroad") == "yes":
        return 0.0
    if road in _NO_FOOT and tags.get("foot") not in GRANTED:
        return 0.0
    return _STEPS if road == "steps" else _FOOT


def _limit(tags: Tags, direction: str) -> float | None:
    text = tags.get(f"maxspeed:{direction}") or tags.get("maxspeed")
    return None if text is None else limit_kmh(text)


def _car_directions(tags: Tags, road: str) -> tuple[bool, bool]:
    if "oneway:motor_vehicle" in tags:
        return _ONEWAY.get(tags["oneway:motor_vehicle"], _BOTH)
    return _vehicle_directions(tags, road)


def _bike_directions(tags: Tags, road: str) -> tuple[bool, bool]:
    if "oneway:bicycle" in tags:
        return _ONEWAY.get(tags["oneway:bicycle"], _BOTH)
    if any(tags.get(key, "").startswith("opposite") for key in _CYCLEWAYS):
        return _BOTH
    return _vehicle_directions(tags, road)


def _vehicle_directions(tags: Tags, road: str) -> tuple[bool, bool]:
    if "oneway" in tags:
        return _ONEWAY.get(tags["oneway"], _BOTH)
    implied = road == "motorway" or tags.get("junction") in ("roundabout", "circular")
    return _ALONG if implied else _BOTH


def _foot_directions(tags: Tags) -> tuple[bool, bool]:
    return _ONEWAY.get(tags.get("oneway:foot", "no"), _BOTH)
