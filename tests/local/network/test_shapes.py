"""Our encoder against the library that reads what it writes."""

import numpy as np
import polyline
import pytest

from local.network.shapes import encode_shapes


def test_it_writes_what_the_polyline_library_writes() -> None:
    random = np.random.default_rng(3)
    counts = random.integers(0, 6, 200)
    scale = np.repeat(random.choice([1e-5, 1e-2, 90.0], 200), counts)
    places = random.uniform(-1, 1, (counts.sum(), 2)) * scale[:, None]
    starts, encoded = encode_shapes(places[:, 0], places[:, 1], counts)
    ends = np.cumsum(counts)
    for line, (first, last) in enumerate(zip(ends - counts, ends, strict=True)):
        mine = encoded[starts[line] : starts[line + 1]].decode()
        points = places[first:last].tolist()
        assert mine == (polyline.encode(points, 6, geojson=True) if points else "")


@pytest.mark.parametrize("counts", [[], [0], [0, 0, 0]])
def test_lines_without_points_are_empty(counts: list[int]) -> None:
    starts, encoded = encode_shapes(np.empty(0), np.empty(0), np.array(counts, dtype=np.int64))
    assert starts.tolist() == [0] * (len(counts) + 1)
    assert encoded == b""
