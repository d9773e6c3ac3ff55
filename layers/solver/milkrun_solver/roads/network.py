"""A road network to compute on: nearest junctions, travel times between many places, ways along streets."""

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
"""Seconds and metres where no way leads."""

SNAP_LIMIT_M = 1_000.0

ALIASES = {"driving-car": "car", "cycling-regular": "bike", "foot-walking": "foot"}
"""Openrouteservice's names of profiles."""


class RoadNetwork:
    """A compiled network, and what is worked out of it once: for each profile when it is first asked for, and
    the shapes of roads. Worth keeping from run to run. For one thread at a time.

    Args:
        compiled: The network.
        snap_limit_m: How far, in metres, a location may lie from its junction. `solve` keeps it, not `snap`.
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
        """The profile of that name, or that openrouteservice calls so; None if there is none."""
        known = name if name in self.profiles else ALIASES.get(name)
        return known if known in self.profiles else None

    def snap(self, profile: str, locations: Floats) -> tuple[Integers, Floats]:
        """The junctions of a profile nearest to `[lon, lat]` locations [k, 2], and how many metres away.

        Raises:
            ProfileNotInNetworkError: No road of the network is for this profile.
        """
        if profile not in self._snappers:
            junctions = self._graph(profile).junctions
            self._snappers[profile] = Snapper(self._compiled.longitude, self._compiled.latitude, junctions)
        return self._snappers[profile].nearest(locations)

    def place(self, junction: int) -> tuple[float, float]:
        """Where a junction is, `[lon, lat]`."""
        return float(self._compiled.longitude[junction]), float(self._compiled.latitude[junction])

    def matrices(self, profile: str, junctions: Integers, is_over: Callable[[], bool]) -> tuple[Cells, Cells]:
        """Seconds of the fastest ways between k junctions and their lengths in metres, `[from, to]` [k, k].

        Both are rounded to whole numbers, each from the exact sum; `UNREACHABLE` where no way leads. A
        junction may stand in several places. `is_over` is asked every quarter of a second or so.

        Raises:
            ProfileNotInNetworkError: No road of the network is for this profile.
            NoAnswerError: `is_over` said so.
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
        """The fastest ways from one junction to another, as `[lon, lat]` points with both ends [p, 2].

        Args:
            profile: A profile that `matrices` knew.
            legs: Pairs of junctions between which a way leads [k, 2].
            seconds: How long each takes, as `matrices` says [k]: nothing farther away is looked at.
        """
        if self._shapes is None:
            self._shapes = Shapes(self._compiled)
        return fastest_ways(self._graph(profile), self._shapes, legs, seconds)

    def _graph(self, profile: str) -> "ProfileGraph":
        # It brings SciPy with it, whose import takes a quarter of a second: for runs on a network alone.
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
