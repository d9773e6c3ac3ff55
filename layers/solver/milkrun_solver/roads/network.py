"""A road network to compute on: nearest junctions, travel times between many places, paths along streets."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from milkrun_solver.errors import NoAnswerError, ProfileNotInNetworkError
from milkrun_solver.roads.compiled import CompiledNetwork, Floats, Integers
from milkrun_solver.roads.shapes import Shapes
from milkrun_solver.roads.snapping import Snapper
from milkrun_solver.roads.trees import Trees
from milkrun_solver.roads.ways import fastest_ways

if TYPE_CHECKING:
    from milkrun_solver.roads.graph import ProfileGraph

Cells = npt.NDArray[np.uint32]

UNREACHABLE = np.iinfo(np.uint32).max
"""The value of seconds and metres where there is no path."""

SNAP_LIMIT_M = 1_000.0

ALIASES = {"driving-car": "car", "cycling-regular": "bike", "foot-walking": "foot"}
"""Openrouteservice's names for profiles."""


class RoadNetwork:
    """A compiled network, and data derived from it: the graph of each profile and the shapes of roads.

    Derived data are computed at their first use, so it pays to keep the object from run to run. Only one
    thread may use it at a time.

    Args:
        compiled: The network.
        snap_limit_m: How far, in metres, a location may be from its junction. `network_source` enforces it;
            `snap` does not.
    """

    def __init__(self, compiled: CompiledNetwork, snap_limit_m: float = SNAP_LIMIT_M) -> None:
        self.snap_limit_m = snap_limit_m
        self._compiled = compiled
        self._graphs: dict[str, ProfileGraph] = {}
        self._snappers: dict[str, Snapper] = {}
        self._shapes: Shapes | None = None

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """The profiles that have roads."""
        return tuple(name for name, seconds in self._compiled.seconds.items() if np.isfinite(seconds).any())

    def profile_of(self, name: str) -> str | None:
        """The profile with this name, or with this name in openrouteservice; None if there is none."""
        known = name if name in self.profiles else ALIASES.get(name)
        return known if known in self.profiles else None

    def snap(self, profile: str, locations: Floats) -> tuple[Integers, Floats]:
        """The junctions of a profile nearest to `[lon, lat]` locations [k, 2], and how many metres away.

        Raises:
            ProfileNotInNetworkError: The network has no roads for this profile.
        """
        if profile not in self._snappers:
            junctions = self._graph(profile).junctions
            self._snappers[profile] = Snapper(self._compiled.longitude, self._compiled.latitude, junctions)
        return self._snappers[profile].nearest(locations)

    def place(self, junction: int) -> tuple[float, float]:
        """The coordinates of a junction, `[lon, lat]`."""
        return float(self._compiled.longitude[junction]), float(self._compiled.latitude[junction])

    def matrices(self, profile: str, junctions: Integers, is_over: Callable[[], bool]) -> tuple[Cells, Cells]:
        """Seconds and metres of the fastest paths between k junctions, `[from, to]` [k, k].

        Both are rounded to whole numbers, each from the exact sum, or `UNREACHABLE` if there is no path. A
        junction may occur several times. `is_over` is called about every quarter of a second.

        Raises:
            ProfileNotInNetworkError: The network has no roads for this profile.
            NoAnswerError: `is_over` returned True.
        """
        graph = self._graph(profile)
        distinct, places = np.unique(junctions, return_inverse=True)
        seconds = np.empty((len(distinct), len(distinct)), dtype=np.uint32)
        metres = np.empty_like(seconds)
        limit = graph.reach(distinct, self._most_central(distinct))
        for first in range(0, len(distinct), graph.batch):
            if is_over():
                raise NoAnswerError(
                    "The travel times on the road network took longer than 5 minutes to compute."
                )
            rows = slice(first, first + graph.batch)
            exact, before = graph.trees(distinct[rows], limit)
            ends = np.arange(len(before))[:, None] * before.shape[1] + distinct
            trees = Trees(before, ends.ravel())
            lengths = trees.sums(graph.metres[graph.entries(*trees.links())]).reshape(ends.shape)
            seconds[rows] = _whole(exact.ravel()[ends])
            metres[rows] = np.where(seconds[rows] == UNREACHABLE, UNREACHABLE, _whole(lengths))
        return seconds[np.ix_(places, places)], metres[np.ix_(places, places)]

    def paths(self, profile: str, legs: Integers, seconds: Floats) -> list[Floats]:
        """The fastest path of each leg, as `[lon, lat]` points with both ends [p, 2].

        Args:
            profile: A profile that the network has.
            legs: Pairs of junctions with a path between them [k, 2].
            seconds: The travel time of each leg, from `matrices` [k]. It limits the search.
        """
        if self._shapes is None:
            self._shapes = Shapes(self._compiled)
        return fastest_ways(self._graph(profile), self._shapes, legs, seconds)

    def _graph(self, profile: str) -> "ProfileGraph":
        # Imports SciPy, which takes a quarter of a second, so only runs on a network do it.
        from milkrun_solver.roads.graph import ProfileGraph

        if profile not in self._graphs:
            graph = ProfileGraph(self._compiled, profile) if profile in self._compiled.seconds else None
            if graph is None or not len(graph.junctions):
                raise ProfileNotInNetworkError(profile, [name for name in self.profiles if name != profile])
            self._graphs[profile] = graph
        return self._graphs[profile]

    def _most_central(self, junctions: Integers) -> int:
        places = np.stack((self._compiled.longitude[junctions], self._compiled.latitude[junctions]), axis=1)
        return int(junctions[((places - places.mean(axis=0)) ** 2).sum(axis=1).argmin()])


def _whole(exact: Floats) -> Cells:
    return np.where(np.isfinite(exact), np.rint(exact), UNREACHABLE).astype(np.uint32)
