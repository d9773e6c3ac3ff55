"""Generates a road network of any size: a town of crooked blocks with avenues, one-way streets and gaps."""

import numpy as np
import polyline

from milkrun_solver.roads.compiled import CompiledNetwork

_METRES_PER_DEGREE = 111_195


def generated(side: int, seed: int = 1) -> CompiledNetwork:
    """A network with about `side` * `side` junctions and on average three roads from each, for cars only.
    Every tenth street is an avenue, which is twice as fast. Every other road is bent."""
    rng = np.random.default_rng(seed)
    row, column = np.divmod(np.arange(side * side), side)
    longitude = 2 + (column + rng.uniform(-0.3, 0.3, side * side)) * 0.0015
    latitude = 48 + (row + rng.uniform(-0.3, 0.3, side * side)) * 0.001
    number = np.arange(side * side).reshape(side, side)
    origin = np.concatenate((number[:, :-1].ravel(), number[:-1].ravel()))
    target = np.concatenate((number[:, 1:].ravel(), number[1:].ravel()))
    avenue = np.where(np.arange(len(origin)) < len(origin) // 2, row[origin], column[origin]) % 10 == 0
    kept = avenue | (rng.random(len(origin)) < 0.8)
    origin, target, avenue = origin[kept], target[kept], avenue[kept]
    one_way = ~avenue & (rng.random(len(origin)) < 0.15)
    tails = np.concatenate((origin, target[~one_way]))
    heads = np.concatenate((target, origin[~one_way]))
    order = np.lexsort((heads, tails))
    speed = np.where(np.concatenate((avenue, avenue[~one_way])), 14.0, 7.0)[order]
    tails, heads = tails[order], heads[order]
    east = (longitude[heads] - longitude[tails]) * _METRES_PER_DEGREE * np.cos(np.radians(48))
    north = (latitude[heads] - latitude[tails]) * _METRES_PER_DEGREE
    metres = np.hypot(east, north) * rng.uniform(1, 1.2, len(tails))
    shapes = [
        _bend(longitude[[a, b]], latitude[[a, b]]) if number % 2 else b""
        for number, (a, b) in enumerate(zip(tails, heads, strict=True))
    ]
    return CompiledNetwork(
        longitude=longitude,
        latitude=latitude,
        first_road=np.searchsorted(tails, np.arange(side * side + 1)).astype(np.int32),
        target=heads.astype(np.int32),
        metres=metres,
        seconds={"car": metres / speed / rng.uniform(0.8, 1.2, len(tails))},
        shape_start=np.cumsum([0, *map(len, shapes)], dtype=np.int64),
        shapes=b"".join(shapes),
    )


def _bend(longitude: np.ndarray, latitude: np.ndarray) -> bytes:
    points = [
        (float(longitude @ (1 - part, part)), float(latitude @ (1 - part, part)) + 0.0001)
        for part in (0.3, 0.7)
    ]
    return polyline.encode(points, 6, geojson=True).encode()
