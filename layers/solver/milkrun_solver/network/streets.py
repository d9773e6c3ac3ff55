"""Routes along the streets, as encoded polylines."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import polyline

from milkrun_solver.network.compiled import Floats, Integers
from milkrun_solver.network.roads import Cells, RoadNetwork

_PRECISION = 5
_Legs = dict[tuple[str, int, int], str]


class Streets:
    """The ways between the places of a problem.

    Answers that follow one another share most legs: those drawn last are kept for the next one.

    Args:
        roads: The network.
        junctions: The junction of each place, by profile.
        seconds: Travel times between the places, by profile.
    """

    def __init__(
        self, roads: RoadNetwork, junctions: Mapping[str, Integers], seconds: Mapping[str, Cells]
    ) -> None:
        self._roads = roads
        self._junctions = junctions
        self._seconds = seconds
        self._legs: _Legs = {}

    def draw(self, routes: Sequence[tuple[str, Sequence[int]]]) -> list[str]:
        """Encoded polylines (precision 5) of routes, each given by its profile and its places in order, from
        the junction of the first to that of the last."""
        wanted = {(profile, *leg) for profile, places in routes for leg in pairwise(places)}
        legs = {leg: self._legs[leg] for leg in wanted & self._legs.keys()}
        for profile in {leg[0] for leg in wanted - legs.keys()}:
            legs |= self._new_legs(profile, [leg for leg in wanted - legs.keys() if leg[0] == profile])
        self._legs = legs
        return [
            self._start(profile, places[0]) + "".join(legs[profile, *leg] for leg in pairwise(places))
            for profile, places in routes
        ]

    def _new_legs(self, profile: str, legs: Sequence[tuple[str, int, int]]) -> _Legs:
        places = np.array([leg[1:] for leg in legs])
        seconds = self._seconds[profile][places[:, 0], places[:, 1]].tolist()
        ends = self._junctions[profile][places].tolist()
        ways = self._roads.paths(profile, [(origin, target) for origin, target in ends], seconds)
        return {leg: _steps(way) for leg, way in zip(legs, ways, strict=True)}

    def _start(self, profile: str, place: int) -> str:
        (way,) = self._roads.paths(profile, [(int(self._junctions[profile][place]),) * 2], [0])
        return _encoded(way)


def _encoded(points: Floats) -> str:
    return polyline.encode(list(map(tuple, points.tolist())), _PRECISION, geojson=True)


def _steps(points: Floats) -> str:
    """A polyline without its first point: it counts from there, so that legs can be strung together."""
    return _encoded(points)[len(_encoded(points[:1])) :]
