"""Travel times, distances and custom costs, from the problem's own matrices or along great circles."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from milkrun.errors import NetworkNotFoundError
from milkrun.schema.fields import Coordinates
from milkrun.schema.matrices import Matrix
from milkrun.schema.problem import Problem
from milkrun_solver.errors import OptimiserError
from milkrun_solver.places import distinct_coordinates
from milkrun_solver.roads.earth import metres_of, unit_vectors
from milkrun_solver.roads.streets import Streets

_BLOCK = 64
"""Rows of a great-circle matrix to compute at once, so that the work stays in the processor's cache."""

Cells = npt.NDArray[np.uint32]

NO_WAY = 999_999_999
"""A cell of this value or more marks a closed leg: 31 years, a million kilometres, or a cost as high."""


class TravelSlot(NamedTuple):
    """Durations `[from, to]` in seconds from a moment on, until the next slot begins."""

    start: int
    durations: Cells


@dataclass(frozen=True)
class Travel:
    """Matrices of one profile, `[from, to]`: durations in seconds, distances in metres, custom costs.

    Attributes:
        slots: Where durations depend on the time of day: those of each slot, the first from 0 on. `durations`
            then holds the shortest of them, which no journey beats.
    """

    durations: Cells
    distances: Cells | None = None
    costs: Cells | None = None
    slots: tuple[TravelSlot, ...] = ()

    @cached_property
    def closed(self) -> npt.NDArray[np.bool_] | None:
        """The closed legs, which no vehicle may drive, `[from, to]`: those with `NO_WAY` in any matrix or
        slot. None if every leg is open."""
        given = [cells for cells in (self.durations, self.distances, self.costs) if cells is not None]
        given += [slot.durations for slot in self.slots]
        if all(cells.max(initial=0) < NO_WAY for cells in given):
            return None
        closed = np.zeros(self.durations.shape, dtype=np.bool_)
        for cells in given:
            closed |= cells >= NO_WAY
        return closed

    @cached_property
    def within_a_place(self) -> bool:
        """Whether a leg from a place to itself takes time, distance or cost."""
        given = (self.durations, self.distances, self.costs)
        return any(cells is not None and bool(np.diagonal(cells).any()) for cells in given)


@dataclass(frozen=True)
class TravelSource:
    """All matrices of a problem, and the row of each place.

    Attributes:
        kind: The value of `meta.matrix`.
        profiles: The matrices of each profile that a vehicle uses.
        coordinates: The row of each pair of coordinates; empty if the problem gives rows itself.
        streets: Draws routes along the streets, on a road network.
    """

    kind: Literal["custom", "great-circle", "network"]
    profiles: dict[str, Travel]
    coordinates: dict[Coordinates, int] = field(default_factory=dict)
    streets: Streets | None = None

    def place(self, location: Coordinates | None, index: int | None) -> int:
        """The row of a place, given by its coordinates or by the problem's own index."""
        if self.kind == "custom":
            if index is None:
                raise OptimiserError("A location has no `location_index`.")
            return index
        if location is None:
            raise OptimiserError("A location has no coordinates, and the problem has no matrices.")
        return self.coordinates[location]


def travel_source(problem: Problem) -> TravelSource:
    """Travel times of a problem without a road network: its own matrices, or along great circles at
    `options.speed_kmh`.

    Raises:
        NetworkNotFoundError: The problem names a road network.
    """
    if problem.network is not None:
        raise NetworkNotFoundError(f"There is no road network named {problem.network!r}.")
    profiles = {vehicle.profile for vehicle in problem.vehicles}
    if problem.matrices is not None:
        return TravelSource("custom", {name: _custom(problem.matrices[name]) for name in sorted(profiles)})
    coordinates = distinct_coordinates(problem)
    travel = great_circle(list(coordinates), problem.options.speed_kmh)
    return TravelSource("great-circle", dict.fromkeys(sorted(profiles), travel), coordinates)


def _custom(matrix: Matrix) -> Travel:
    def cells(rows: list[list[int]]) -> Cells:
        return np.array(rows, dtype=np.uint32)

    durations = cells(matrix.durations)
    distances = None if matrix.distances is None else cells(matrix.distances)
    costs = None if matrix.costs is None else cells(matrix.costs)
    if not matrix.slots:
        return Travel(durations, distances, costs)
    slots = [TravelSlot(it.start, cells(it.durations)) for it in matrix.slots]
    if slots[0].start > 0:
        slots.insert(0, TravelSlot(0, durations))
    shortest = np.minimum.reduce([slot.durations for slot in slots])
    return Travel(shortest, distances, costs, tuple(slots))


def great_circle(places: list[Coordinates], speed_kmh: float) -> Travel:
    """Great-circle distances between `[lon, lat]` places in metres, and durations in seconds at one speed.

    Both are rounded to whole numbers, each from the exact distance. Even the longest duration, at the slowest
    speed that a problem may have, fits into a cell.
    """
    lon, lat = np.array(places, dtype=np.float64).T
    points = unit_vectors(lon, lat)
    count = len(places)
    distances = np.empty((count, count), dtype=np.uint32)
    durations = np.empty_like(distances)
    for first in range(0, count, _BLOCK):
        # Distances are symmetric, so each block begins at the diagonal and is mirrored.
        rows, columns = slice(first, first + _BLOCK), slice(first, None)
        metres = metres_of(_squared_chords(points[:, rows], points[:, columns]))
        for cells, unit in ((distances, 1.0), (durations, 3.6 / speed_kmh)):
            cells[rows, columns] = np.rint(metres * unit)
            cells[columns, rows] = cells[rows, columns].T
    return Travel(durations, distances)


def _squared_chords(
    origins: npt.NDArray[np.float64], targets: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Squares of the straight distances [k, m] between points [3, k] and [3, m]."""
    squares = np.zeros((origins.shape[1], targets.shape[1]))
    along = np.empty_like(squares)
    for origin, target in zip(origins, targets, strict=True):
        np.subtract(origin[:, None], target, out=along)
        squares += np.multiply(along, along, out=along)
    return squares
