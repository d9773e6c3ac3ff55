"""The summary of an import."""

import pytest

from networks.compile import Dropped, Share, compile_ways
from networks.profiles import way_speeds
from networks.summary import most_is_dropped, summary
from networks.ways import WaysBuilder


def dropped(**shares: tuple[int, float, int, float]) -> Dropped:
    return Dropped(0, 0.0, 0, {profile: Share(*share) for profile, share in shares.items()})


def test_it_reports_each_profile_s_share_and_the_notes_and_loops() -> None:
    builder = WaysBuilder()
    street, track = way_speeds({"highway": "residential"}), way_speeds({"highway": "footway"})
    places = [(7.0, 43.0), (7.01, 43.0), (7.02, 43.0), (7.02, 43.01)]
    builder.add([0, 1], places[:2], street)
    builder.add([1, 2], places[1:3], track)
    builder.add([2, 3], places[2:], street)
    builder.add([3, 4, 3], [places[3], (7.03, 43.0), places[3]], street)
    ways = builder.build(["A note."])
    network, left_out = compile_ways(ways)
    assert list(summary("town.osm", ways, network, left_out)) == [
        "town.osm: 4 junctions, 6 roads for car, bike, foot. Dropped as islands: 0 junctions, 0.0 km.",
        "car: 2 roads, 0.8 km. Closed to it as islands: 2 roads, 1.1 km.",
        "bike: 2 roads, 0.8 km. Closed to it as islands: 2 roads, 1.1 km.",
        "foot: 6 roads, 2.7 km.",
        "A note.",
        "Loops left out because they lead from a junction back to itself: 1.",
    ]


def test_it_warns_where_islands_took_more_than_they_left() -> None:
    warning = most_is_dropped(dropped(car=(4, 300, 40, 4_700), foot=(44, 5_000, 0, 0)))
    assert warning is not None
    assert warning.startswith("Warning: most roads were dropped for car (4.7 of 5.0 km). ")


def test_it_warns_where_a_profile_has_nothing_left() -> None:
    assert "bike (0.0 of 0.0 km)" in str(most_is_dropped(dropped(bike=(0, 0.0, 2, 0.0))))


@pytest.mark.parametrize("share", [(44, 5_000, 0, 0), (40, 4_700, 4, 300), (4, 500, 4, 500)])
def test_it_does_not_warn_where_no_more_than_half_is_dropped(share: tuple[int, float, int, float]) -> None:
    assert most_is_dropped(dropped(car=share)) is None
