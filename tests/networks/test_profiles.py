"""Tags to speeds: the class of road, limits, access and directions."""

import pytest

from networks.profiles import CLOSED, way_speeds

Tags = dict[str, str]


def along(tags: Tags) -> tuple[float, float, float]:
    return way_speeds(tags)[0]


def directions(tags: Tags, profile: int) -> tuple[bool, bool]:
    forward, backward = way_speeds(tags)
    return forward[profile] > 0, backward[profile] > 0


def test_a_street_is_open_to_all_both_ways() -> None:
    forward, backward = way_speeds({"highway": "residential"})
    assert forward == backward == (30, 16, 5)


def test_a_limit_replaces_the_speed_of_the_class_for_cars() -> None:
    assert along({"highway": "residential", "maxspeed": "50"})[0] == 50
    assert along({"highway": "primary", "maxspeed": "FR:urban"})[0] == 50


def test_a_limit_slows_bikes_but_never_hurries_them() -> None:
    assert along({"highway": "residential", "maxspeed": "10"})[1] == 10
    assert along({"highway": "residential", "maxspeed": "50"})[1] == 16


def test_limits_may_differ_by_direction() -> None:
    tags = {"highway": "primary", "maxspeed": "70", "maxspeed:backward": "50"}
    assert [speeds[0] for speeds in way_speeds(tags)] == [70, 50]


def test_an_unclear_limit_leaves_the_speed_of_the_class() -> None:
    assert along({"highway": "tertiary", "maxspeed": "signals"})[0] == 45


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"highway": "proposed"},
        {"highway": "construction", "foot": "yes"},
        {"highway": "bus_stop"},
        {"highway": "service", "route": "ferry"},
        {"highway": "residential", "access": "private"},
    ],
)
def test_anything_but_an_open_road_is_closed_to_all(tags: Tags) -> None:
    assert way_speeds(tags) == (CLOSED, CLOSED)


@pytest.mark.parametrize(
    ("road", "car", "bike", "foot"),
    [
        ("motorway", True, False, False),
        ("trunk", True, True, True),
        ("service", True, True, True),
        ("cycleway", False, True, True),
        ("path", False, True, True),
        ("pedestrian", False, False, True),
        ("footway", False, False, True),
        ("steps", False, False, True),
        ("track", False, True, True),
    ],
)
def test_each_class_has_its_profiles(road: str, car: bool, bike: bool, foot: bool) -> None:
    assert tuple(speed > 0 for speed in along({"highway": road})) == (car, bike, foot)


def test_the_more_specific_access_tag_wins() -> None:
    tags = {"highway": "service", "access": "no", "motor_vehicle": "destination", "foot": "yes"}
    assert along(tags) == (15, 0, 5)
    assert along({"highway": "residential", "motor_vehicle": "no"}) == (0, 16, 5)
    assert along({"highway": "residential", "vehicle": "no", "bicycle": "yes"}) == (0, 16, 5)


def test_a_permission_opens_a_class_that_is_not_meant_for_the_profile() -> None:
    assert along({"highway": "pedestrian", "motor_vehicle": "delivery"})[0] == 10
    assert along({"highway": "footway", "bicycle": "yes"})[1] == 12
    assert along({"highway": "pedestrian", "motor_vehicle": "yes", "maxspeed": "50"})[0] == 10


def test_who_must_dismount_walks() -> None:
    assert along({"highway": "residential", "bicycle": "dismount"})[1] == 5


def test_motor_roads_are_for_motors() -> None:
    assert along({"highway": "trunk", "motorroad": "yes"}) == (85, 0, 0)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "1"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "no"}, (True, True)),
        ({"oneway": "reversible"}, (False, False)),
        ({"junction": "roundabout"}, (True, False)),
        ({"junction": "roundabout", "oneway": "no"}, (True, True)),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, (True, True)),
    ],
)
def test_cars_keep_to_one_way_streets(tags: Tags, expected: tuple[bool, bool]) -> None:
    assert directions({"highway": "residential"} | tags, 0) == expected


def test_motorways_are_one_way_unless_they_say_otherwise() -> None:
    assert directions({"highway": "motorway"}, 0) == (True, False)
    assert directions({"highway": "motorway", "oneway": "no"}, 0) == (True, True)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "yes", "oneway:bicycle": "no"}, (True, True)),
        ({"oneway": "yes", "cycleway": "opposite"}, (True, True)),
        ({"oneway": "yes", "cycleway:left": "opposite_lane"}, (True, True)),
        ({"oneway": "no", "oneway:bicycle": "yes"}, (True, False)),
        ({"junction": "roundabout"}, (True, False)),
        ({"oneway:motor_vehicle": "yes"}, (True, True)),
    ],
)
def test_bikes_have_their_own_exceptions(tags: Tags, expected: tuple[bool, bool]) -> None:
    assert directions({"highway": "residential"} | tags, 1) == expected


def test_walkers_go_both_ways_unless_told() -> None:
    assert directions({"highway": "residential", "oneway": "yes"}, 2) == (True, True)
    assert directions({"highway": "footway", "oneway:foot": "yes"}, 2) == (True, False)
