"""The matrices of a problem as the compiled search gets them, and its unit of cost."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from milkrun_solver.engines.grids import Grid, grid
from milkrun_solver.engines.sisr.arrays import NEVER
from milkrun_solver.engines.sisr.clock import Clock
from milkrun_solver.engines.sisr.kinds import way_of
from milkrun_solver.engines.sisr.places import Places
from milkrun_solver.engines.sisr.scale import Scale
from milkrun_solver.model.problem import Model
from milkrun_solver.model.travel import NO_WAY, Cells
from milkrun_solver.model.units import COST_UNIT, DISTANCE_COST, HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle


def matrix_bytes(model: Model) -> int:
    """Size of the search's matrices: times, costs and the transposes of both, for each way of travelling."""
    ways = {way_of(vehicle) for vehicle in model.vehicles}
    cells: int = len(ways) * len(Places(model).rows) ** 2
    return 4 * np.dtype(np.int32).itemsize * cells


class Matrices:
    """The matrices of each way of travelling: durations in units of time, costs, metres.

    Attributes:
        count: The number of ways.
        costs: Those of legs, in `cost_unit`; negative where they are closed.
        cost_unit: So many of VROOM's internal units that costs fit into 64 bits.
    """

    def __init__(self, kinds: Sequence[Vehicle], places: Places, clock: Clock) -> None:
        ways = {way_of(kind): kind for kind in kinds}
        self.count = len(ways)
        ranks = {way: rank for rank, way in enumerate(ways)}
        self._of_kind = [ranks[way_of(kind)] for kind in kinds]
        self._durations: list[Grid] = []
        self._distances: list[Grid] = []
        self._slots: list[list[tuple[int, Grid]]] = []
        self.costs: list[Grid] = []
        limited = any(kind.source.max_distance is not None for kind in kinds)
        self.cost_unit = max(map(_cost_unit, ways.values()))
        for kind in ways.values():
            travel, rows = kind.travel, places.rows
            durations = _durations(kind, travel.durations, rows, clock.unit)
            terms = [(cells, round(price / self.cost_unit)) for cells, price in _cost_terms(kind)]
            cost = grid(terms, rows)
            slots = [(it.start, _durations(kind, it.durations, rows, clock.unit)) for it in travel.slots]
            if travel.closed is not None:
                closed = grid([(travel.closed.astype(np.uint32), 1)], rows) > 0
                for cells in (durations, cost, *(slot for _, slot in slots)):
                    cells[closed] = -1
            self._durations.append(durations)
            self._slots.append([(clock.moment(start), _within(slot)) for start, slot in slots])
            self.costs.append(cost)
            if limited and travel.distances is not None:
                self._distances.append(np.minimum(grid([(travel.distances, 1)], rows), NEVER))
            elif limited:
                self._distances.append(np.zeros_like(durations))
        self._durations = [_within(it) for it in self._durations]

    def arrays(self, scale: Scale) -> dict[str, npt.ArrayLike]:
        """The matrices, by the time of day too, and which of them each kind has."""
        slots = [slot for of_way in self._slots for slot in of_way]
        return {
            "kind_matrix": self._of_kind,
            "durations": self._durations,
            "costs": [_within(scale.legs(it)) for it in self.costs],
            "distances": self._distances,
            "slot_begin": np.cumsum([0, *map(len, self._slots)]),
            "slot_start": [start for start, _ in slots],
            "slot_durations": [durations for _, durations in slots],
        }


def _within(cells: Grid) -> Grid:
    """Cells that the search can count. Closed legs are negative until then."""
    cells = np.minimum(cells, NEVER - 1)
    cells[cells < 0] = NEVER
    return cells


def _durations(kind: Vehicle, durations: Cells, rows: Sequence[int | None], unit: int) -> Grid:
    """Durations in units of time. Where they depend on the time of day, they are whole seconds."""
    if not kind.travel.slots:
        return grid([(durations, kind.duration_factor // unit)], rows)
    return -(-grid([(durations, kind.duration_factor)], rows) // HUNDREDTHS) * (HUNDREDTHS // unit)


def _cost_unit(kind: Vehicle) -> int:
    """A power of two: 1 unless prices are very high."""
    most = NO_WAY * sum(price for _, price in _cost_terms(kind))
    return 1 << max(0, most.bit_length() - 62)


def _cost_terms(kind: Vehicle) -> list[tuple[npt.NDArray[np.uint32] | None, int]]:
    travel = kind.travel
    if travel.costs is not None:
        return [(travel.costs, COST_UNIT)]
    terms: list[tuple[npt.NDArray[np.uint32] | None, int]] = [(travel.durations, kind.cost_factor)]
    if kind.source.costs.per_km:
        terms.append((travel.distances, DISTANCE_COST * kind.source.costs.per_km))
    return terms
