import numpy as np
import pytest

from milkrun_solver.roads.shapes import Shapes
from tests.solver.networks import Road, compiled

PLACES = [(7.0, 43.0), (7.1, 43.0), (7.1, 43.1)]
BEND, BLOCK = [(7.03, 43.01), (7.07, 43.02)], [(7.2, 43.2)]
ROADS = [
    Road(0, 1, 900, {"car": 9}, BEND),
    Road(1, 2, 900, {"car": 9}),
    Road(2, 2, 50, {"car": 5}, BLOCK),
]


@pytest.mark.parametrize(
    ("origin", "roads", "ends", "points"),
    [
        (0, [0, 1], [1, 2], [PLACES[0], *BEND, PLACES[1], PLACES[2]]),
        (1, [1, 2], [2, 2], [PLACES[1], PLACES[2], *BLOCK, PLACES[2]]),
        (2, [], [], [PLACES[2]]),
    ],
    ids=["round a bend", "round a block", "nowhere"],
)
def test_a_way_goes_through_the_points_of_its_roads_and_the_junctions_between(
    origin: int, roads: list[int], ends: list[int], points: list[tuple[float, float]]
) -> None:
    shapes = Shapes(compiled(PLACES, ROADS, ["car"]))
    found = shapes.along(origin, np.array(roads, dtype=np.int64), np.array(ends, dtype=np.int32))
    assert found == pytest.approx(np.array(points))
