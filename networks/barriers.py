"""Whom a barrier on a road stops, each profile by itself. docs/networks.md shows the lists."""

from networks.profiles import ACCESS_KEYS, DENIED, GRANTED, Tags, access

Stops = tuple[bool, bool, bool]
"""Whether car, bike and foot (the order of PROFILES) are stopped."""

PASSED: Stops = (False, False, False)

# What is built of them leaves no gap: where a road leads through one, its node is an entrance or a gate.
_WALLS = {"city_wall", "fence", "hedge", "retaining_wall", "wall", "wire_fence"}
# To be climbed or squeezed through, which nobody does with a bike.
_FOR_WALKERS = {"full-height_turnstile", "horse_stile", "kissing_gate", "stile", "turnstile"}
# Too narrow, too high or too deep for cars. A bus or a lorry gets over some, a bike through all.
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
"""By profile. Others, gates above all, are open unless their access says otherwise."""


def stopped_by(tags: Tags) -> Stops:
    """Whom a node stops: none where it is no barrier."""
    if "barrier" not in tags:
        return PASSED
    kinds = {kind.strip() for kind in tags["barrier"].split(";")}
    car, bike, foot = (
        _is_stopped(kinds & stopping, access(tags, keys))
        for stopping, keys in zip(_STOPPING, ACCESS_KEYS, strict=True)
    )
    return car, bike and tags.get("bicycle") != "dismount", foot


def _is_stopped(kinds: set[str], said: str | None) -> bool:
    return said in DENIED or (bool(kinds) and said not in GRANTED)
