import numpy as np
import polyline
import pytest

from milkrun_solver.roads.network import RoadNetwork
from milkrun_solver.roads.streets import Streets
from tests.solver.networks import line, never

STOPS = np.array([0, 2, 3], dtype=np.int32)


@pytest.fixture
def roads() -> RoadNetwork:
    return RoadNetwork(line(4))


@pytest.fixture
def streets(roads: RoadNetwork) -> Streets:
    """Three places, for a profile with a name of its own."""
    seconds, _ = roads.matrices("car", STOPS, never)
    return Streets(roads, {"van": STOPS}, {"van": seconds}, {"van": "car"})


def points(text: str) -> list[tuple[float, float]]:
    return [(round(lon, 3), round(lat, 2)) for lon, lat in polyline.decode(text, 5, geojson=True)]


def test_a_route_is_drawn_along_the_junctions_between_its_places(streets: Streets) -> None:
    (drawn,) = streets.draw([("van", (0, 2, 1))])
    assert points(drawn) == [(lon, 43.73) for lon in (7.4, 7.405, 7.41, 7.415, 7.41)]


def test_a_route_that_goes_nowhere_is_its_place(streets: Streets) -> None:
    assert [points(drawn) for drawn in streets.draw([("van", (1,)), ("van", (1, 1))])] == [
        [(7.41, 43.73)],
        [(7.41, 43.73)],
    ]


def test_legs_drawn_for_the_last_answer_are_reused(
    streets: Streets, roads: RoadNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    paths = roads.paths

    def counted(profile: str, legs: np.ndarray, seconds: np.ndarray) -> object:
        asked.append(len(legs))
        return paths(profile, legs, seconds)

    monkeypatch.setattr(roads, "paths", counted)
    (first,) = streets.draw([("van", (0, 1, 2))])
    assert streets.draw([("van", (0, 1, 2))]) == [first]
    streets.draw([("van", (0, 1, 0))])
    streets.draw([("van", (1, 2))])  # forgotten, because the answer before did not have it
    assert asked == [2, 1, 1]
