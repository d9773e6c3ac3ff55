"""Milkrun's optimiser, called as the worker calls it: with all its engines, or with some of them."""

import json
import time
from collections.abc import Sequence
from typing import Any

from bench.solver.commit import commit
from bench.solver.fleets import Vehicle, skills_of_customers, skills_of_vehicle
from bench.solver.instances import Instance
from bench.solver.registry import Found
from milkrun import __version__
from milkrun.schema.engines import EngineName
from milkrun.schema.problem import Problem
from milkrun.schema.rules import breaches
from milkrun.schema.solution import Solution
from milkrun.schema.vehicles import DEFAULT_PER_HOUR
from milkrun_solver.engines.libraries import load_pyvrp, load_vroom
from milkrun_solver.engines.registry import ENGINES
from milkrun_solver.solve import solve


def body_of(instance: Instance, **options: Any) -> dict[str, Any]:
    """The body of a `POST /optimize`; each job's id is its customer's row, each vehicle's its number."""
    skills = skills_of_customers(instance.kinds, instance.rows)
    kinds = {it: _vehicle(instance, it, skills_of_vehicle(it, skills)) for it in instance.kinds}
    return {
        "vehicles": [{"id": number, **kinds[it]} for number, it in enumerate(instance.fleet)],
        "jobs": [_job(instance, row, skills) for row in instance.rows],
        "matrices": {"car": {"durations": instance.distances.tolist()}},
        "options": options,
    }


def _vehicle(instance: Instance, vehicle: Vehicle, skills: list[int]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "start_index": vehicle.depot,
        "end_index": vehicle.depot,
        "capacity": [vehicle.capacity],
    }
    if instance.windows is not None:
        body["time_window"] = instance.windows[vehicle.depot].tolist()
    if vehicle.fixed or vehicle.per_unit != 1:
        body["costs"] = {"fixed": vehicle.fixed, "per_hour": DEFAULT_PER_HOUR * vehicle.per_unit}
    if vehicle.longest is not None:
        body["shift_duration"] = vehicle.longest
    if vehicle.reloads:
        body["reloads"] = [{"id": 1, "location_index": vehicle.depot}]
    return {**body, "skills": skills} if skills else body


def _job(instance: Instance, row: int, skills: dict[int, int]) -> dict[str, Any]:
    job: dict[str, Any] = {"id": row, "location_index": row, "delivery": [int(instance.demand[row])]}
    if instance.windows is not None:
        job["time_windows"] = [instance.windows[row].tolist()]
        job["service"] = int(instance.service[row])
    if instance.release[row]:
        job["release_time"] = int(instance.release[row])
    return {**job, "skills": [skills[row]]} if row in skills else job


class Milkrun:
    """One problem, parsed and checked.

    Args:
        instance: The problem.
        engines: The engines that may search it.
    """

    def __init__(self, instance: Instance, engines: Sequence[EngineName]) -> None:
        load_pyvrp()
        load_vroom()
        use_only(engines)
        self.version = f"{__version__}+{commit()}"
        self._fleet = instance.fleet
        self._problem = Problem.model_validate_json(json.dumps(body_of(instance)))
        broken = list(breaches(self._problem))
        if broken:
            raise ValueError(f"Milkrun refuses {instance.name}: {broken[0]}")

    def search(self, seconds: float, seed: int, found: Found) -> None:
        """Searches on all cores that the process may use."""
        solve(
            self._problem,
            deadline=time.monotonic() + seconds,
            on_best=lambda best: found(routes_of(best, self._fleet)),
            should_stop=lambda: False,
            seed=seed,
        )


def use_only(engines: Sequence[EngineName]) -> None:
    """Takes all other engines from this process.

    Raises:
        ValueError: None of them can run on this machine.
    """
    for name in set(ENGINES) - set(engines):
        del ENGINES[name]
    if not any(engine.is_available() for engine in ENGINES.values()):
        raise ValueError(f"not available: {', '.join(engines)}")


def routes_of(solution: Solution, fleet: Sequence[Vehicle]) -> list[list[int]]:
    """The rows of each vehicle's route, with its depot's where it reloads."""
    rows: list[list[int]] = [[] for _ in fleet]
    for route in solution.routes:
        for step in route.steps:
            if step.type == "job" and step.id is not None:
                rows[route.vehicle].append(step.id)
            elif step.type == "reload":
                rows[route.vehicle].append(fleet[route.vehicle].depot)
    return rows


def make(
    instance: Instance,
    cores: int,  # noqa: ARG001  # it finds its cores by itself
    engines: Sequence[EngineName] = tuple(ENGINES),
) -> Milkrun:
    """Milkrun, ready to search."""
    return Milkrun(instance, engines)
