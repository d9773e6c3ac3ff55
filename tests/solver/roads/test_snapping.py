"""Locations find their nearest junction, wherever it is."""

import numpy as np
import pytest

from milkrun_solver.roads.earth import metres_of, unit_vectors
from milkrun_solver.roads.network import RoadNetwork
from milkrun_solver.roads.snapping import Snapper
from tests.solver.networks import Road, both_ways, compiled


@pytest.mark.parametrize("spread", [0.01, 1.0, 20.0])
def test_the_nearest_junction_is_the_one_found_by_measuring_all(spread: float) -> None:
    rng = np.random.default_rng(3)
    centre = np.array([7.0, 43.0])
    longitude, latitude = centre[:, None] + rng.uniform(-spread, spread, (2, 500))
    locations = centre + rng.uniform(-2 * spread, 2 * spread, (200, 2))
    found, metres = Snapper(longitude, latitude, np.arange(500, dtype=np.int32)).nearest(locations)
    points, vectors = unit_vectors(longitude, latitude), unit_vectors(*locations.T)
    squares = ((points[:, None, :] - vectors[:, :, None]) ** 2).sum(axis=0)
    assert found.tolist() == squares.argmin(axis=1).tolist()
    assert metres == pytest.approx(metres_of(squares.min(axis=1)))


def test_the_date_line_and_the_pole_separate_nothing() -> None:
    snapper = Snapper(
        np.array([179.99, -179.0, 90.0]), np.array([10.0, 10.0, 89.99]), np.arange(3, dtype=np.int32)
    )
    found, metres = snapper.nearest(np.array([[-179.99, 10.0], [-90.0, 89.99]]))
    assert found.tolist() == [0, 2]
    assert metres == pytest.approx([2_190.1, 2_223.9], abs=1)


def test_only_the_given_junctions_are_found() -> None:
    snapper = Snapper(np.array([2.0, 2.1]), np.array([48.0, 48.0]), np.array([1], dtype=np.int32))
    assert snapper.nearest(np.array([[2.0, 48.0]]))[0].tolist() == [1]


def test_a_location_snaps_to_a_junction_its_profile_may_use() -> None:
    places = [(2.0, 48.0), (2.01, 48.0), (2.02, 48.0)]
    ways = [*both_ways(Road(0, 1, 700, {"foot": 500})), *both_ways(Road(1, 2, 700, {"foot": 500, "car": 60}))]
    roads = RoadNetwork(compiled(places, ways, ["car", "foot"]))
    location = np.array([[2.0, 48.0]])
    assert roads.snap("foot", location)[0].tolist() == [0]
    assert roads.snap("car", location)[0].tolist() == [1]


def test_an_island_of_a_few_junctions_is_not_snapped_to() -> None:
    """From a courtyard whose gate is closed to cars, a car could not leave."""
    places = [(2.0 + 0.001 * number, 48.0) for number in range(23)]
    ways = [Road(number, number + 1, 70, {"car": 9}) for number in range(22) if number != 20]
    network = compiled(places, [way for road in ways for way in both_ways(road)], ["car"])
    assert RoadNetwork(network).snap("car", np.array([places[22]]))[0].tolist() == [20]


def test_a_second_town_is_snapped_to() -> None:
    places = [(2.0 + 0.001 * number, 48.0) for number in range(8)]
    ways = [Road(number, number + 1, 70, {"car": 9}) for number in range(7) if number != 3]
    network = compiled(places, [way for road in ways for way in both_ways(road)], ["car"])
    assert RoadNetwork(network).snap("car", np.array([places[7]]))[0].tolist() == [7]


def test_a_dead_end_that_is_entered_one_way_is_not_snapped_to() -> None:
    places = [(2.0, 48.0), (2.001, 48.0), (2.002, 48.0)]
    ways = [*both_ways(Road(0, 1, 70, {"car": 9})), Road(1, 2, 70, {"car": 9})]
    roads = RoadNetwork(compiled(places, ways, ["car"]))
    assert roads.snap("car", np.array([places[2]]))[0].tolist() == [1]
