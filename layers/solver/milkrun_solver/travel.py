"""Where travel times, distances and custom costs come from: the body's matrices or great circles."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from milkrun.errors import NetworkNotFoundError
from milkrun.schema.problem import Coordinates, Matrix, Problem
from milkrun_solver.errors import OptimiserError

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the Earth in metres (IUGG)."""
_BLOCK = 512
"""Rows of a great-circle matrix computed at once: 10,000 locations stay within 150 MB of scratch memory."""

Cells = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Travel:
    """Matrices of one profile, `[from, to]`: durations in seconds, distances in metres, custom costs."""

    durations: Cells
    distances: Cells | None = None
    costs: Cells | None = None


@dataclass(frozen=True)
class TravelSource:
    """All matrices of a problem, and which row of them a place is.

    Attributes:
        kind: What `meta.matrix` says.
        profiles: Matrices of each profile that a vehicle uses.
        coordinates: Row of each pair of coordinates; empty where the body says the rows itself.
    """

    kind: Literal["custom", "great-circle"]
    profiles: dict[str, Travel]
    coordinates: dict[Coordinates, int] = field(default_factory=dict)

    def place(self, location: Coordinates | None, index: int | None) -> int:
        """The row of a place, given by its coordinates or by the body's own index."""
        if self.kind == "custom":
            if index is None:
                raise OptimiserError("A location has no index into the matrices of the problem.")
            return index
        if location is None:
            raise OptimiserError("A location has no coordinates, and the problem brings no matrices.")
        return self.coordinates[location]


def travel_source(problem: Problem) -> TravelSource:
    """Travel times of a problem: its own matrices, else great circles at `options.speed_kmh`.

    Raises:
        NetworkNotFoundError: The problem names a road network; none is known here.
    """
    if problem.network is not None:
        raise NetworkNotFoundError(f"There is no road network named {problem.network!r}.")
    profiles = {vehicle.profile for vehicle in problem.vehicles}
    if problem.matrices is not None:
        return TravelSource("custom", {name: _custom(problem.matrices[name]) for name in sorted(profiles)})
    coordinates = _distinct_coordinates(problem)
    travel = great_circle(list(coordinates), problem.options.speed_kmh)
    return TravelSource("great-circle", dict.fromkeys(sorted(profiles), travel), coordinates)


def _custom(matrix: Matrix) -> Travel:
    def cells(rows: list[list[int]] | None) -> Cells | None:
        return None if rows is None else np.array(rows, dtype=np.uint32)

    return Travel(np.array(matrix.durations, dtype=np.uint32), cells(matrix.distances), cells(matrix.costs))


def _distinct_coordinates(problem: Problem) -> dict[Coordinates, int]:
    places = [place for vehicle in problem.vehicles for place in (vehicle.start, vehicle.end)]
    places += [job.location for job in problem.jobs]
    for shipment in problem.shipments:
        places += [shipment.pickup.location, shipment.delivery.location]
    rows: dict[Coordinates, int] = {}
    for place in places:
        if place is not None:
            rows.setdefault(place, len(rows))
    return rows


def great_circle(places: list[Coordinates], speed_kmh: float) -> Travel:
    """Great-circle distances between `[lon, lat]` places in metres, and durations in seconds at one speed.

    Both are rounded to whole numbers, each from the exact distance. The chord through the Earth gives the
    haversine's result without its cancellation, with one `arcsin` a cell.
    """
    lon, lat = np.radians(np.array(places, dtype=np.float64)).T
    points = np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
    distances = np.empty((len(places), len(places)), dtype=np.uint32)
    durations = np.empty_like(distances)
    for first in range(0, len(places), _BLOCK):
        rows = slice(first, first + _BLOCK)
        chord = np.zeros((len(places[rows]), len(places)))
        for axis in points:
            chord += (axis[rows, None] - axis[None, :]) ** 2
        np.sqrt(chord, out=chord)
        metres = 2 * EARTH_RADIUS * np.arcsin(np.minimum(chord / 2, 1.0))
        distances[rows] = np.rint(metres)
        durations[rows] = np.rint(metres * (3.6 / speed_kmh))
    return Travel(durations, distances)
