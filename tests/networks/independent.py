"""An OpenStreetMap file as a plain graph of its nodes, read without any code of the project. It knows only
the tags in Monaco's file."""

import gzip
import math
import xml.etree.ElementTree as ElementTree
from itertools import pairwise
from pathlib import Path

import networkx

CAR = {"primary": 65, "secondary": 55, "tertiary": 45, "unclassified": 40, "residential": 30, "service": 15}
CAR |= {"primary_link": 40, "secondary_link": 35, "road": 30}
BIKE = dict.fromkeys(CAR, 16) | {"service": 14, "path": 12}
FOOT = dict.fromkeys([*BIKE, "footway", "pedestrian"], 5) | {"steps": 3}
Place = tuple[float, float]
Leg = tuple[Place, Place]

SPEEDS = {"car": CAR, "bike": BIKE, "foot": FOOT}
ACCESS = {
    "car": ("motorcar", "motor_vehicle", "vehicle", "access"),
    "bike": ("bicycle", "vehicle", "access"),
    "foot": ("foot", "access"),
}


def graph_of(path: Path, profile: str) -> networkx.DiGraph:
    """Nodes by `(lon, lat)`; edges with metres and seconds."""
    places, graph = {}, networkx.DiGraph()
    for element in ElementTree.fromstring(gzip.decompress(path.read_bytes())):  # noqa: S314 - our own file
        if element.tag == "node":
            places[element.get("id")] = float(element.get("lon", "")), float(element.get("lat", ""))
        elif element.tag == "way":
            tags = {str(tag.get("k")): str(tag.get("v")) for tag in element.iter("tag")}
            kmh = speed(tags, profile)
            refs = [places[ref.get("ref")] for ref in element.iter("nd") if ref.get("ref") in places]
            for pair in pairwise(refs) if kmh else ():
                for tail, head in directed(pair, tags, profile):
                    metres = haversine(tail, head)
                    seconds = metres / (kmh / 3.6)
                    if not graph.has_edge(tail, head) or graph[tail][head]["seconds"] > seconds:
                        graph.add_edge(tail, head, metres=metres, seconds=seconds)
    return graph


def speed(tags: dict[str, str], profile: str) -> float:
    road = tags.get("highway")
    access = next((tags[key] for key in ACCESS[profile] if key in tags), "yes")
    if road not in FOOT or access in ("no", "private"):
        return 0
    if road not in SPEEDS[profile]:
        named = {"car": ("motorcar", "motor_vehicle"), "bike": ("bicycle",), "foot": ()}[profile]
        allowed = any(tags.get(key) in ("yes", "designated", "permissive", "destination") for key in named)
        return {"car": 10, "bike": 12}[profile] if allowed and road != "steps" else 0
    kmh = SPEEDS[profile][road]
    if "maxspeed" in tags and profile != "foot":
        limit = float(tags["maxspeed"])
        return limit if profile == "car" else min(kmh, limit)
    return kmh


def directed(pair: Leg, tags: dict[str, str], profile: str) -> list[Leg]:
    said = tags.get("oneway", "yes" if tags.get("junction") == "roundabout" else "no")
    there, back = pair, pair[::-1]
    if profile == "foot" or said == "no":
        return [there, back]
    return [back] if said == "-1" else [there]


def haversine(tail: Place, head: Place) -> float:
    (lon1, lat1), (lon2, lat2) = (map(math.radians, place) for place in (tail, head))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))
