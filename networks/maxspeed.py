"""Reads OpenStreetMap's `maxspeed`: numbers, units, and names of legal limits."""

import re

KMH_PER_MPH = 1.609344
KMH_PER_KNOT = 1.852
WALK = 7.0
"""km/h for `walk`."""
UNLIMITED = 130.0
"""km/h for `none`."""

_PLAUSIBLE = 1.0, 500.0
"""km/h. A value outside is a typing error."""

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?")
_UNITS = {"mph": KMH_PER_MPH, "knots": KMH_PER_KNOT}
_ZONE = re.compile(r"zone:?(\d+)")

# Legal limits in km/h by kind of road. The first line fills in what a country lacks.
_LEGAL = {
    "": {"urban": 50, "rural": 90, "trunk": 100, "motorway": 130, "living_street": 20, "bicycle_road": 30},
    "at": {"rural": 100},
    "be": {"rural": 70, "trunk": 120, "motorway": 120},
    "ch": {"rural": 80, "motorway": 120},
    "cz": {"trunk": 110},
    "de": {"rural": 100, "living_street": 7},
    "es": {"trunk": 90, "motorway": 120},
    "fr": {"rural": 80, "trunk": 110},
    "gb": {
        "nsl_restricted": 48,
        "urban": 48,
        "nsl_single": 97,
        "rural": 97,
        "nsl_dual": 113,
        "motorway": 113,
    },
    "hu": {"trunk": 110},
    "ie": {"rural": 80, "motorway": 120},
    "it": {"trunk": 110},
    "nl": {"rural": 80, "living_street": 15},
    "no": {"rural": 80, "motorway": 110},
    "pl": {"trunk": 120, "motorway": 140},
    "pt": {"motorway": 120},
    "ro": {"trunk": 100},
    "se": {"rural": 70, "motorway": 110},
}


def limit_kmh(text: str) -> float | None:
    """The limit of a `maxspeed` value in km/h, the lowest of several. None if it states no limit: `signals`,
    `variable`, a typing error."""
    limits = [limit for part in text.lower().split(";") if (limit := _limit(part.strip())) is not None]
    return min(limits, default=None)


def _limit(text: str) -> float | None:
    number = _NUMBER.fullmatch(text)
    if number is not None:
        return _plausible(float(number[1]) * _UNITS.get(number[2], 1.0))
    if text == "none":
        return UNLIMITED
    country, _, kind = text.rpartition(":") if "zone:" not in text else text.partition(":")
    if kind == "walk":
        return WALK
    zone = _ZONE.fullmatch(kind)
    if zone is not None:
        return _plausible(float(zone[1]))
    return _LEGAL.get(country, {}).get(kind, _LEGAL[""].get(kind))


def _plausible(kmh: float) -> float | None:
    return kmh if _PLAUSIBLE[0] <= kmh <= _PLAUSIBLE[1] else None
