import itertools
import math
import random
from typing import Any

import numpy as np
import pytest

from milkrun.schema.options import SLOWEST_KMH
from milkrun_solver.model.travel import NO_WAY, Travel, great_circle, travel_source
from milkrun_solver.roads.earth import EARTH_RADIUS
from tests.solver.problems import problem_of


def haversine(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two `[lon, lat]` places by the textbook formula."""
    (lon_a, lat_a), (lon_b, lat_b) = (map(math.radians, place) for place in (a, b))
    h = math.sin((lat_b - lat_a) / 2) ** 2
    h += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(h))


def test_great_circle_equals_the_haversine_formula_beyond_one_block() -> None:
    rng = random.Random(1)
    places = [(rng.uniform(-180, 180), rng.uniform(-90, 90)) for _ in range(150)]
    travel = great_circle(places, 36)
    assert travel.distances is not None
    for a, b in itertools.product(range(150), repeat=2):
        exact = haversine(places[a], places[b])
        assert travel.distances[a, b] == round(exact)
        assert travel.durations[a, b] == round(exact / 10)


def test_great_circle_keeps_short_distances() -> None:
    travel = great_circle([(7.42, 43.73), (7.42001, 43.73)], 50)
    assert travel.distances is not None
    assert travel.distances[0, 1] == 1


def test_the_longest_duration_fits_into_a_cell() -> None:
    travel = great_circle([(0.0, 90.0), (0.0, -90.0)], SLOWEST_KMH)
    assert travel.durations[0, 1] == round(math.pi * EARTH_RADIUS * 3.6 / SLOWEST_KMH)


def test_durations_are_distances_divided_by_the_speed() -> None:
    slow, fast = (great_circle([(2.0, 48.0), (2.0, 48.9)], speed) for speed in (36, 72))
    assert slow.distances is not None
    assert slow.durations[0, 1] == pytest.approx(slow.distances[0, 1] / 10, abs=1)
    assert fast.durations[0, 1] == pytest.approx(slow.durations[0, 1] / 2, abs=1)


def test_a_place_is_at_distance_zero_from_itself() -> None:
    travel = great_circle([(2.0, 48.0), (2.5, 48.9), (-170.0, 10.0)], 50)
    assert travel.distances is not None
    assert not np.diagonal(travel.distances).any()
    assert (travel.distances == travel.distances.T).all()


@pytest.mark.parametrize("kind", ["durations", "distances", "costs"])
def test_travel_within_a_place_counts_if_any_matrix_has_it(kind: str) -> None:
    still = np.array([[0, 5], [6, 0]], dtype=np.uint32)
    moving = np.array([[0, 5], [6, 1]], dtype=np.uint32)
    assert not Travel(still, still, still).within_a_place
    matrices: dict[str, Any] = {"durations": still, kind: moving}
    assert Travel(**matrices).within_a_place


def test_equal_coordinates_share_a_row() -> None:
    problem = problem_of(
        {
            "vehicles": [{"id": 1, "start": [2.0, 48.0], "end": [2.0, 48.0]}],
            "jobs": [{"id": 1, "location": [2.0, 48.0]}, {"id": 2, "location": [2.1, 48.0]}],
        }
    )
    source = travel_source(problem)
    assert source.kind == "great-circle"
    assert source.place((2.0, 48.0), None) == 0
    assert source.profiles["car"].durations.shape == (2, 2)


def test_matrices_of_the_body_come_first() -> None:
    problem = problem_of(
        {
            "vehicles": [{"id": 1, "start_index": 0, "start": [2.0, 48.0]}],
            "jobs": [{"id": 1, "location_index": 1, "location": [2.1, 48.0]}],
            "matrices": {"car": {"durations": [[0, 5], [6, 0]], "distances": [[0, 50], [60, 0]]}},
        }
    )
    source = travel_source(problem)
    travel = source.profiles["car"]
    assert source.kind == "custom"
    assert source.place((2.1, 48.0), 1) == 1
    assert travel.durations.tolist() == [[0, 5], [6, 0]]
    assert travel.distances is not None
    assert travel.distances.tolist() == [[0, 50], [60, 0]]
    assert travel.costs is None


def by_time_of_day(*slots: tuple[int, int]) -> Travel:
    """One leg of 50 seconds there and 60 back, and slots in which both take as long."""
    given = [{"start": start, "durations": [[0, seconds], [seconds, 0]]} for start, seconds in slots]
    problem = problem_of(
        {
            "vehicles": [{"id": 1, "start_index": 0}],
            "jobs": [{"id": 1, "location_index": 1}],
            "matrices": {"car": {"durations": [[0, 50], [60, 0]], "slots": given}},
        }
    )
    return travel_source(problem).profiles["car"]


def test_durations_are_the_shortest_of_all_slots() -> None:
    assert by_time_of_day((100, 55), (200, 70)).durations.tolist() == [[0, 50], [55, 0]]


def test_the_first_slot_holds_from_0_on() -> None:
    assert [(it.start, it.durations[0, 1]) for it in by_time_of_day((100, 55)).slots] == [(0, 50), (100, 55)]
    assert [(it.start, it.durations[0, 1]) for it in by_time_of_day((0, 55)).slots] == [(0, 55)]
    assert by_time_of_day().slots == ()


def test_a_leg_that_is_closed_in_a_slot_is_closed() -> None:
    closed = by_time_of_day((100, NO_WAY)).closed
    assert closed is not None
    assert closed.tolist() == [[False, True], [True, False]]
