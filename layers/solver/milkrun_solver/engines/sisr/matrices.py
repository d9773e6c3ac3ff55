"""The matrices of a problem as the compiled search gets them, and its unit of cost."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from milkrun_solver.engines.grids import Grid, grid
from milkrun_solver.engines.sisr.arrays import NEVER
from milkrun_solver.engines.sisr.clock import Clock
from milkrun_solver.engines.sisr.kinds import way_of
from milkrun_solver.engines.sisr.places import Places
from milkrun_solver.model.problem import Model
from milkrun_solver.model.travel import Cells
from milkrun_solver.model.units import COST_UNIT, DISTANCE_COST, HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle

_MOST_COST = 2**29
"""Costs of legs are scaled down to this."""


def matrix_bytes(model: Model) -> int:
    """Size of the search's matrices: times, costs and the transposes of both, for each way of travelling."""
    ways = {way_of(vehicle) for vehicle in model.vehicles}
    cells: int = len(ways) * len(Places(model).rows) ** 2
    return 4 * np.dtype(np.int32).itemsize * cells


class Matrices:
    """The matrices of each way of travelling: durations in units of time, costs in units of cost, metres.

    Costs are counted in the largest unit in which all of them are whole, or in a larger one if they would not
    fit into 32 bits.

    Attributes:
        count: The number of ways.
        scale: What one unit of cost is, in VROOM's internal unit.
    """

    def __init__(self, kinds: Sequence[Vehicle], places: Places, clock: Clock, prices: Iterable[int]) -> None:
        ways = {way_of(kind): kind for kind in kinds}
        self.count = len(ways)
        ranks = {way: rank for rank, way in enumerate(ways)}
        self._of_kind = [ranks[way_of(kind)] for kind in kinds]
        self._durations: list[Grid] = []
        self._distances: list[Grid] = []
        self._slots: list[list[tuple[int, Grid]]] = []
        costs: list[Grid] = []
        limited = any(kind.source.max_distance is not None for kind in kinds)
        for kind in ways.values():
            travel, rows = kind.travel, places.rows
            durations = _durations(kind, travel.durations, rows, clock.unit)
            cost = grid(_cost_terms(kind), rows)
            slots = [(it.start, _durations(kind, it.durations, rows, clock.unit)) for it in travel.slots]
            if travel.closed is not None:
                closed = grid([(travel.closed.astype(np.uint32), 1)], rows) > 0
                for cells in (durations, cost, *(slot for _, slot in slots)):
                    cells[closed] = -1
            self._durations.append(durations)
            self._slots.append([(clock.moment(start), _within(slot)) for start, slot in slots])
            costs.append(cost)
            if limited and travel.distances is not None:
                self._distances.append(np.minimum(grid([(travel.distances, 1)], rows), NEVER))
            elif limited:
                self._distances.append(np.zeros_like(durations))
        self.scale = _scale(costs, kinds, clock.unit, prices)
        self._costs = [_within(np.where(it < 0, -1, self._scaled(it))) for it in costs]
        self._durations = [_within(it) for it in self._durations]

    def cost(self, cost: int) -> int:
        """A cost in VROOM's internal unit, in units of cost."""
        return round(cost / self.scale)

    def arrays(self) -> dict[str, npt.ArrayLike]:
        """The matrices, by the time of day too, and which of them each kind has."""
        slots = [slot for of_way in self._slots for slot in of_way]
        return {
            "kind_matrix": self._of_kind,
            "durations": self._durations,
            "costs": self._costs,
            "distances": self._distances,
            "slot_begin": np.cumsum([0, *map(len, self._slots)]),
            "slot_start": [start for start, _ in slots],
            "slot_durations": [durations for _, durations in slots],
        }

    def _scaled(self, costs: Grid) -> Grid:
        if isinstance(self.scale, int):
            return costs // self.scale
        scaled: Grid = np.rint(costs / self.scale).astype(np.int64)
        return scaled


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


def _scale(costs: Sequence[Grid], kinds: Sequence[Vehicle], unit: int, prices: Iterable[int]) -> int | float:
    """What one unit of cost is, in VROOM's internal unit: a whole number if costs of legs then fit."""
    common = math.gcd(*prices)
    for kind in kinds:
        rates = kind.source.costs
        hourly = rates.per_task_hour, rates.per_overtime_hour, rates.per_hour if kind.travel.slots else 0
        common = math.gcd(common, rates.fixed * COST_UNIT, *(rate * unit for rate in hourly))
    most = 0
    for cells in costs:
        opened = np.maximum(cells, 0)
        common = math.gcd(common, int(np.gcd.reduce(opened, axis=None)))
        most = max(most, int(opened.max(initial=0)))
    common = common or 1
    return common if most // common <= _MOST_COST else most / _MOST_COST


def _cost_terms(kind: Vehicle) -> list[tuple[npt.NDArray[np.uint32] | None, int]]:
    travel = kind.travel
    if travel.costs is not None:
        return [(travel.costs, COST_UNIT)]
    terms: list[tuple[npt.NDArray[np.uint32] | None, int]] = [(travel.durations, kind.cost_factor)]
    if kind.source.costs.per_km:
        terms.append((travel.distances, DISTANCE_COST * kind.source.costs.per_km))
    return terms
