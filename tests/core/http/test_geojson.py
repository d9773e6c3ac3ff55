"""A solution on a map: the features drawn, and their properties."""

import json
from typing import Any

import polyline

from milkrun.http.geojson import to_geojson
from milkrun.schema.solution import Meta, Route, Solution, Step, Summary, Unassigned
from tests.nonempty import nonempty

DEPOT, BAKERY, KIOSK = (7.41, 43.73), (7.42, 43.74), (7.43, 43.72)
STREET = [DEPOT, (7.415, 43.738), BAKERY, DEPOT]


def solution(located: bool = True, **route: Any) -> dict[str, Any]:
    """A stored solution with one route of a job and a break, and one unassigned job."""

    def place(location: tuple[float, float]) -> dict[str, Any]:
        return {"location": location} if located else {"location_index": 3}

    steps = [
        Step(type="start", arrival=0, duration=0, **place(DEPOT)),
        Step(type="job", id=7, description="bread", arrival=60, duration=60, distance=900, **place(BAKERY)),
        Step(type="break", id=1, arrival=90, duration=80, service=30),
        Step(type="end", arrival=200, duration=120, distance=1_800, **place(DEPOT)),
    ]
    totals: dict[str, Any] = {
        "cost": 120,
        "setup": 0,
        "service": 30,
        "duration": 120,
        "waiting_time": 0,
        "priority": 0,
        "distance": 1_800,
    }
    made = Solution(
        summary=Summary(routes=1, unassigned=1, **totals),
        unassigned=[Unassigned(id=9, type="job", **place(KIOSK))],
        routes=[Route(vehicle=5, **{"steps": steps, **totals, **route})],
        meta=Meta(engine="vroom", matrix="network", seed=1, seconds=0, first_cost=0, best_cost=0, trace=[]),
    )
    stored: dict[str, Any] = json.loads(made.to_json())
    return stored


def drawn(stored: dict[str, Any]) -> list[tuple[str, Any]]:
    """The type and coordinates of each feature."""
    features = to_geojson(stored)["features"]
    return [(f["geometry"]["type"], f["geometry"]["coordinates"]) for f in features]


def test_a_solution_is_a_feature_collection() -> None:
    made = to_geojson(solution())
    assert made["type"] == "FeatureCollection"
    assert {feature["type"] for feature in made["features"]} == {"Feature"}


def test_a_reload_is_a_stop_too() -> None:
    stored = solution()
    stored["routes"][0]["steps"][2] = {"type": "reload", "id": 1, "arrival": 90, "location": list(DEPOT)}
    features = to_geojson(stored)["features"]
    assert [f["properties"].get("type") for f in features] == [None, "job", "reload", "job"]
    assert features[2]["geometry"] == {"type": "Point", "coordinates": list(DEPOT)}


def test_a_route_follows_its_streets_and_its_tasks_are_points() -> None:
    geometry = polyline.encode(STREET, 5, geojson=True)
    assert drawn(solution(geometry=geometry)) == [
        ("LineString", [list(place) for place in STREET]),
        ("Point", list(BAKERY)),
        ("Point", list(KIOSK)),
    ]


def test_without_geometry_a_route_is_straight_from_stop_to_stop() -> None:
    assert drawn(solution())[0] == ("LineString", [list(DEPOT), list(BAKERY), list(DEPOT)])


def test_a_vehicle_that_stays_where_it_is_has_a_line_of_two_positions() -> None:
    geometry = polyline.encode([DEPOT], 5, geojson=True)
    assert drawn(solution(geometry=geometry))[0] == ("LineString", [list(DEPOT), list(DEPOT)])


def test_without_coordinates_geometries_are_null() -> None:
    features = to_geojson(solution(located=False))["features"]
    assert [feature["geometry"] for feature in features] == [None, None, None]
    assert features[1]["properties"]["location_index"] == 3


def test_properties_are_those_of_the_solution() -> None:
    route, task, left = (feature["properties"] for feature in to_geojson(solution())["features"])
    assert (route["vehicle"], route["cost"], route["duration"], route["distance"]) == (5, 120, 120, 1_800)
    assert (task["vehicle"], task["type"], task["id"], task["description"]) == (5, "job", 7, "bread")
    assert (task["arrival"], task["distance"]) == (60, 900)
    assert left == {"unassigned": True, "id": 9, "type": "job"}


def test_what_is_drawn_is_not_repeated_in_the_properties() -> None:
    geometry = polyline.encode(STREET, 5, geojson=True)
    for feature in nonempty(to_geojson(solution(geometry=geometry))["features"]):
        assert not {"steps", "geometry", "location"} & feature["properties"].keys()
