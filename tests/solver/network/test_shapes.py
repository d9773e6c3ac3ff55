"""All shapes decoded at once are what the polyline library decodes one by one."""

import random

import polyline
import pytest

from milkrun_solver.network.shapes import Shapes
from tests.solver.networks import Road, compiled


@pytest.mark.parametrize("seed", range(4))
def test_shapes_are_decoded_as_by_the_polyline_library(seed: int) -> None:
    rng = random.Random(seed)
    shapes = [
        [(rng.uniform(-180, 180), rng.uniform(-90, 90)) for _ in range(rng.randrange(5))] for _ in range(40)
    ]
    network = compiled(
        [(2.0, 48.0)] * 41, [Road(i, i + 1, 1, {"car": 1}, shape) for i, shape in enumerate(shapes)], ["car"]
    )
    decoded = Shapes(network)
    for road, shape in enumerate(shapes):
        encoded = polyline.encode(shape, 6, geojson=True) if shape else ""
        assert decoded.of(road).tolist() == [list(p) for p in polyline.decode(encoded, 6, geojson=True)]


def test_straight_roads_have_no_points() -> None:
    network = compiled([(2.0, 48.0), (2.1, 48.0)], [Road(0, 1, 1, {"car": 1})], ["car"])
    assert Shapes(network).of(0).shape == (0, 2)
