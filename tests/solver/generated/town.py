"""The places of a generated problem, and the travel times between them."""

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

Point = tuple[float, float]
"""Metres east and north of the centre of the town."""

_HALF_WIDTH = 12_000
_DETOUR = 1.3
"""How many times longer streets are than the straight line."""
_METRES_PER_DEGREE = 111_195
_CENTRE = (4.84, 45.76)


class Town:
    """Places in clusters, spread all over the town, or both.

    Args:
        rng: The source of all chance.
        clusters: How many clusters there are; 0 spreads places evenly.
    """

    def __init__(self, rng: random.Random, clusters: int) -> None:
        self._rng = rng
        self._clusters = [(self._anywhere(), rng.uniform(500, 2_500)) for _ in range(clusters)]
        self.points: list[Point] = []

    def _anywhere(self) -> Point:
        return self._rng.uniform(-_HALF_WIDTH, _HALF_WIDTH), self._rng.uniform(-_HALF_WIDTH, _HALF_WIDTH)

    def new_place(self) -> int:
        """Adds a place and returns its number."""
        if self._clusters and self._rng.random() < 0.85:
            (east, north), spread = self._rng.choice(self._clusters)
            point = self._rng.gauss(east, spread), self._rng.gauss(north, spread)
        else:
            point = self._anywhere()
        self.points.append(point)
        return len(self.points) - 1

    def coordinates(self, place: int) -> tuple[float, float]:
        """The longitude and latitude of a place."""
        east, north = self.points[place]
        shrink = math.cos(math.radians(_CENTRE[1]))
        return (
            round(_CENTRE[0] + east / _METRES_PER_DEGREE / shrink, 6),
            round(_CENTRE[1] + north / _METRES_PER_DEGREE, 6),
        )

    def tour_metres(self, places: Sequence[int]) -> float:
        """The approximate length of a tour through these places that always continues to the nearest one
        left."""
        left = [self.points[place] for place in places]
        tour = [left.pop()]
        while left:
            tour.append(left.pop(min(range(len(left)), key=lambda i: math.dist(left[i], tour[-1]))))
        return _DETOUR * sum(math.dist(*leg) for leg in pairwise([*tour, tour[0]]))

    def matrices(self, metres_per_second: float, custom_costs: bool) -> dict[str, Any]:
        """Matrices of one profile. One-way streets make them asymmetric, and long ways are driven faster.

        Custom costs are tolls: a price for every 100 m, and a bridge between east and west that costs
        extra.
        """
        rng = self._rng
        durations, distances, costs = [], [], []
        for origin in self.points:
            metres = [math.dist(origin, to) * _DETOUR * rng.uniform(0.97, 1.08) for to in self.points]
            distances.append([round(way) for way in metres])
            durations.append([round(way / metres_per_second / (1 + way / 40_000)) for way in metres])
            bridges = [(origin[0] < 0) != (to[0] < 0) for to in self.points]
            costs.append([round(way / 100) + 150 * b for way, b in zip(metres, bridges, strict=True)])
        matrices = {"durations": durations, "distances": distances}
        return {**matrices, "costs": costs} if custom_costs else matrices
