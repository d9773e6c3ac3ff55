"""Random problems with reloads, release times and overtime. The same seed gives the same problem."""

import math
import random
from typing import Any

DAY = 20_000


def trips_body(seed: int, jobs: int = 8, vehicles: int = 2, metric: bool = False) -> dict[str, Any]:
    """The JSON of a problem. With `metric`, no detour is shorter than the direct way."""
    rng = random.Random(seed)
    places = jobs + 3
    speed = rng.random() < 0.3
    return {
        "vehicles": [_vehicle(rng, number, speed) for number in range(vehicles)],
        "jobs": [_job(rng, number) for number in range(jobs)],
        "matrices": {"car": _plane(rng, places) if metric else _maze(rng, places)},
    }


def _vehicle(rng: random.Random, number: int, speed: bool) -> dict[str, Any]:
    vehicle: dict[str, Any] = {
        "id": 10 * number + 5,
        "start_index": 0,
        "end_index": rng.choice((0, 0, 1)),
        "capacity": [rng.randint(4, 9)],
    }
    costs = {"fixed": rng.randint(0, 500)}
    if rng.random() < 0.8:
        vehicle["reloads"] = [
            {"id": 7 + i, "location_index": rng.choice((0, 1, 2)), "service": rng.choice((0, 300))}
            for i in range(rng.randint(1, 2))
        ]
        if rng.random() < 0.5:
            vehicle["max_reloads"] = rng.randint(0, 3)
    if rng.random() < 0.6:
        vehicle["shift_duration"] = rng.randint(2_000, 6_000)
        vehicle["max_overtime"] = rng.choice((0, 1_500, 4_000))
        if vehicle["max_overtime"]:
            costs["per_overtime_hour"] = rng.choice((0, 1_800, 9_000))
    if rng.random() < 0.5:
        vehicle["time_window"] = [rng.randint(0, 1_000), rng.randint(9_000, DAY)]
    if speed:
        vehicle["speed_factor"] = rng.choice((0.5, 0.83, 1.37))
    return {**vehicle, "costs": costs}


def _job(rng: random.Random, number: int) -> dict[str, Any]:
    job: dict[str, Any] = {
        "id": number,
        "location_index": 3 + number,
        "service": rng.randint(0, 300),
        "delivery": [rng.randint(0, 4)],
        "pickup": [rng.choice((0, 0, 2))],
    }
    if rng.random() < 0.3:
        job["release_time"] = rng.randint(0, 5_000)
    if rng.random() < 0.4:
        first = rng.randint(0, 9_000)
        job["time_windows"] = [[first, first + 4_000]]
        if rng.random() < 0.4:
            job["time_windows"].append([first + 5_000, first + 7_000])
    return job


def _maze(rng: random.Random, places: int) -> dict[str, Any]:
    return {
        name: [[0 if a == b else rng.randint(most // 10, most) for b in range(places)] for a in range(places)]
        for name, most in (("durations", 1_500), ("distances", 20_000))
    }


def _plane(rng: random.Random, places: int) -> dict[str, Any]:
    points = [(rng.random() * 1_000, rng.random() * 1_000) for _ in range(places)]
    return {"durations": [[math.ceil(math.dist(a, b)) for b in points] for a in points]}
