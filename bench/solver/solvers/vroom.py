"""VROOM alone, on every core. It has no seed, does not keep its time limit, and has one answer at its end."""

from datetime import timedelta
from importlib.metadata import version

import numpy as np
import vroom

from bench.solver.fleets import Vehicle, skills_of_customers, skills_of_vehicle
from bench.solver.instances import Instance
from bench.solver.registry import Found


class Vroom:
    """One problem. `search` converts it to VROOM's input, because VROOM's clock starts with that."""

    def __init__(self, instance: Instance, cores: int, exploration: int) -> None:
        self.version = version("pyvroom")
        self._cores = cores
        self._exploration = exploration
        self._durations = instance.distances.astype(np.uint32)
        self._fleet = len(instance.fleet)
        skills = skills_of_customers(instance.kinds, instance.rows)
        held = {kind: set(skills_of_vehicle(kind, skills)) for kind in instance.kinds}
        self._jobs = [_job(instance, row, skills) for row in instance.rows]
        self._vehicles = [
            _vehicle(instance, number, kind, held[kind]) for number, kind in enumerate(instance.fleet)
        ]

    def search(self, seconds: float, seed: int, found: Found) -> None:  # noqa: ARG002  # there is no seed
        """Searches until VROOM ends."""
        problem = vroom.Input()
        problem.set_durations_matrix("car", self._durations)
        problem.add_job(self._jobs)
        problem.add_vehicle(self._vehicles)
        solution = problem.solve(
            self._exploration, nb_threads=self._cores, timeout=timedelta(seconds=seconds)
        )
        rows: list[list[int]] = [[] for _ in range(self._fleet)]
        for route in solution.to_dict()["routes"]:
            rows[route["vehicle"]] = [step["id"] for step in route["steps"] if step["type"] == "job"]
        found(rows)


def _job(instance: Instance, row: int, skills: dict[int, int]) -> vroom.Job:
    windows = [] if instance.windows is None else [vroom.TimeWindow(*instance.windows[row].tolist())]
    return vroom.Job(
        row,
        row,
        delivery=[int(instance.demand[row])],
        default_service=int(instance.service[row]),
        time_windows=windows,
        skills={skills[row]} if row in skills else set(),
    )


def _vehicle(instance: Instance, number: int, kind: Vehicle, skills: set[int]) -> vroom.Vehicle:
    hours = None if instance.windows is None else vroom.TimeWindow(*instance.windows[kind.depot].tolist())
    return vroom.Vehicle(
        number,
        start=kind.depot,
        end=kind.depot,
        capacity=[kind.capacity],
        costs=vroom.VehicleCosts(fixed=kind.fixed, per_hour=3600 * kind.per_unit),
        skills=skills,
        time_window=hours,
    )


def make(instance: Instance, cores: int, exploration: int) -> Vroom:
    """VROOM, ready to search."""
    return Vroom(instance, cores, exploration)
