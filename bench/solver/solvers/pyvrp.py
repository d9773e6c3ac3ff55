"""PyVRP alone: its public `solve` with default parameters. It uses only one thread."""

from importlib.metadata import version
from typing import Any

import pyvrp
from pyvrp.IteratedLocalSearch import (
    IteratedLocalSearch,
    IteratedLocalSearchCallbacks,
    IteratedLocalSearchParams,
)
from pyvrp.stop import MaxRuntime

from bench.solver.instances import Instance
from bench.solver.registry import Found


class _Reports(IteratedLocalSearchCallbacks):
    """Reports each better feasible solution, beginning with the initial one."""

    def __init__(self, found: Found) -> None:
        self._found = found

    def on_start(self, ils: IteratedLocalSearch) -> None:
        if ils.initial_solution.is_feasible():
            self.on_best(ils.initial_solution)

    def on_best(self, best: pyvrp.Solution) -> None:
        # Clients are numbered in the order of their rows, from 0.
        self._found(
            [[stop.idx + 1 for stop in route if not stop.is_depot()] for route in best.routes()],
        )


class PyVrp:
    """One problem as PyVRP's data, equal to what PyVRP's own reader of instances makes."""

    def __init__(self, instance: Instance) -> None:
        self.version = version("pyvrp")
        self._data = _data(instance)

    def search(self, seconds: float, seed: int, found: Found) -> None:
        """Searches in this thread. Callbacks report answers; statistics are off because they cost time."""
        pyvrp.solve(
            self._data,
            MaxRuntime(seconds),
            seed=seed,
            collect_stats=False,
            params=pyvrp.SolveParams(ils=IteratedLocalSearchParams(callbacks=_Reports(found))),
        )


def _data(instance: Instance) -> pyvrp.ProblemData:
    windows = instance.windows

    def window(row: int) -> dict[str, Any]:
        return {} if windows is None else {"tw_early": int(windows[row, 0]), "tw_late": int(windows[row, 1])}

    matrices: Any = [instance.distances]
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0)] * (instance.customers + 1),
        clients=[
            pyvrp.Client(
                location=row,
                delivery=[int(instance.demand[row])],
                service_duration=int(instance.service[row]),
                **window(row),
            )
            for row in range(1, instance.customers + 1)
        ],
        depots=[pyvrp.Depot(location=0)],
        vehicle_types=[pyvrp.VehicleType(instance.fleet, capacity=[instance.capacity], **window(0))],
        distance_matrices=matrices,
        duration_matrices=matrices,
    )


def make(instance: Instance, cores: int) -> PyVrp:  # noqa: ARG001  # it uses one thread
    """PyVRP, ready to search."""
    return PyVrp(instance)
