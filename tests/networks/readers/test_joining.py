"""Ends of roads that are so close together that they count as one place."""

import math
import random
from itertools import pairwise

import numpy as np
import pytest

from networks.compile import compile_ways
from networks.readers.joining import with_ends_joined
from networks.ways import Ways, WaysBuilder

DECIMETRE = math.degrees(0.1 / 6_371_008.8)
"""In degrees of latitude."""
Place = tuple[float, float]
Road = tuple[Place, Place]
OPEN = ((30.0, 16.0, 5.0), (30.0, 16.0, 5.0))
ONE_WAY = ((30.0, 0.0, 0.0), (0.0, 0.0, 0.0))


def table(*roads: Road) -> Ways:
    builder = WaysBuilder()
    keys: dict[Place, int] = {}
    for ends in roads:
        builder.add([keys.setdefault(end, len(keys)) for end in ends], ends, OPEN)
    return builder.build()


def junctions(ways: Ways) -> int:
    return len(np.unique(ways.points))


def fork(gap: float, lon: float = 10.0, lat: float = 50.0, along: str = "lat") -> Ways:
    """Two roads whose ends are this many degrees apart."""
    there = (lon, lat + gap) if along == "lat" else (lon + gap, lat)
    return with_ends_joined(table(((lon - 0.01, lat - 0.01), (lon, lat)), (there, (lon - 0.01, lat - 0.02))))


@pytest.mark.parametrize(("gap", "expected"), [(1e-9, 3), (0.99 * DECIMETRE, 3), (1.01 * DECIMETRE, 4)])
def test_ends_within_a_decimetre_are_one_place_and_others_are_not(gap: float, expected: int) -> None:
    assert junctions(fork(gap)) == expected


@pytest.mark.parametrize("lat", [0.0, 60.0, 85.0])
def test_a_decimetre_is_the_same_length_at_any_latitude(lat: float) -> None:
    degrees = DECIMETRE / math.cos(math.radians(lat))
    assert junctions(fork(0.99 * degrees, lat=lat, along="lon")) == 3
    assert junctions(fork(1.01 * degrees, lat=lat, along="lon")) == 4


def test_both_sides_of_the_date_line_are_one_place() -> None:
    roads = (
        ((179.9, 10.0), (180.0, 10.0)),
        ((-180.0, 10.0), (-179.9, 10.0)),
        ((-180 + 1e-8, 10.0), (-179.9, 10.1)),
    )
    assert junctions(with_ends_joined(table(*roads))) == 4


def test_the_pole_is_one_place_whatever_its_longitude() -> None:
    roads = ((0.0, 89.9), (0.0, 90.0)), ((77.0, 90.0), (77.0, 89.9))
    assert junctions(with_ends_joined(table(*roads))) == 3


def test_the_number_of_joined_ends_is_reported() -> None:
    ways = table(((0, 0), (1, 1)), ((1, 1 + 1e-9), (2, 0)), ((1 + 1e-9, 1), (0, 1e-9)))
    assert with_ends_joined(ways).notes == ("Ends of roads joined to others within a decimetre: 3.",)


def test_without_close_ends_nothing_is_reported_or_changed() -> None:
    ways = table(((0, 0), (1, 1)), ((1, 1), (2, 0)))
    assert with_ends_joined(ways) is ways


def test_three_ends_in_a_row_are_one_place() -> None:
    step = 0.6 * DECIMETRE
    roads = [((10 + number, 49.0), (10.0, 50 + number * step)) for number in range(3)]
    ways = with_ends_joined(table(*roads))
    assert junctions(ways) == 4
    assert len(ways.metres) == 3


def test_the_order_of_the_roads_does_not_matter() -> None:
    choose = random.Random(5)
    places = [
        (10 + choose.random() * 20 * DECIMETRE, 50 + choose.random() * 20 * DECIMETRE) for _ in range(200)
    ]
    roads = [(place, (11.0 + number, 50.0)) for number, place in enumerate(places)]
    found = []
    for _ in range(3):
        choose.shuffle(roads)
        ways = with_ends_joined(table(*roads))
        kept = np.unique(ways.points)
        found.append(sorted(zip(ways.longitude[kept].tolist(), ways.latitude[kept].tolist(), strict=True)))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("step", [0.3, 0.5, 0.9, 0.99])
def test_a_road_in_steps_of_centimetres_keeps_its_length(step: float) -> None:
    places = [(10.0, 50 + number * step * DECIMETRE) for number in range(1_000)]
    network, dropped = compile_ways(with_ends_joined(table(*pairwise(places))))
    length = network.latitude.max() - network.latitude.min()
    assert length == pytest.approx(999 * step * DECIMETRE, abs=1.1 * DECIMETRE)
    assert dropped.shares["car"].island_roads == 0


def test_a_row_of_close_ends_is_connected_from_one_to_the_next() -> None:
    step = 0.9 * DECIMETRE
    roads = [((10.0, 50 + number * step), (10.1 + number, 50.0)) for number in range(30)]
    network, dropped = compile_ways(with_ends_joined(table(*roads)))
    assert dropped.shares["car"].island_roads == 0
    assert set(range(30)) <= {round(it - 10.1) for it in network.longitude[network.longitude > 10.05]}
    assert network.latitude.max() - 50 > 25 * step


def test_a_bridge_is_open_only_to_profiles_with_roads_in_the_table() -> None:
    builder = WaysBuilder()
    for number in range(30):
        places = [(10.0, 50 + number * 0.9 * DECIMETRE), (10.1 + number, 50.0)]
        builder.add([2 * number, 2 * number + 1], places, ONE_WAY)
    kmh = with_ends_joined(builder.build()).kmh
    assert len(kmh) > 30
    assert not kmh[30:, :, 1:].any()


@pytest.mark.parametrize("lat", [0.0, 50.0, 80.0])
def test_noise_in_the_last_digits_does_not_change_a_town(lat: float) -> None:
    noise = random.Random(3)

    def place(x: int, y: int, spread: float) -> Place:
        return 179.99 + 0.001 * x + noise.uniform(0, spread), lat + 0.001 * y + noise.uniform(0, spread)

    def town(spread: float) -> Ways:
        streets = [((x, y), (x + 1, y)) for x in range(9) for y in range(10)]
        streets += [((y, x), (y, x + 1)) for x in range(9) for y in range(10)]
        return table(*((place(*tail, spread), place(*head, spread)) for tail, head in streets))

    plain, _ = compile_ways(town(0.0))
    noisy, dropped = compile_ways(with_ends_joined(town(0.4 * DECIMETRE)))
    assert len(noisy.longitude) == len(plain.longitude) == 100
    assert len(noisy.target) == len(plain.target)
    assert dropped.junctions == 0
    assert np.sort(noisy.metres) == pytest.approx(np.sort(plain.metres), abs=0.2)


def test_a_huge_cluster_of_ends_is_refused_before_it_fills_the_memory() -> None:
    count = 20_000
    builder = WaysBuilder()
    for number in range(count):
        places = [(10.0, 50 + DECIMETRE * number / count), (10.0, 50 + DECIMETRE * (number + 0.5) / count)]
        builder.add([2 * number, 2 * number + 1], places, OPEN)
    with pytest.raises(ValueError, match="too many ends of its roads are within a decimetre"):
        with_ends_joined(builder.build())
