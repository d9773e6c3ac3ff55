"""Which profiles a barrier on a road stops. docs/networks.md lists them."""

from networks.profiles import ACCESS_KEYS, DENIED, GRANTED, Tags, access

Stops = tuple[bool, bool, bool]
"""Whether car, bike and foot (the order of PROFILES) are stopped."""

PASSED: Stops = (False, False, False)

# They leave no gap: where a road leads through one, the node there is an entrance or a gate instead.
_WALLS = {"city_wall", "fence", "hedge", "retaining_wall", "wall", "wire_fence"}
# A walker climbs over or squeezes through, a bike stays behind.
_FOR_WALKERS = {"full-height_turnstile", "horse_stile", "kissing_gate", "stile", "turnstile"}
# Too narrow, too high or too deep for a car. Bikes pass all of them, buses and lorries some.
_FOR_TWO_WHEELS = {
    "berm",
    "block",
    "bollard",
    "boulder",
    "bus_trap",
    "chain",
    "cycle_barrier",
    "debris",
    "ditch",
    "guard_rail",
    "jersey_barrier",
    "log",
    "motorcycle_barrier",
    "planter",
    "rock",
    "rope",
    "rubble",
    "stone",
    "sump_buster",
    "tank_trap",
    "tree",
    "trench",
    "wedge",
    "wicket_gate",
}
_STOPPING = (_WALLS | _FOR_WALKERS | _FOR_TWO_WHEELS, _WALLS | _FOR_WALKERS, _WALLS)
"""What stops each profile. Other barriers, such as gates, are open unless their access tags say otherwise."""


def stopped_by(tags: Tags) -> Stops:
    """Which profiles a node stops. A node that is not a barrier stops none."""
    if "barrier" not in tags:
        return PASSED
    kinds = {kind.strip() for kind in tags["barrier"].split(";")}
    car, bike, foot = (
        _is_stopped(kinds & stopping, access(tags, keys))
        for stopping, keys in zip(_STOPPING, ACCESS_KEYS, strict=True)
    )
    return car, bike and tags.get("bicycle") != "dismount", foot


def _is_stopped(stopping_kinds: set[str], permission: str | None) -> bool:
    return permission in DENIED or (bool(stopping_kinds) and permission not in GRANTED)
