import math

import numpy as np
import pytest

from milkrun_solver.roads.earth import EARTH_RADIUS, metres_of, unit_vectors


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    points = unit_vectors([one[0], other[0]], [one[1], other[1]])
    chord = points[:, 0] - points[:, 1]
    return float(metres_of(np.array([chord @ chord]))[0])


@pytest.mark.parametrize(
    ("one", "other", "turn"),
    [
        ((0, 0), (90, 0), 1 / 4),
        ((0, 0), (180, 0), 1 / 2),
        ((7, -90), (123, 90), 1 / 2),
        ((179.5, 0), (-179.5, 0), 1 / 360),
        ((5, 50), (5, 50), 0),
    ],
    ids=["a quarter", "the other side", "pole to pole", "across the date line", "nowhere"],
)
def test_a_distance_is_a_share_of_the_circumference(
    one: tuple[float, float], other: tuple[float, float], turn: float
) -> None:
    assert distance(one, other) == pytest.approx(turn * 2 * math.pi * EARTH_RADIUS)


def test_a_step_of_a_metre_is_not_lost_in_rounding() -> None:
    degree = math.degrees(1 / EARTH_RADIUS)
    assert distance((7.4, 43.7), (7.4, 43.7 + degree)) == pytest.approx(1, rel=1e-6)


def test_points_are_on_the_unit_sphere() -> None:
    assert np.linalg.norm(unit_vectors([0, 45, -120], [0, 80, -30]), axis=0) == pytest.approx([1, 1, 1])
