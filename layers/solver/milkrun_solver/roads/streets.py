"""Draws routes along the streets, as encoded polylines."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import polyline

from milkrun_solver.roads.compiled import Integers
from milkrun_solver.roads.network import Cells, RoadNetwork
from milkrun_solver.roads.polylines import encode_onward

_PRECISION = 5
_Legs = dict[tuple[str, int, int], str]


class Streets:
    """The streets between the places of a problem.

    Successive answers have most legs in common, so the legs of the last answer are kept for the next.

    Args:
        roads: The network.
        junctions: The junction of each place, by profile.
        seconds: Travel times between the places, by profile.
        profile_of: The network's own name for each profile.
    """

    def __init__(
        self,
        roads: RoadNetwork,
        junctions: Mapping[str, Integers],
        seconds: Mapping[str, Cells],
        profile_of: Mapping[str, str],
    ) -> None:
        self._roads = roads
        self._junctions = junctions
        self._seconds = seconds
        self._profile_of = profile_of
        self._legs: _Legs = {}

    def draw(self, routes: Sequence[tuple[str, Sequence[int]]]) -> list[str]:
        """Encoded polylines (precision 5) of routes, each given as its profile and its places in order. Each
        line leads from the junction of the first place to that of the last."""
        wanted = {(profile, *leg) for profile, places in routes for leg in pairwise(places)}
        legs = {leg: self._legs[leg] for leg in wanted & self._legs.keys()}
        for profile in {leg[0] for leg in wanted - legs.keys()}:
            legs |= self._new_legs(profile, [leg for leg in wanted - legs.keys() if leg[0] == profile])
        self._legs = legs
        starts = [self._roads.place(int(self._junctions[profile][places[0]])) for profile, places in routes]
        return [
            polyline.encode([start], _PRECISION, geojson=True)
            + "".join(legs[profile, *leg] for leg in pairwise(places))
            for start, (profile, places) in zip(starts, routes, strict=True)
        ]

    def _new_legs(self, profile: str, legs: Sequence[tuple[str, int, int]]) -> _Legs:
        places = np.array([leg[1:] for leg in legs])
        seconds = self._seconds[profile][places[:, 0], places[:, 1]].astype(np.float64)
        ways = self._roads.paths(self._profile_of[profile], self._junctions[profile][places], seconds)
        starts = np.cumsum([0, *map(len, ways)])
        return dict(zip(legs, encode_onward(np.concatenate(ways), starts, _PRECISION), strict=True))
