"""From ways to a compiled network: where ways are cut, how long they take, and what is dropped."""

import math
from dataclasses import astuple
from itertools import pairwise
from typing import Any

import numpy as np
import polyline
import pytest

from milkrun_solver.roads.compiled import PROFILES, CompiledNetwork
from networks.barriers import Stops
from networks.compile import compile_ways
from networks.errors import NetworkFileError
from networks.profiles import way_speeds
from networks.ways import WaysBuilder

PLACES = {number: (7.0 + 0.001 * (number % 10), 43.0 + 0.001 * (number // 10)) for number in range(100)}
STREET = {"highway": "residential"}


Way = tuple[list[int], dict[str, str]]
CARS: Stops = (True, False, False)


def compiled(*ways: Way, barriers: tuple[int, ...] = (), stops: Stops = CARS) -> CompiledNetwork:
    network: CompiledNetwork = built(*ways, barriers=barriers, stops=stops)[0]
    return network


def built(*ways: Way, barriers: tuple[int, ...] = (), stops: Stops = CARS) -> Any:
    builder = WaysBuilder()
    for points, tags in ways:
        builder.add(points, [PLACES[point] for point in points], way_speeds(tags))
    for point in barriers:
        builder.stop_at(point, stops)
    return compile_ways(builder.build())


def roads(network: CompiledNetwork, profile: str = "car") -> dict[tuple[int, int], float]:
    """The seconds of each road, by the numbers of the points at its ends."""
    numbers = {place: number for number, place in PLACES.items()}
    ends = [numbers[it] for it in zip(network.longitude.tolist(), network.latitude.tolist(), strict=True)]
    tails = np.repeat(np.arange(len(ends)), np.diff(network.first_road))
    seconds = network.seconds.get(profile, np.full(len(tails), math.inf))
    pairs = [(ends[tail], ends[head]) for tail, head in zip(tails, network.target, strict=True)]
    return {pair: it for pair, it in zip(pairs, seconds.tolist(), strict=True) if it < math.inf}


def haversine(points: list[int]) -> float:
    total = 0.0
    for tail, head in pairwise(points):
        (lon1, lat1), (lon2, lat2) = (map(math.radians, PLACES[it]) for it in (tail, head))
        squares = math.sin((lat2 - lat1) / 2) ** 2
        squares += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
        total += 2 * 6_371_008.8 * math.asin(math.sqrt(squares))
    return total


def test_ways_are_cut_where_they_meet_and_nowhere_else() -> None:
    network = compiled(([0, 1, 2, 3], STREET), ([2, 12, 22], STREET))
    assert set(roads(network)) == {(0, 2), (2, 0), (2, 3), (3, 2), (2, 22), (22, 2)}


def test_a_way_is_cut_where_it_crosses_itself() -> None:
    network = compiled(([0, 1, 2, 12, 11, 1], STREET), ([12, 13], STREET))
    assert set(roads(network)) == {(0, 1), (1, 0), (1, 12), (12, 1), (12, 13), (13, 12)}
    assert len(network.target) == 8  # two streets join 1 and 12


def test_a_loop_without_a_junction_leads_nowhere() -> None:
    network = compiled(([0, 1], STREET), ([1, 2, 12, 1], STREET))
    assert set(roads(network)) == {(0, 1), (1, 0)}


def test_loops_are_counted() -> None:
    _, dropped = built(([0, 1], STREET), ([1, 2, 12, 1], STREET))
    assert dropped.loops == 1


def test_a_road_is_as_long_as_its_great_circle_segments() -> None:
    network = compiled(([0, 1, 12, 13], STREET))
    assert network.metres == pytest.approx([haversine([0, 1, 12, 13])] * 2)


def test_a_road_s_time_is_its_length_divided_by_its_speed() -> None:
    network = compiled(([0, 1], {"highway": "primary", "maxspeed": "72"}))
    assert roads(network)[0, 1] == pytest.approx(haversine([0, 1]) / 20)


def test_a_length_in_the_file_is_used() -> None:
    builder = WaysBuilder()
    builder.add([0, 1], [PLACES[0], PLACES[1]], ((36.0, 0.0, 0.0),) * 2, metres=500.0)
    network, _ = compile_ways(builder.build())
    assert network.metres.tolist() == [500, 500]
    assert network.seconds["car"].tolist() == [50, 50]


def test_the_points_between_are_kept_in_the_order_of_travel() -> None:
    network = compiled(([0, 1, 12, 13], STREET))
    shapes = [
        polyline.decode(network.shapes[start:end].decode(), 6, geojson=True)
        for start, end in pairwise(network.shape_start.tolist())
    ]
    assert shapes == [[PLACES[1], PLACES[12]], [PLACES[12], PLACES[1]]]


def test_a_one_way_street_has_one_road_for_cars_and_two_for_walkers() -> None:
    network = compiled(([0, 1], {**STREET, "oneway": "yes"}), ([1, 11], STREET), ([11, 0], STREET))
    assert {(0, 1), (1, 0)} & set(roads(network)) == {(0, 1)}
    assert {(0, 1), (1, 0)} <= set(roads(network, "foot"))


def test_islands_are_dropped_and_counted() -> None:
    network, dropped = built(([0, 1, 2], STREET), ([1, 11], STREET), ([50, 51], STREET))
    assert (50, 51) not in roads(network)
    assert len(network.longitude) == 4
    assert (dropped.junctions, dropped.metres) == (2, pytest.approx(haversine([50, 51])))


def test_each_profile_reports_what_it_keeps_and_what_islands_take() -> None:
    _, dropped = built(
        ([0, 1, 2], STREET), ([1, 11], STREET), ([2, 3], {"highway": "footway"}), ([3, 4], STREET)
    )
    kept, island = haversine([0, 1, 2]) + haversine([1, 11]), haversine([3, 4])
    assert astuple(dropped.shares["car"]) == pytest.approx((6, kept, 2, island))
    assert dropped.shares["foot"].island_roads == 0
    assert (dropped.junctions, dropped.metres) == (0, 0)


def test_a_profile_without_any_road_in_the_file_has_no_share() -> None:
    _, dropped = built(([0, 1], {"highway": "footway"}))
    assert set(dropped.shares) == {"foot"}


def test_a_profile_that_loses_everything_to_islands_has_a_share_of_zero() -> None:
    _, dropped = built(([0, 1], {**STREET, "oneway": "yes"}))
    assert (dropped.shares["car"].roads, dropped.shares["car"].island_roads) == (0, 1)


def test_a_one_way_street_without_an_exit_is_closed_only_to_cars() -> None:
    trap = {**STREET, "oneway": "yes"}
    network, dropped = built(([0, 1], STREET), ([1, 2], trap))
    assert set(roads(network)) == {(0, 1), (1, 0)}
    assert (1, 2) in roads(network, "foot")
    assert dropped.junctions == 0


def test_each_profile_keeps_its_own_largest_part() -> None:
    network = compiled(
        ([0, 1], STREET), ([1, 2, 3], {"highway": "footway"}), ([3, 4], STREET), ([4, 5], STREET)
    )
    assert set(roads(network)) == {(3, 4), (4, 3), (4, 5), (5, 4)}
    assert {(0, 1), (1, 3)} <= set(roads(network, "foot"))


def test_a_profile_without_roads_is_left_out() -> None:
    assert set(compiled(([0, 1], {"highway": "footway"})).seconds) == {"foot"}


def test_a_file_without_usable_roads_is_an_error() -> None:
    with pytest.raises(NetworkFileError, match="connected both ways"):
        compiled(([0, 1], {"highway": "motorway"}))


def test_cars_do_not_pass_a_barrier() -> None:
    network = compiled(([0, 1, 2], STREET), ([0, 10], STREET), ([2, 12, 0], STREET), barriers=(1,))
    assert (0, 2) in roads(network, "foot")
    assert roads(network)[0, 2] == pytest.approx(haversine([2, 12, 0]) / (30 / 3.6))


@pytest.mark.parametrize("stopped", [0, 1, 2])
def test_a_barrier_stops_only_the_profiles_it_is_for(stopped: int) -> None:
    stops = (stopped == 0, stopped == 1, stopped == 2)
    ways = ([0, 1, 2], STREET), ([0, 10], STREET), ([2, 12, 0], STREET)
    network = compiled(*ways, barriers=(1,), stops=stops)
    open_roads = [int(np.isfinite(network.seconds[profile]).sum()) for profile in PROFILES]
    assert open_roads == [4 if it else 6 for it in stops]


def test_a_barrier_on_a_crossing_is_ignored() -> None:
    network = compiled(([0, 1, 2], STREET), ([1, 11], STREET), barriers=(1,))
    assert set(roads(network)) == {(0, 1), (1, 0), (1, 2), (2, 1), (1, 11), (11, 1)}
