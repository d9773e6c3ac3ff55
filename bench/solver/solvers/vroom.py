"""VROOM alone, on every core. It has no seed, does not keep its time limit, and has one answer at its end."""

from datetime import timedelta
from importlib.metadata import version

import numpy as np
import vroom

from bench.solver.instances import Instance
from bench.solver.registry import Found


class Vroom:
    """One problem. `search` converts it to VROOM's input, because VROOM's clock starts with that."""

    def __init__(self, instance: Instance, cores: int, exploration: int) -> None:
        self.version = version("pyvroom")
        self._cores = cores
        self._exploration = exploration
        self._durations = instance.distances.astype(np.uint32)
        self._jobs = [_job(instance, row) for row in range(1, instance.customers + 1)]
        self._vehicles = [_vehicle(instance, number) for number in range(instance.fleet)]

    def search(self, seconds: float, seed: int, found: Found) -> None:  # noqa: ARG002  # there is no seed
        """Searches until VROOM ends."""
        problem = vroom.Input()
        problem.set_durations_matrix("car", self._durations)
        problem.add_job(self._jobs)
        problem.add_vehicle(self._vehicles)
        solution = problem.solve(
            self._exploration, nb_threads=self._cores, timeout=timedelta(seconds=seconds)
        )
        routes = solution.to_dict()["routes"]
        found([[step["id"] for step in route["steps"] if step["type"] == "job"] for route in routes])


def _job(instance: Instance, row: int) -> vroom.Job:
    windows = [] if instance.windows is None else [vroom.TimeWindow(*instance.windows[row].tolist())]
    return vroom.Job(
        row,
        row,
        delivery=[int(instance.demand[row])],
        default_service=int(instance.service[row]),
        time_windows=windows,
    )


def _vehicle(instance: Instance, number: int) -> vroom.Vehicle:
    hours = None if instance.windows is None else vroom.TimeWindow(*instance.windows[0].tolist())
    return vroom.Vehicle(number, start=0, end=0, capacity=[instance.capacity], time_window=hours)


def make(instance: Instance, cores: int, exploration: int) -> Vroom:
    """VROOM, ready to search."""
    return Vroom(instance, cores, exploration)
