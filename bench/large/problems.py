"""Generates large problems: a region of towns with customers around them, depots, and vans that leave
full."""

import json
import random
from typing import Any

from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan, PlannedRoute, Visit

STOPS = 20
"""Capacity of a van, in jobs."""
DAY = 36_000
"""Seconds that a van works."""
_MORNING, _AFTERNOON = (0, 20_000), (12_000, DAY)
_TOWNS, _DEPOTS = 25, 4


def body_of(jobs: int, vehicles: int, seed: int = 1) -> bytes:
    """A problem as a caller posts it, with coordinates, loads and working hours. Every other job has a time
    window of half a day."""
    rng = random.Random(seed)
    towns = [(2 + rng.uniform(0, 1.2), 48 + rng.uniform(0, 0.8)) for _ in range(_TOWNS)]

    def near(town: tuple[float, float]) -> list[float]:
        return [round(rng.gauss(town[0], 0.05), 6), round(rng.gauss(town[1], 0.035), 6)]

    depots = [near(town) for town in towns[:_DEPOTS]]
    return json.dumps(
        {
            "vehicles": [_vehicle(number, depots[number % _DEPOTS]) for number in range(vehicles)],
            "jobs": [_job(number, near(rng.choice(towns)), rng) for number in range(jobs)],
            "options": {"time_limit": 60},
        }
    ).encode()


def _vehicle(number: int, depot: list[float]) -> dict[str, Any]:
    return {
        "id": number + 1,
        "start": depot,
        "end": depot,
        "capacity": [STOPS],
        "time_window": [0, DAY],
        "costs": {"fixed": 3_600, "per_hour": 3_600},
    }


def _job(number: int, location: list[float], rng: random.Random) -> dict[str, Any]:
    job: dict[str, Any] = {"id": number + 1, "location": location, "service": 180, "delivery": [1]}
    if number % 2:
        job["time_windows"] = [list(rng.choice((_MORNING, _AFTERNOON)))]
    return job


def plan_of(model: Model) -> Plan:
    """Quickly computed routes that keep every rule. Jobs are sorted in strips from south to north and along
    each strip. Every twenty of them are a route, which begins with those of the morning."""
    located = {number: task.source.location for number, task in enumerate(model.tasks)}
    strip = max(1, round(len(located) ** 0.5 / STOPS**0.5)) * STOPS
    order = sorted(located, key=lambda number: (located[number] or (0, 0))[1])
    strips = [order[first : first + strip] for first in range(0, len(order), strip)]
    line = [n for some in strips for n in sorted(some, key=lambda number: located[number] or (0, 0))]
    loads = [line[first : first + STOPS] for first in range(0, len(line), STOPS)]

    def opening(visit: Visit) -> int:
        windows = model.tasks[visit].windows if isinstance(visit, int) else ()
        return (0 if windows[0] == _MORNING else 2) if windows else 1

    return [PlannedRoute(vehicle, tuple(sorted(load, key=opening))) for vehicle, load in enumerate(loads)]
