"""PyVRP alone: its public `solve` with default parameters, but for the bound of penalties where vehicles have
costs. It uses only one thread."""

from importlib.metadata import version
from typing import Any

import numpy as np
import pyvrp
from pyvrp.constants import MAX_VALUE
from pyvrp.IteratedLocalSearch import (
    IteratedLocalSearch,
    IteratedLocalSearchCallbacks,
    IteratedLocalSearchParams,
)
from pyvrp.stop import MaxRuntime

from bench.solver.conventions import Cells
from bench.solver.fleets import Vehicle
from bench.solver.instances import Instance
from bench.solver.registry import Found

_PENALTY_OF_FLEETS = 1e8
"""The bound of penalties where vehicles have costs. By default it is so low that overloaded vehicles are
cheaper than further ones, and PyVRP warns that it finds nothing feasible."""


class _Reports(IteratedLocalSearchCallbacks):
    """Reports each better feasible solution, beginning with the initial one."""

    def __init__(self, instance: Instance, found: Found) -> None:
        self._instance = instance
        self._found = found

    def on_start(self, ils: IteratedLocalSearch) -> None:
        if ils.initial_solution.is_feasible():
            self.on_best(ils.initial_solution)

    def on_best(self, best: pyvrp.Solution) -> None:
        depots = self._instance.depots
        rows: list[list[int]] = [[] for _ in self._instance.fleet]
        free = [iter(numbers) for numbers in self._instance.kinds.values()]
        for route in best.routes():
            # Depots and clients are each numbered in the order of their rows, from 0.
            rows[next(free[route.vehicle_type()])] = [
                stop.idx if stop.is_depot() else stop.idx + depots for stop in list(route)[1:-1]
            ]
        self._found(rows)


class PyVrp:
    """One problem as PyVRP's data, equal to what PyVRP's own reader of instances makes."""

    def __init__(self, instance: Instance) -> None:
        self.version = version("pyvrp")
        self._instance = instance
        self._data = _data(instance)

    def search(self, seconds: float, seed: int, found: Found) -> None:
        """Searches in this thread. Callbacks report answers; statistics are off because they cost time."""
        costly = any(kind.fixed for kind in self._instance.kinds)
        pyvrp.solve(
            self._data,
            MaxRuntime(seconds),
            seed=seed,
            collect_stats=False,
            params=pyvrp.SolveParams(
                ils=IteratedLocalSearchParams(callbacks=_Reports(self._instance, found)),
                penalty=pyvrp.PenaltyParams(max_penalty=_PENALTY_OF_FLEETS)
                if costly
                else pyvrp.PenaltyParams(),
            ),
        )


def _data(instance: Instance) -> pyvrp.ProblemData:
    # Each set of customers has its profile: its vehicles have no way to others.
    profiles = list(dict.fromkeys(kind.serves for kind in instance.kinds))
    distances: Any = [_distances(instance, serves) for serves in profiles]
    durations: Any = [instance.distances] * len(profiles)
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0)] * len(instance.demand),
        clients=[
            pyvrp.Client(
                location=row,
                delivery=[int(instance.demand[row])],
                service_duration=int(instance.service[row]),
                release_time=int(instance.release[row]),
                **_window(instance, row),
            )
            for row in instance.rows
        ],
        depots=[pyvrp.Depot(location=depot) for depot in range(instance.depots)],
        vehicle_types=[
            _vehicle_type(instance, kind, len(numbers), profiles.index(kind.serves))
            for kind, numbers in instance.kinds.items()
        ],
        distance_matrices=distances,
        duration_matrices=durations,
    )


def _distances(instance: Instance, serves: frozenset[int] | None) -> Cells:
    if serves is None:
        return instance.distances
    closed = [row for row in instance.rows if row not in serves]
    distances = instance.distances.copy()
    distances[:, closed] = distances[closed, :] = MAX_VALUE
    np.fill_diagonal(distances, 0)
    return distances


def _window(instance: Instance, row: int) -> dict[str, Any]:
    if instance.windows is None:
        return {}
    return {"tw_early": int(instance.windows[row, 0]), "tw_late": int(instance.windows[row, 1])}


def _vehicle_type(instance: Instance, kind: Vehicle, count: int, profile: int) -> pyvrp.VehicleType:
    return pyvrp.VehicleType(
        count,
        capacity=[kind.capacity],
        start_depot=kind.depot,
        end_depot=kind.depot,
        fixed_cost=kind.fixed,
        unit_distance_cost=kind.per_unit,
        profile=profile,
        reload_depots=[kind.depot] if kind.reloads else [],
        **_window(instance, kind.depot),
        shift_duration=MAX_VALUE if kind.longest is None else kind.longest,
    )


def make(instance: Instance, cores: int) -> PyVrp:  # noqa: ARG001  # it uses one thread
    """PyVRP, ready to search."""
    return PyVrp(instance)
