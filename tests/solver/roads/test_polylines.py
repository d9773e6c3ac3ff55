"""Encoding many polylines at once gives what the polyline library gives for each of them."""

import random

import numpy as np
import polyline
import pytest

from milkrun_solver.roads.polylines import decode, encode_onward
from tests.nonempty import nonempty

Line = list[tuple[float, float]]


def lines(seed: int, least: int) -> list[Line]:
    """Lines across the globe and along a street, some with only one point."""
    rng = random.Random(seed)
    made: list[Line] = []
    for _ in range(40):
        spread = rng.choice([1.0, 1e-4])
        count = rng.randrange(least, 6)
        made.append([(spread * rng.uniform(-180, 180), spread * rng.uniform(-90, 90)) for _ in range(count)])
    return made


@pytest.mark.parametrize("seed", range(4))
def test_polylines_are_decoded_as_the_library_decodes_them(seed: int) -> None:
    encoded = [polyline.encode(line, 6, geojson=True) if line else "" for line in lines(seed, 0)]
    starts = np.cumsum([0, *map(len, encoded)])
    points, first = decode("".join(encoded).encode(), starts, 6)
    for number, line in nonempty(enumerate(encoded)):
        expected = polyline.decode(line, 6, geojson=True)
        assert list(map(tuple, points[first[number] : first[number + 1]].tolist())) == expected


def test_an_empty_polyline_has_no_points() -> None:
    points, first = decode(b"", np.zeros(4, dtype=np.int64), 6)
    assert points.shape == (0, 2)
    assert first.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("precision", [5, 6])
@pytest.mark.parametrize("seed", range(4))
def test_lines_are_encoded_as_by_the_library_except_for_their_first_point(seed: int, precision: int) -> None:
    made = lines(seed, 1)
    points = np.array([point for line in made for point in line])
    onward = encode_onward(points, np.cumsum([0, *map(len, made)]), precision)
    for line, encoded in zip(nonempty(made), onward, strict=True):
        start = polyline.encode(line[:1], precision, geojson=True)
        assert start + encoded == polyline.encode(line, precision, geojson=True)
